package dev.starttls.conformance;

import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.interactive.CaseRow;
import dev.starttls.conformance.client.interactive.InteractiveRun;
import dev.starttls.conformance.client.interactive.PortUse;
import dev.starttls.conformance.client.interactive.SessionPage;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.report.Visible;
import dev.starttls.conformance.target.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code conformance client --interactive}: a person runs the client, and looks at a page or at the terminal. */
final class InteractiveCheck {
    /** The case of a well-behaved server, which is the control. */
    private static final String CONTROL = "UP-C-00";

    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration MAX_CONNECTION = Duration.ofHours(1);
    private static final int MILLIS_BETWEEN_LOOKS = 250;
    private static final int MAX_TYPED = 100;

    private final CommandEnvironment environment;
    private final RunResults results;
    private final Expectations expectations;
    private final Map<String, String> shown = new HashMap<>();

    InteractiveCheck(CommandEnvironment environment, RunResults results, Expectations expectations) {
        this.environment = environment;
        this.results = results;
        this.expectations = expectations;
    }

    /** Runs until all cases are done, or the person ends it; adds the report of the cases that are done. */
    void run(
            Protocol protocol,
            List<ClientCase> cases,
            ClientRunSettings settings,
            PortUse ports,
            int page,
            Optional<Path> state)
            throws IOException, InterruptedException {
        ClientCase control = ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().equals(CONTROL))
                .findFirst()
                .orElseThrow();
        try (InteractiveRun run = InteractiveRun.start(
                        ClientSuite.profile(protocol).dialect(),
                        settings.timeout(MAX_CONNECTION),
                        control,
                        cases,
                        ports,
                        QUIET,
                        state);
                SessionPage served = SessionPage.serve(run, settings.listen(), page)) {
            results.onInterrupt(() -> run.report().map(expectations).stream().toList());
            PrintStream terminal = environment.err();
            terminal.println("The page is " + served.url() + " and the authority to import " + served.url() + "ca.pem");
            terminal.println("Server " + run.host() + "; n + ENTER for the next case, q + ENTER to end.");
            BlockingQueue<String> typed = typed();
            while (!run.over()) {
                show(run, terminal);
                String line = typed.poll(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
                if ("q".equals(line)) {
                    break;
                }
                if ("n".equals(line)) {
                    run.next().ifPresent(terminal::println);
                }
                run.look();
            }
            show(run, terminal);
            run.report()
                    .ifPresentOrElse(
                            report -> results.add(expectations.apply(report)),
                            () -> results.unreachable("no case is done: the client never connected"));
        }
    }

    /** What the person types; nothing more comes after the end of the input. */
    private BlockingQueue<String> typed() {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>(MAX_TYPED);
        Thread reader = new Thread(
                () -> {
                    try {
                        BufferedReader in =
                                new BufferedReader(new InputStreamReader(environment.in(), StandardCharsets.UTF_8));
                        for (String line = in.readLine(); line != null; line = in.readLine()) {
                            lines.put(line.strip());
                        }
                    } catch (IOException e) {
                        // The terminal is gone; the page has the same button.
                        return;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "keyboard");
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    /** The rows that changed. */
    private void show(InteractiveRun run, PrintStream terminal) {
        for (CaseRow row : run.rows()) {
            String text = row.id() + "  " + row.words()
                    + (row.open()
                            ? "; port " + row.port() + ", user " + row.user() + ", password " + row.password()
                            : "");
            String before = shown.put(row.id(), text);
            if (!text.equals(before) && !(before == null && row.state() == CaseRow.State.LATER)) {
                terminal.println(Visible.of(text));
                if (row.state() == CaseRow.State.DONE) {
                    for (Transcript.Entry entry : row.lastLines()) {
                        terminal.println("    | " + Visible.of(entry.toString()));
                    }
                }
            }
        }
        terminal.flush();
    }
}
