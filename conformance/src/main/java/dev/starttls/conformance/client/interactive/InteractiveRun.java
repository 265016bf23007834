package dev.starttls.conformance.client.interactive;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientServers;
import dev.starttls.conformance.client.run.OpenCase;
import dev.starttls.conformance.client.server.Canary;
import dev.starttls.conformance.client.server.ServerDialect;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.TestedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cases for a client that a person runs. The control, with a well-behaved server, is first; then all cases are open,
 * or one after the other. A run is over when the client has come, is gone, and stays away for a while, or when the person
 * says so. What such a client says of its success is not known, and not judged. Safe for use by several threads.
 *
 * <pre>{@code
 * try (InteractiveRun run = InteractiveRun.start(dialect, settings, control, cases, PortUse.EACH, quiet, state)) {
 *     while (!run.over()) {
 *         run.look();
 *     }
 * }
 * }</pre>
 */
public final class InteractiveRun implements AutoCloseable {
    private static final int LAST_LINES = 5;
    private static final String DOMAIN = "example.org";

    private final ClientServers servers;
    private final PortUse ports;
    private final int firstPort;
    private final Duration quiet;
    private final Optional<SessionFile> file;
    private final Canary shared;
    private final Instant started = Instant.now();
    private final long begun = System.nanoTime();
    private final List<ClientCase> cases;
    private final OpenCase control;
    private final Map<String, SessionFile.Done> done = new LinkedHashMap<>();
    /** The cases that are not done, once the control is. */
    private final Map<String, OpenCase> pending = new LinkedHashMap<>();

    private List<Transcript.Entry> dialogue = List.of();
    private boolean controlled;

    private InteractiveRun(
            ClientServers servers,
            ClientCase control,
            List<ClientCase> cases,
            PortUse ports,
            int firstPort,
            Duration quiet,
            Optional<SessionFile> file,
            Canary shared) {
        this.servers = servers;
        this.ports = ports;
        this.firstPort = firstPort;
        this.quiet = quiet;
        this.file = file;
        this.shared = shared;
        this.cases =
                cases.stream().filter(each -> !each.id().equals(control.id())).toList();
        this.control = open(control, servers.nothingKnown(), firstPort);
    }

    /**
     * Starts with the control, or takes a session up again.
     *
     * @param control the case of a well-behaved server
     * @param cases in their order
     * @param quiet how long a client has to stay away for its run to be over
     * @param state where the session is kept
     * @throws IOException if a port cannot be opened, or the file is of another session
     */
    public static InteractiveRun start(
            ServerDialect dialect,
            ClientRunSettings settings,
            ClientCase control,
            List<ClientCase> cases,
            PortUse ports,
            Duration quiet,
            Optional<Path> state)
            throws IOException {
        String subject = "client:" + dialect.protocol().key() + ", policy "
                + settings.policy().key() + ", host " + settings.host() + ", "
                + (ports == PortUse.ONE ? "one port" : "a port for each case");
        Optional<SessionFile> file = state.map(path -> new SessionFile(path, subject));
        Optional<SessionFile.Content> before = file.isPresent() ? file.get().read() : Optional.empty();
        ClientPki pki = before.map(SessionFile.Content::pki).orElseGet(() -> ClientPki.create(settings.host()));
        InteractiveRun run = new InteractiveRun(
                ClientServers.of(dialect, settings, pki),
                control,
                cases,
                ports,
                before.map(SessionFile.Content::firstPort).orElse(settings.firstPort()),
                quiet,
                file,
                before.map(content -> new Canary(content.user(), content.password()))
                        .orElseGet(() -> Canary.of("client", DOMAIN)));
        before.ifPresent(content -> run.cases.stream()
                .filter(each -> content.cases().containsKey(each.id()))
                .forEach(each -> run.done.put(each.id(), content.cases().get(each.id()))));
        run.control.open();
        run.keep();
        return run;
    }

    private OpenCase open(ClientCase one, Control known, int port) {
        Canary canary = ports == PortUse.ONE ? shared : Canary.of(one.id(), DOMAIN);
        return new OpenCase(one, servers, known, port, () -> canary);
    }

    /** The root that the client has to trust, as a PEM file has it. */
    public String rootPem() {
        return servers.pki().rootPem();
    }

    /** The name of the server. */
    public String host() {
        return servers.settings().host();
    }

    /** Looks whether runs are over, and goes on from there; to be called again and again. */
    public synchronized void look() throws IOException {
        for (OpenCase each : opened()) {
            if (each.settled(quiet)) {
                runOver(each);
            }
        }
    }

    /**
     * Ends the run that is going on, because the person says so: that of the case to which the client has connected, or
     * the first that waits.
     *
     * @return why it cannot end: without the control no case says anything
     */
    public synchronized Optional<String> next() throws IOException {
        Optional<OpenCase> current = opened().stream()
                .filter(each -> each.evidence().connected())
                .findFirst()
                .or(() -> opened().stream().findFirst());
        boolean came = current.filter(each -> each.evidence().connected()).isPresent();
        if (!came && !controlled) {
            return Optional.of("the well-behaved server is first: let the client connect to port " + control.port());
        }
        if (came) {
            runOver(current.get());
        } else if (current.isPresent()) {
            finish(current.get());
        }
        return Optional.empty();
    }

    private List<OpenCase> opened() {
        return controlled
                ? pending.values().stream().filter(each -> each.port() > 0).toList()
                : List.of(control);
    }

    private void runOver(OpenCase one) throws IOException {
        one.endRun();
        if (one.over()) {
            finish(one);
        } else {
            one.open();
        }
    }

    private void finish(OpenCase one) throws IOException {
        Verdict verdict = one.verdict();
        if (one == control) {
            dialogue = one.transcript();
            controlled = true;
            done.put(one.tested().id(), new SessionFile.Done(verdict, dialogue));
            begin();
        } else {
            pending.remove(one.tested().id());
            done.put(one.tested().id(), new SessionFile.Done(verdict, one.transcript()));
        }
        keep();
        proceed();
    }

    private void begin() {
        Control known = new Control(
                servers.settings().policy(),
                servers.settings().host(),
                control.trials().get(0));
        for (int i = 0; i < cases.size(); i++) {
            ClientCase one = cases.get(i);
            if (!done.containsKey(one.id())) {
                OpenCase open = open(one, known, port(i));
                open.foregone()
                        .ifPresentOrElse(
                                verdict -> done.put(one.id(), new SessionFile.Done(verdict, List.of())),
                                () -> pending.put(one.id(), open));
            }
        }
    }

    private int port(int index) {
        return firstPort == 0 || ports == PortUse.ONE ? firstPort : firstPort + 1 + index;
    }

    /** Opens what is to be open now. */
    private void proceed() throws IOException {
        for (OpenCase each : pending.values()) {
            each.open();
            if (ports == PortUse.ONE) {
                return;
            }
        }
    }

    private void keep() throws IOException {
        if (file.isPresent()) {
            file.get().write(new SessionFile.Content(servers.pki(), firstPort, shared.user(), shared.password(), done));
        }
    }

    /** Whether all cases are done. */
    public synchronized boolean over() {
        return controlled && pending.isEmpty();
    }

    /** Where each case stands, the control first. */
    public synchronized List<CaseRow> rows() {
        List<CaseRow> rows = new ArrayList<>();
        rows.add(row(control.tested(), Optional.of(control)));
        for (ClientCase each : cases) {
            rows.add(row(each, Optional.ofNullable(pending.get(each.id()))));
        }
        return rows;
    }

    private CaseRow row(ClientCase one, Optional<OpenCase> open) {
        Optional<SessionFile.Done> finished = Optional.ofNullable(done.get(one.id()));
        List<Transcript.Entry> all = finished.map(SessionFile.Done::transcript)
                .orElseGet(() -> open.map(OpenCase::transcript).orElse(List.of()));
        return new CaseRow(
                one.id(),
                one.check().title(),
                state(finished, open),
                open.map(OpenCase::port).orElse(0),
                open.map(OpenCase::user).orElse(""),
                open.map(OpenCase::password).orElse(""),
                open.map(OpenCase::run).orElse(1),
                one.scripts().size(),
                finished.map(SessionFile.Done::verdict),
                all.subList(Math.max(0, all.size() - LAST_LINES), all.size()));
    }

    private static CaseRow.State state(Optional<SessionFile.Done> finished, Optional<OpenCase> open) {
        if (finished.isPresent()) {
            return CaseRow.State.DONE;
        }
        if (open.isEmpty() || open.get().port() == 0) {
            return CaseRow.State.LATER;
        }
        return open.get().evidence().connected() ? CaseRow.State.CONNECTED : CaseRow.State.WAITING;
    }

    /** The report of the cases that are done; empty if none is. */
    public synchronized Optional<TargetReport> report() {
        List<CheckResult> results = new ArrayList<>();
        List<ClientCase> all = new ArrayList<>(List.of(control.tested()));
        all.addAll(cases);
        for (ClientCase each : all) {
            Optional.ofNullable(done.get(each.id()))
                    .ifPresent(one ->
                            results.add(new CheckResult(each.check(), one.verdict(), one.transcript(), Duration.ZERO)));
        }
        int open = all.size() - results.size();
        Survey survey = new Survey(
                List.of(),
                Optional.empty(),
                open == 0
                        ? Optional.empty()
                        : Optional.of("ended when " + results.size() + " of " + all.size() + " cases were done"),
                List.of("a person ran the client; what it says of its success was not judged"));
        return results.isEmpty()
                ? Optional.empty()
                : Optional.of(new TargetReport(
                        new TestedClient(
                                servers.dialect().protocol(),
                                servers.settings().policy().key(),
                                Optional.empty()),
                        started,
                        Duration.ofNanos(System.nanoTime() - begun),
                        survey,
                        dialogue,
                        results,
                        Optional.empty()));
    }

    @Override
    public synchronized void close() {
        control.close();
        pending.values().forEach(OpenCase::close);
    }
}
