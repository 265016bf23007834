package dev.starttls.conformance;

import dev.starttls.conformance.client.interactive.CaseRow;
import dev.starttls.conformance.client.interactive.InteractiveRun;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.report.Visible;
import dev.starttls.conformance.report.WrappedText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An interactive session on the terminal: the rows that change, and what the person types. */
final class SessionTerminal {
    private static final String FINISH = "q";
    private static final int MILLIS_BETWEEN_LOOKS = 250;
    private static final int MAX_TYPED = 100;

    /** What is longer is no command. */
    private static final int MAX_LINE = 200;

    private static final int KEY_COLUMN = 18;
    private static final List<String> HELP = List.of(
            "ID            end the run of this case, as in UP-C-01a: judge what was seen",
            "again ID      begin this case once more, or now",
            "n             end the run that is going on, or the first that waits; go on",
            "shown ID      the client showed what this case asks for",
            "not shown ID  it did not",
            "l             list all cases",
            "q             finish: end the session and report",
            "h             this help");
    private static final int HELP_COLUMN = 14;

    private final InteractiveRun run;
    private final PrintStream out;
    private final int width;
    private final Map<String, String> shown = new HashMap<>();
    private String advised = "";

    /**
     * A terminal.
     *
     * @param columns how many it has
     */
    SessionTerminal(InteractiveRun run, PrintStream out, int columns) {
        this.run = run;
        this.out = out;
        this.width = WrappedText.width(columns);
    }

    /** Shows what to set, where the page is, and what can be typed. */
    void begin(String page) {
        setting("page", page);
        setting("root certificate", page + "ca.pem");
        run.account().entries().forEach(this::setting);
        setting("port", run.ports().shared() ? "the same for all cases" : "that of the case");
        say(
                "Let the client trust the root certificate for this account alone, or in a profile that you use for nothing else;"
                        + " take it out when you are done.");
        say(
                "For each case let the client log in, and send or fetch a message; where two runs are wanted, twice. A run is over"
                        + " when the client has gone and stays away for some seconds.");
        say("To type, each with ENTER:");
        help();
    }

    private void setting(String key, String value) {
        print(key + " ".repeat(KEY_COLUMN - key.length()), value);
    }

    private void help() {
        HELP.forEach(line -> print(line.substring(0, HELP_COLUMN), line.substring(HELP_COLUMN)));
    }

    /** Says something to the person. */
    void say(String sentence) {
        print("", sentence);
    }

    private void print(String prefix, String text) {
        WrappedText.lines(prefix, prefix.length(), text, width).forEach(out::println);
        out.flush();
    }

    /**
     * Goes on until the person finishes the session, on the page or here: by {@code q} or the end of what is typed. An
     * input that is empty from its beginning is no keyboard, and ends nothing.
     *
     * @throws IOException if the session cannot go on
     */
    void converse(InputStream in) throws IOException, InterruptedException {
        BlockingQueue<String> typed = typed(in);
        while (!run.finished()) {
            show();
            String line = typed.poll(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
            if (line != null) {
                obey(line);
            }
            run.look();
        }
        show();
    }

    private void obey(String line) throws IOException {
        switch (line) {
            case "" -> {
                // ENTER alone asks for nothing.
            }
            case FINISH -> run.finish();
            case "n" -> run.next().ifPresent(this::say);
            case "h", "help", "?" -> help();
            case "l" -> run.rows().forEach(this::show);
            default -> {
                String id = line.substring(line.lastIndexOf(' ') + 1);
                Optional<String> refused =
                        switch (line.substring(0, line.length() - id.length()).strip()) {
                            case "" -> run.end(id);
                            case "again" -> run.begin(id);
                            case "shown" -> run.shown(id);
                            case "not shown" -> run.notShown(id);
                            default -> Optional.of("'" + line + "' is not understood");
                        };
                refused.ifPresent(reason -> say(reason + "; h + ENTER says what can be typed"));
            }
        }
    }

    /** What the person types, in lower case but for ids. */
    private BlockingQueue<String> typed(InputStream in) {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>(MAX_TYPED);
        Thread reader = new Thread(
                () -> {
                    try {
                        boolean keyboard = false;
                        BoundedLines input = new BoundedLines(in, MAX_LINE);
                        for (Optional<BoundedLines.Line> line = input.next(); line.isPresent(); line = input.next()) {
                            keyboard = true;
                            lines.put(line.get().text().strip().toLowerCase(Locale.ROOT));
                        }
                        if (keyboard) {
                            lines.put(FINISH);
                        }
                    } catch (IOException e) {
                        // The terminal is gone; the page has the same buttons.
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

    /** The rows that changed, and what to do about them. */
    private void show() {
        for (CaseRow row : run.rows()) {
            String text = text(row);
            String before = shown.put(row.id(), text);
            if (!text.equals(before) && !(before == null && row.state() == CaseRow.State.LATER)) {
                show(row);
            }
        }
        String advice = run.advice();
        if (!advice.equals(advised)) {
            advised = advice;
            if (!advice.isEmpty()) {
                say(advice);
            }
        }
    }

    private static String text(CaseRow row) {
        return (row.open() ? "port " + row.port() + ", " : "") + row.words();
    }

    private void show(CaseRow row) {
        print(
                row.id() + "  ",
                text(row) + (row.state() == CaseRow.State.WAITING && row.run() == 1 ? ": " + row.title() : ""));
        if (row.state() == CaseRow.State.CONNECTED) {
            print("    ", "quit the client, or type " + row.id() + " to end the run");
        }
        row.lookFor()
                .ifPresent(what -> print(
                        "    ",
                        row.open()
                                ? "look whether the client shows " + what
                                : "did the client show " + what + "? Type shown " + row.id() + ", or not shown "
                                        + row.id()));
        if (row.done()) {
            for (Transcript.Entry entry : row.lastLines()) {
                out.println("    | " + Visible.of(entry.toString()));
            }
            out.flush();
        }
    }
}
