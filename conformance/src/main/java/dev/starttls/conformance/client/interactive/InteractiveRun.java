package dev.starttls.conformance.client.interactive;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Sighting;
import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientServers;
import dev.starttls.conformance.client.run.OpenCase;
import dev.starttls.conformance.client.server.Canary;
import dev.starttls.conformance.client.server.ServerDialect;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.TestedClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The cases for a client that a person runs. The control, with a well-behaved server, is first; then all cases are open,
 * or one after the other. A run is over when the client has come, is gone, and stays away for a while, or when the person
 * ends it. A case that is done can be repeated: until the client comes again, it keeps its verdict. What such a client says
 * of its success is not known, and not judged. Safe for use by several threads.
 *
 * <pre>{@code
 * try (InteractiveRun run = InteractiveRun.start(dialect, settings, control, cases, PortUse.EACH, quiet, state)) {
 *     while (!run.finished()) {
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
    private final Canary account;
    private final Instant started = Instant.now();
    private final long begun = System.nanoTime();
    private final ClientCase wellBehaved;
    private final List<ClientCase> cases;
    private final Map<String, SessionFile.Done> done = new LinkedHashMap<>();
    /** The cases for which the client is awaited, in this order; none while the control is. */
    private final Map<String, OpenCase> pending = new LinkedHashMap<>();

    /** The control while the client is awaited for it. */
    private Optional<OpenCase> control;
    /** What the last control showed; empty if there was none in this process. */
    private Optional<Control> known = Optional.empty();

    /** Whether nothing is opened until the person says so. */
    private boolean held;
    /** Why a port could not be opened; it is tried again. */
    private Optional<String> trouble = Optional.empty();

    private volatile boolean finished;

    private InteractiveRun(
            ClientServers servers,
            ClientCase control,
            List<ClientCase> cases,
            PortUse ports,
            int firstPort,
            Duration quiet,
            Optional<SessionFile> file,
            Canary account) {
        this.servers = servers;
        this.ports = ports;
        this.firstPort = firstPort;
        this.quiet = quiet;
        this.file = file;
        this.account = account;
        this.wellBehaved = control;
        this.cases =
                cases.stream().filter(each -> !each.id().equals(control.id())).toList();
        this.control = Optional.of(newControl());
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
                + (ports.shared() ? "one port" : "a port for each case");
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
        before.ifPresent(content -> run.all().stream()
                .filter(each -> content.cases().containsKey(each.id()))
                .forEach(each -> run.done.put(each.id(), content.cases().get(each.id()))));
        run.control.orElseThrow().open();
        run.keep();
        return run;
    }

    private OpenCase newControl() {
        return open(wellBehaved, servers.nothingKnown(), firstPort);
    }

    private OpenCase open(ClientCase one, Control shown, int port) {
        return new OpenCase(one, servers, shown, port, () -> account);
    }

    private List<ClientCase> all() {
        List<ClientCase> all = new ArrayList<>(List.of(wellBehaved));
        all.addAll(cases);
        return all;
    }

    private boolean isControl(ClientCase one) {
        return one.id().equals(wellBehaved.id());
    }

    /** The root that the client has to trust, as a PEM file has it. */
    public String rootPem() {
        return servers.pki().rootPem();
    }

    /** What to set in the client; the port is that of the case. */
    public AccountSettings account() {
        return AccountSettings.of(
                servers.settings().host(), servers.settings().policy(), account.user(), account.password());
    }

    /** How the cases share ports. */
    public PortUse ports() {
        return ports;
    }

    /** The protocol that the client speaks. */
    public Protocol protocol() {
        return servers.dialect().protocol();
    }

    /** Looks whether runs are over, and goes on from there; to be called again and again. */
    public synchronized void look() throws IOException {
        for (OpenCase each : opened()) {
            if (each.settled(quiet)) {
                runOver(each, SessionFile.Cause.SETTLED);
            }
        }
        proceed();
    }

    /**
     * Ends the run that is going on: that of the case to which the client has connected, or the first that waits. If none
     * is, what was held back begins.
     *
     * @return why it cannot end; empty if it did
     * @throws IOException if the session cannot be kept
     */
    public synchronized Optional<String> next() throws IOException {
        Optional<OpenCase> current = opened().stream()
                .filter(InteractiveRun::came)
                .findFirst()
                .or(() -> opened().stream().findFirst());
        if (current.isPresent()) {
            return end(current.get());
        }
        if (!held) {
            return Optional.of("no case is open");
        }
        held = false;
        proceed();
        return Optional.empty();
    }

    /**
     * Ends the run of the client that is going on in a case. If the client came, the case is judged by what was seen, or
     * goes on to its next run; if not, it is inconclusive, or keeps the verdict that it had.
     *
     * @param id of the case, in upper or lower case
     * @return why it cannot end; empty if it did
     * @throws IOException if the session cannot be kept
     */
    public synchronized Optional<String> end(String id) throws IOException {
        Optional<OpenCase> open = openCase(id);
        return open.isPresent() ? end(open.get()) : Optional.of(notOpen(id));
    }

    /**
     * The same for one run: a button that is pressed twice, or too late, does not end the next.
     *
     * @param run its number, from 1
     */
    public synchronized Optional<String> end(String id, int run) throws IOException {
        Optional<OpenCase> open = openCase(id);
        return open.isPresent() && open.get().run() != run
                ? Optional.of("run " + run + " of " + open.get().tested().id() + " is over")
                : end(id);
    }

    private Optional<OpenCase> openCase(String id) {
        return opened().stream()
                .filter(each -> each.tested().id().equalsIgnoreCase(id))
                .findFirst();
    }

    private Optional<ClientCase> named(String id) {
        return all().stream().filter(each -> each.id().equalsIgnoreCase(id)).findFirst();
    }

    private String notOpen(String id) {
        return named(id)
                .map(one -> one.id() + (done.containsKey(one.id()) ? " is done" : " has not begun"))
                .orElse("there is no case '" + id + "' in this session");
    }

    private Optional<String> end(OpenCase one) throws IOException {
        if (came(one)) {
            runOver(one, SessionFile.Cause.ENDED);
        } else if (isControl(one.tested()) && known.isEmpty()) {
            return Optional.of(controlFirst());
        } else {
            finish(one, SessionFile.Cause.ENDED);
        }
        return Optional.empty();
    }

    private String controlFirst() {
        return "the well-behaved server is first: let the client connect to port "
                + control.map(OpenCase::port).orElse(0);
    }

    private static boolean came(OpenCase one) {
        return one.evidence().connected();
    }

    /**
     * Begins a case now: one that is done, once more; with one port also one that would come later. Repeating the control
     * begins anew with all cases that are not done, or could not be run for what the control had shown.
     *
     * @param id of the case, in upper or lower case
     * @return why it cannot begin; empty if it did
     * @throws IOException if its port cannot be opened, or the session cannot be kept
     */
    public synchronized Optional<String> begin(String id) throws IOException {
        Optional<ClientCase> one = named(id);
        if (one.isEmpty()) {
            return Optional.of(notOpen(id));
        }
        Optional<OpenCase> open = openCase(id);
        if (open.isPresent()) {
            return Optional.of(one.get().id() + " is open: let the client connect to port "
                    + open.get().port());
        }
        if (known.isEmpty() || control.isPresent()) {
            return Optional.of(controlFirst());
        }
        return isControl(one.get()) ? repeatControl() : begin(one.get());
    }

    /**
     * The person saw in the client's window what the case asks for.
     *
     * @param id of the case, in upper or lower case
     * @return why that does not matter; empty if the case is judged by it now
     * @throws IOException if the session cannot be kept
     */
    public Optional<String> shown(String id) throws IOException {
        return looked(id, Sighting::seen);
    }

    /** The same for what the person looked for in vain. */
    public Optional<String> notShown(String id) throws IOException {
        return looked(id, Sighting::unseen);
    }

    private synchronized Optional<String> looked(String id, Function<Sighting, Verdict> says) throws IOException {
        Optional<ClientCase> one = named(id);
        if (one.isEmpty()) {
            return Optional.of(notOpen(id));
        }
        String key = one.get().id();
        Optional<SessionFile.Done> before = Optional.ofNullable(done.get(key));
        if (openCase(id).isPresent() || !asked(one.get(), before)) {
            return Optional.of(key + " does not ask for what the client shows");
        }
        Verdict verdict = says.apply(one.get().sighting().orElseThrow())
                .at(one.get().check().level());
        done.put(
                key,
                new SessionFile.Done(
                        verdict, before.orElseThrow().cause(), before.get().transcript()));
        keep();
        return Optional.empty();
    }

    /** Whether the verdict waits for what the person saw. */
    private static boolean asked(ClientCase one, Optional<SessionFile.Done> before) {
        return one.sighting().isPresent()
                && before.filter(each -> each.cause() != SessionFile.Cause.FOREGONE
                                && each.verdict().status() == Status.INCONCLUSIVE
                                && !each.verdict().unanswered())
                        .isPresent();
    }

    private Optional<String> repeatControl() throws IOException {
        for (OpenCase each : opened()) {
            if (came(each)) {
                judge(each, SessionFile.Cause.ENDED);
            }
        }
        pending.values().forEach(OpenCase::close);
        pending.clear();
        held = false;
        OpenCase again = newControl();
        again.open();
        control = Optional.of(again);
        keep();
        return Optional.empty();
    }

    private Optional<String> begin(ClientCase one) throws IOException {
        OpenCase begins =
                Optional.ofNullable(pending.get(one.id())).orElseGet(() -> open(one, known.orElseThrow(), port(one)));
        Optional<Verdict> foregone = begins.foregone();
        if (foregone.isPresent()) {
            return Optional.of(one.id() + " cannot be run: " + foregone.get().detail());
        }
        if (ports.shared()) {
            yieldPort();
        }
        Map<String, OpenCase> others = new LinkedHashMap<>(pending);
        pending.clear();
        pending.put(one.id(), begins);
        others.forEach(pending::putIfAbsent);
        trouble = Optional.empty();
        listen(begins);
        keep();
        return Optional.empty();
    }

    /** Ends the case that has the only port; if no client came, it comes later. */
    private void yieldPort() {
        for (OpenCase current : opened()) {
            if (came(current)) {
                judge(current, SessionFile.Cause.ENDED);
            } else {
                current.close();
            }
        }
    }

    private List<OpenCase> opened() {
        return control.map(List::of).orElseGet(() -> pending.values().stream()
                .filter(each -> each.port() > 0)
                .toList());
    }

    private void runOver(OpenCase one, SessionFile.Cause cause) throws IOException {
        one.endRun();
        if (one.over()) {
            finish(one, cause);
        } else {
            proceed();
        }
    }

    private void finish(OpenCase one, SessionFile.Cause cause) throws IOException {
        judge(one, cause);
        held = held || ports == PortUse.ONE_IN_STEPS;
        proceed();
        keep();
    }

    private void judge(OpenCase one, SessionFile.Cause cause) {
        Verdict verdict = one.verdict();
        boolean came = one.trials().stream().anyMatch(trial -> trial.evidence().connected());
        String id = one.tested().id();
        if (came || !done.containsKey(id)) {
            done.put(id, new SessionFile.Done(verdict, cause, one.transcript()));
        }
        pending.remove(id);
        if (isControl(one.tested())) {
            if (came) {
                known = Optional.of(new Control(
                        servers.settings().policy(),
                        servers.settings().host(),
                        one.trials().get(0)));
            }
            control = Optional.empty();
            held = controlFailed();
            beginAll(known.orElseThrow());
        }
    }

    /** All cases that are not done; whether one cannot be run depends on the control, and is found out again. */
    private void beginAll(Control shown) {
        done.values().removeIf(each -> each.cause() == SessionFile.Cause.FOREGONE);
        for (ClientCase one : cases) {
            if (!done.containsKey(one.id())) {
                OpenCase open = open(one, shown, port(one));
                open.foregone()
                        .ifPresentOrElse(
                                verdict -> done.put(
                                        one.id(), new SessionFile.Done(verdict, SessionFile.Cause.FOREGONE, List.of())),
                                () -> pending.put(one.id(), open));
            }
        }
    }

    private int port(ClientCase one) {
        return firstPort == 0 || ports.shared() ? firstPort : firstPort + 1 + cases.indexOf(one);
    }

    /** Whether the last control says that other cases are likely to say nothing. */
    private boolean controlFailed() {
        return Optional.ofNullable(done.get(wellBehaved.id()))
                .map(shown -> shown.verdict().status())
                .filter(status -> status == Status.FAIL || status == Status.INCONCLUSIVE)
                .isPresent();
    }

    /** Opens what is to be open now: also the next run of a case that has begun. A port that is taken is tried again. */
    private void proceed() {
        trouble = Optional.empty();
        control.ifPresent(this::listen);
        for (OpenCase each : pending.values()) {
            if (!held || each.run() > 1) {
                listen(each);
            }
            if (ports.shared()) {
                return;
            }
        }
    }

    private void listen(OpenCase one) {
        try {
            one.open();
        } catch (IOException e) {
            trouble = Optional.of(e.getMessage());
        }
    }

    private void keep() throws IOException {
        if (file.isPresent()) {
            file.get()
                    .write(new SessionFile.Content(servers.pki(), firstPort, account.user(), account.password(), done));
        }
    }

    /** Whether all cases are done; they can be repeated all the same. */
    public synchronized boolean over() {
        return control.isEmpty() && pending.isEmpty();
    }

    /** Ends the session, because the person says so. */
    public void finish() {
        finished = true;
    }

    /** Whether the person has ended the session. */
    public boolean finished() {
        return finished;
    }

    /** What a person should know now, in sentences; empty if there is nothing to say. */
    public synchronized String advice() {
        List<String> sentences = new ArrayList<>();
        control.filter(each -> each.port() > 0 && !came(each))
                .ifPresent(each -> sentences.add("The well-behaved server is first: let the client connect to port "
                        + each.port() + ", and go to the end of what it is for."));
        if (control.isEmpty() && controlFailed()) {
            sentences.add(
                    "The client did not pass with the well-behaved server, so that other cases may say nothing: check"
                            + " the settings and whether the client trusts the root certificate, and repeat "
                            + wellBehaved.id()
                            + ".");
        }
        if (waits()) {
            sentences.add("The next case begins when you say so.");
        }
        trouble.ifPresent(reason -> sentences.add("A port is taken, and tried again: " + reason + "."));
        if (over()) {
            sentences.add("All cases are done: repeat any, or finish the session for its report.");
        }
        return String.join(" ", sentences);
    }

    /** Whether nothing is open, and the person has to say so for the next case to begin. */
    public synchronized boolean waits() {
        return held && opened().isEmpty() && !pending.isEmpty();
    }

    /** Where each case stands, the control first. */
    public synchronized List<CaseRow> rows() {
        List<CaseRow> rows = new ArrayList<>();
        rows.add(row(wellBehaved, control));
        for (ClientCase each : cases) {
            rows.add(row(each, Optional.ofNullable(pending.get(each.id()))));
        }
        return rows;
    }

    private CaseRow row(ClientCase one, Optional<OpenCase> awaited) {
        Optional<OpenCase> open = awaited.filter(each -> each.port() > 0);
        Optional<SessionFile.Done> before = Optional.ofNullable(done.get(one.id()));
        List<Transcript.Entry> lines = open.or(() -> awaited.filter(each -> before.isEmpty()))
                .map(OpenCase::transcript)
                .or(() -> before.map(SessionFile.Done::transcript))
                .orElse(List.of());
        return new CaseRow(
                one.id(),
                one.check().title(),
                state(open, before),
                open.map(OpenCase::port).orElse(0),
                awaited.map(OpenCase::run).orElse(1),
                one.scripts().size(),
                before.map(SessionFile.Done::verdict),
                one.sighting().map(Sighting::what).filter(what -> open.isPresent() || asked(one, before)),
                actions(one, open, before),
                lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    private static CaseRow.State state(Optional<OpenCase> open, Optional<SessionFile.Done> before) {
        if (open.isPresent()) {
            return came(open.get()) ? CaseRow.State.CONNECTED : CaseRow.State.WAITING;
        }
        if (before.isEmpty()) {
            return CaseRow.State.LATER;
        }
        return before.get().cause() == SessionFile.Cause.ENDED ? CaseRow.State.ENDED : CaseRow.State.JUDGED;
    }

    private Set<CaseRow.Action> actions(ClientCase one, Optional<OpenCase> open, Optional<SessionFile.Done> before) {
        if (open.isPresent()) {
            boolean first = isControl(one) && known.isEmpty() && !came(open.get());
            return first ? Set.of() : EnumSet.of(CaseRow.Action.END);
        }
        boolean foregone = before.isPresent() && before.get().cause() == SessionFile.Cause.FOREGONE;
        Set<CaseRow.Action> actions = EnumSet.noneOf(CaseRow.Action.class);
        if (control.isEmpty() && !foregone) {
            actions.add(CaseRow.Action.BEGIN);
        }
        if (asked(one, before)) {
            actions.add(CaseRow.Action.SAY);
        }
        return actions;
    }

    /** The report of the cases that are done; empty if none is. */
    public synchronized Optional<TargetReport> report() {
        List<CheckResult> results = new ArrayList<>();
        for (ClientCase each : all()) {
            Optional.ofNullable(done.get(each.id()))
                    .ifPresent(one ->
                            results.add(new CheckResult(each.check(), one.verdict(), one.transcript(), Duration.ZERO)));
        }
        int open = 1 + cases.size() - results.size();
        Survey survey = new Survey(
                List.of(),
                Optional.empty(),
                open == 0
                        ? Optional.empty()
                        : Optional.of(
                                "ended when " + results.size() + " of " + (1 + cases.size()) + " cases were done"),
                List.of("a person ran the client; what it says of its success was not judged"));
        return results.isEmpty()
                ? Optional.empty()
                : Optional.of(new TargetReport(
                        new TestedClient(protocol(), servers.settings().policy().key(), Optional.empty()),
                        started,
                        Duration.ofNanos(System.nanoTime() - begun),
                        survey,
                        Optional.ofNullable(done.get(wellBehaved.id()))
                                .map(SessionFile.Done::transcript)
                                .orElse(List.of()),
                        results,
                        Optional.empty()));
    }

    @Override
    public synchronized void close() {
        control.ifPresent(OpenCase::close);
        pending.values().forEach(OpenCase::close);
    }
}
