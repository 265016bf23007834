package dev.starttls.conformance.client.run;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.server.Canaries;
import dev.starttls.conformance.client.server.Canary;
import dev.starttls.conformance.client.server.CaseServer;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerDialect;
import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.TestedClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Runs the cases of one protocol with one client. The control run, against a well-behaved server, comes first: what the
 * client does not do there, no case can observe.
 */
public final class ClientRunner implements AutoCloseable {
    private static final int MAX_LINES_OF_OUTPUT = 12;
    /** Fewer can be the fault of a client that tells success from failure. */
    private static final int MIN_FALSE_SUCCESSES = 3;

    private static final int MILLIS_BETWEEN_LOOKS = 20;
    private static final Duration FOR_THE_REST = Duration.ofSeconds(1);
    private static final Duration FOR_THE_WORKERS = Duration.ofSeconds(5);

    private final ServerDialect dialect;
    private final ClientUnderTest client;
    private final ClientRunSettings settings;
    private final RunListener progress;
    private final ClientServers servers;
    private final Path directory;
    private final Path ca;
    private final ExecutorService workers;

    /**
     * A runner for one client.
     *
     * @throws IOException if no temporary directory can be made
     */
    public ClientRunner(ServerDialect dialect, ClientUnderTest client, ClientRunSettings settings, RunListener progress)
            throws IOException {
        this.dialect = dialect;
        this.client = client;
        this.settings = settings;
        this.progress = progress;
        this.servers = ClientServers.of(dialect, settings, ClientPki.create(settings.host()));
        this.directory = Files.createTempDirectory("starttls-clients");
        this.ca = directory.resolve("ca.pem");
        Files.writeString(ca, servers.pki().rootPem());
        this.workers = new ThreadPoolExecutor(
                settings.parallel(),
                settings.parallel(),
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DaemonThreadFactory("case"),
                // A run that is interrupted before its first case has none.
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** The file with the root that the client has to trust. */
    public Path ca() {
        return ca;
    }

    /**
     * Runs the cases; the report has them in this order.
     *
     * @throws UncheckedIOException if the well-behaved server cannot be started
     */
    public TargetReport run(List<ClientCase> cases) {
        return begin(cases).report();
    }

    /**
     * Makes the control run and starts the cases; does not wait for them.
     *
     * @throws UncheckedIOException if the well-behaved server cannot be started
     */
    public Running begin(List<ClientCase> cases) {
        return new Running(cases);
    }

    /** The cases while they run. */
    public final class Running {
        private final TestedClient subject =
                new TestedClient(dialect.protocol(), settings.policy().key(), client.commandLine());
        private final Instant started = Instant.now();
        private final long begun = System.nanoTime();
        private final Control control;
        private final Map<Check, CompletableFuture<CheckResult>> results = new LinkedHashMap<>();
        private final Queue<String> obstacles = new ConcurrentLinkedQueue<>();

        private Running(List<ClientCase> cases) {
            progress.asks(subject);
            control = control();
            progress.over();
            if (problem().isEmpty()) {
                progress.begun(subject, cases.size());
                int port = settings.firstPort();
                for (ClientCase each : cases) {
                    int next = port == 0 || each.isControl() ? port : ++port;
                    CompletableFuture<CheckResult> result = new CompletableFuture<>();
                    results.put(each.check(), result);
                    workers.execute(() -> complete(result, each, next));
                }
            }
        }

        private Control control() {
            CaseKit kit = servers.kit(servers.nothingKnown());
            return new Control(
                    settings.policy(), settings.host(), trial(ClientCase.CONTROL, kit.benign(), settings.firstPort()));
        }

        /** Why no case can be run: the client never connected. */
        public Optional<String> problem() {
            Ending ending = control.trial().ending();
            if (ending.kind() == Ending.Kind.UNPREPARED) {
                return Optional.of("the client was not run: " + ending.words() + lastLine(ending));
            }
            return control.trial().evidence().connected()
                    ? Optional.empty()
                    : Optional.of("the client never connected to the well-behaved server: " + ending.words()
                            + lastLine(ending)
                            + "; it has to connect to {host} and {port} within --timeout");
        }

        /** What kept the suite from running a case that is done, which is no fault of the client; empty if nothing did. */
        public Optional<String> obstacle() {
            return Optional.ofNullable(obstacles.peek());
        }

        /** The client. */
        public TestedClient subject() {
            return subject;
        }

        /** What the client did with a well-behaved server. */
        public Control observed() {
            return control;
        }

        private void complete(CompletableFuture<CheckResult> result, ClientCase one, int port) {
            try {
                result.complete(done(one, port));
            } catch (RuntimeException | Error e) {
                // Not the case's own: who waits for its result gets it.
                result.completeExceptionally(e);
            }
        }

        private CheckResult done(ClientCase one, int port) {
            CheckResult result;
            try {
                result = result(one, port);
            } catch (UncheckedIOException e) {
                obstacles.add(String.valueOf(e.getCause().getMessage()));
                result = new CheckResult(
                        one.check(),
                        Verdict.inconclusive(
                                "the client was not run: " + e.getCause().getMessage()),
                        List.of(),
                        Duration.ZERO);
            } catch (RuntimeException | Error e) {
                result = new CheckResult(
                        one.check(),
                        Verdict.inconclusive("an internal error of the suite: " + e),
                        List.of(),
                        Duration.ZERO);
            }
            synchronized (progress) {
                progress.done(result);
            }
            return result;
        }

        private CheckResult result(ClientCase one, int port) {
            long since = System.nanoTime();
            List<Transcript.Entry> transcript = new ArrayList<>();
            Verdict verdict = verdict(one, port, transcript);
            Duration took = one.isControl() ? control.trial().took() : Duration.ofNanos(System.nanoTime() - since);
            return charged(new CheckResult(one.check(), verdict, transcript, took));
        }

        /** With what came of this case to the servers of others, which can be after its own run. */
        private CheckResult charged(CheckResult result) {
            List<Canaries.Stray> strays =
                    servers.canaries().straysOf(result.check().id());
            List<Transcript.Entry> transcript = new ArrayList<>(result.transcript());
            strays.stream()
                    .map(Running::described)
                    .filter(note -> !transcript.contains(note))
                    .forEach(transcript::add);
            Optional<Canaries.Stray> worst = strays.stream()
                    .filter(stray -> stray.through() == Transcript.Through.PLAINTEXT)
                    .max(Comparator.comparing(Canaries.Stray::weight));
            boolean allowed = settings.policy() == ClientPolicy.OPPORTUNISTIC
                    || result.verdict().status() == Status.FAIL
                    || worst.isEmpty();
            Verdict verdict = allowed
                    ? result.verdict()
                    : Verdict.fail("sent " + worst.get().what() + " in plaintext to the server of "
                            + worst.get().at());
            return new CheckResult(result.check(), verdict, transcript, result.took());
        }

        private static Transcript.Entry described(Canaries.Stray stray) {
            return new Transcript.Entry(
                    0,
                    0,
                    Transcript.From.SUITE,
                    Transcript.Through.PLAINTEXT,
                    "the server of " + stray.at() + " got " + stray.what() + " of this case, "
                            + (stray.through() == Transcript.Through.TLS ? "inside TLS" : "in plaintext"));
        }

        private Verdict verdict(ClientCase one, int port, List<Transcript.Entry> transcript) {
            CaseKit kit = servers.kit(control);
            Optional<Verdict> foregone = one.foregone(kit);
            if (foregone.isPresent()) {
                return foregone.get();
            }
            List<Trial> trials = new ArrayList<>();
            for (Function<CaseKit, Script> script : one.scripts()) {
                Trial trial = one.isControl() ? control.trial() : trial(one.id(), script.apply(kit), port);
                one.heading(kit, trials.size()).ifPresent(transcript::add);
                transcript.addAll(trial.evidence().transcript().entries());
                if (trial.ending().kind() == Ending.Kind.UNABLE) {
                    return Verdict.skip(
                            "the client cannot do this case: " + trial.ending().words());
                }
                if (trial.ending().kind() == Ending.Kind.UNPREPARED) {
                    return Verdict.inconclusive(
                            "the client was not run: " + trial.ending().words() + lastLine(trial.ending()));
                }
                if (!trial.evidence().connected()) {
                    String visitors = trial.evidence()
                            .visitors()
                            .map(others -> ", and connections came with the credentials of " + others)
                            .orElse("");
                    return Verdict.inconclusive("the client did not connect" + visitors + ": "
                            + trial.ending().words() + lastLine(trial.ending()));
                }
                trials.add(trial);
            }
            return one.verdict(trials, control);
        }

        /**
         * The result of a case; not to be cancelled. It fails only by an error of the suite.
         *
         * @throws IllegalArgumentException if it was not started
         */
        public CompletableFuture<CheckResult> result(Check check) {
            CompletableFuture<CheckResult> result = results.get(check);
            if (result == null) {
                throw new IllegalArgumentException("check: expected a case that was started, got " + check.id());
            }
            return result;
        }

        /** Waits for all cases, and returns the report. */
        public TargetReport report() {
            List<CheckResult> done =
                    results.values().stream().map(CompletableFuture::join).toList();
            List<CheckResult> all = done.stream().map(this::charged).toList();
            progress.over();
            Survey survey = new Survey(List.of(), Optional.empty(), problem(), notes(all));
            return new TargetReport(
                    subject,
                    started,
                    Duration.ofNanos(System.nanoTime() - begun),
                    survey,
                    control.trial().evidence().transcript().entries(),
                    all,
                    Optional.empty());
        }

        /** The report of the cases that are done by now, because the run is about to end; empty if none is. */
        public Optional<TargetReport> soFar() {
            List<CheckResult> done = results.values().stream()
                    .filter(result -> result.isDone() && !result.isCompletedExceptionally())
                    .map(CompletableFuture::join)
                    .map(this::charged)
                    .toList();
            Survey cut = new Survey(
                    List.of(),
                    Optional.empty(),
                    Optional.of("interrupted when " + done.size() + " of " + results.size() + " cases were done"),
                    notes(done));
            return done.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new TargetReport(
                            subject,
                            started,
                            Duration.ofNanos(System.nanoTime() - begun),
                            cut,
                            control.trial().evidence().transcript().entries(),
                            done,
                            Optional.empty()));
        }

        private List<String> notes(List<CheckResult> done) {
            List<String> notes = new ArrayList<>();
            alwaysSuccess(done).ifPresent(notes::add);
            control.hello()
                    .ifPresent(hello -> notes.add("with a well-behaved server: " + hello
                            + (control.indicatesName() ? ", with the server's name" : ", without the server's name")));
            if (!control.verbs().isEmpty()) {
                notes.add("inside TLS it sent: " + String.join(" ", control.verbs()));
            }
            if (!control.trial().secured()) {
                notes.add("with a well-behaved server it did not finish a handshake");
            }
            notes.add("it ended with: " + control.trial().ending().words());
            return notes;
        }
    }

    /** What to do if most of the failures are that the client reports success; empty if they are not. */
    private static Optional<String> alwaysSuccess(List<CheckResult> done) {
        List<Verdict> failed = done.stream()
                .map(CheckResult::verdict)
                .filter(verdict -> verdict.status() == Status.FAIL)
                .toList();
        long by = failed.stream().filter(Judgements::isFalseSuccess).count();
        return by >= MIN_FALSE_SUCCESSES && 2 * by > failed.size()
                ? Optional.of(
                        by + " of " + failed.size() + " failures are only that it reports success where it must not:"
                                + " if the command exits with 0 whatever happens, as one that queues mail, run it with"
                                + " --exit-status ignored")
                : Optional.empty();
    }

    /** One run of the client with a server of its own. */
    private Trial trial(String id, Script script, int port) {
        Canary canary = servers.canaries().of(id, "example.org");
        long since = System.nanoTime();
        Duration limit = settings.timeout().plus(settings.linger()).plus(FOR_THE_REST);
        try (CaseServer server = servers.start(script, canary, port, limit)) {
            Path own = Files.createTempDirectory(directory, id);
            Ending said = client.run(new Attempt(
                    id,
                    settings.host(),
                    server.port(),
                    server.secondPort(),
                    canary.user(),
                    canary.password(),
                    servers.pki().root(),
                    ca,
                    own,
                    settings.timeout(),
                    server.evidence()));
            Duration took = Duration.ofNanos(System.nanoTime() - since);
            Transcript seen = server.evidence().transcript();
            Ending ending = new Ending(said.kind(), seen.concealed(said.words()), seen.concealed(said.output()));
            if (ending.kind() != Ending.Kind.UNPREPARED) {
                awaitConnection(server);
            }
            server.awaitEnd(settings.linger().plus(FOR_THE_REST));
            server.stop();
            seen.note(0, "the client: " + ending.words());
            lastLines(ending).forEach(line -> seen.note(0, "it printed: " + line));
            return new Trial(server.evidence(), ending, took);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("the run was ended");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Trial failed(String words) {
        return new Trial(new Evidence(), Ending.of(Ending.Kind.UNKNOWN, words), Duration.ZERO);
    }

    private void awaitConnection(CaseServer server) throws InterruptedException {
        long until = System.nanoTime() + settings.linger().toNanos();
        while (!server.evidence().connected() && System.nanoTime() < until) {
            Thread.sleep(MILLIS_BETWEEN_LOOKS);
        }
    }

    private static List<String> lastLines(Ending ending) {
        List<String> lines =
                ending.output().lines().filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - MAX_LINES_OF_OUTPUT), lines.size());
    }

    private static String lastLine(Ending ending) {
        List<String> lines = lastLines(ending);
        return lines.isEmpty() ? "" : "; it printed: " + Transcript.printable(lines.get(lines.size() - 1));
    }

    /** Ends the run, and deletes the files that it made. Calling it again has no effect. */
    @Override
    public void close() {
        workers.shutdownNow();
        try {
            // They make files.
            var unused = workers.awaitTermination(FOR_THE_WORKERS.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // What the client still writes there stays, or does not let be read; it is in the system's directory for
            // temporary files.
            return;
        }
    }
}
