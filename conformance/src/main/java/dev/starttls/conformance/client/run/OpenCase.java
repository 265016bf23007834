package dev.starttls.conformance.client.run;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Canary;
import dev.starttls.conformance.client.server.CaseServer;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.connection.Transcript;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A case for a client that somebody else runs: a test, or a person at a program with windows. Its server listens until
 * the run of the client is over; a case of several runs has one server after the other. What such a client says of its
 * success is not known, and not judged. Safe for use by several threads.
 */
public final class OpenCase implements AutoCloseable {
    private static final Duration FOR_THE_REST = Duration.ofSeconds(1);

    private final ClientCase one;
    private final ClientServers servers;
    private final Control control;
    private final int port;
    private final Supplier<Canary> canaries;
    private final List<Trial> trials = new ArrayList<>();
    /** Where the server of each run that is over listened. */
    private final List<Integer> ports = new ArrayList<>();
    /** Of the runs that have begun. */
    private final List<Optional<Transcript.Entry>> headings = new ArrayList<>();

    private Optional<CaseServer> server = Optional.empty();
    private Canary canary;
    private long openedAt;
    private int eventsSeen;
    private long lastChange;

    /**
     * A case that is not open yet.
     *
     * @param control what is known of the client
     * @param port where to listen; 0 for any that is free
     * @param canaries user and password of each run
     */
    public OpenCase(ClientCase one, ClientServers servers, Control control, int port, Supplier<Canary> canaries) {
        this.one = one;
        this.servers = servers;
        this.control = control;
        this.port = port;
        this.canaries = canaries;
        this.canary = canaries.get();
    }

    /** The verdict that the case has without any run: it does not apply, or cannot say anything of this client. */
    public Optional<Verdict> foregone() {
        return one.foregone(servers.kit(control));
    }

    /** The case. */
    public ClientCase tested() {
        return one;
    }

    /**
     * Starts the server of this run, unless it listens already.
     *
     * @throws IOException if the port cannot be opened
     */
    public synchronized void open() throws IOException {
        if (server.isEmpty() && trials.size() < runs()) {
            openedAt = System.nanoTime();
            lastChange = openedAt;
            eventsSeen = 0;
            CaseKit kit = servers.kit(control);
            server = Optional.of(servers.start(
                    one.scripts().get(trials.size()).apply(kit),
                    canary,
                    port,
                    servers.settings().timeout()));
            headings.add(one.heading(kit, trials.size()));
        }
    }

    /** How many runs of the client the case needs. */
    public int runs() {
        return one.scripts().size();
    }

    /** The number of this run, from 1. */
    public synchronized int run() {
        return Math.min(trials.size() + 1, runs());
    }

    /** Whether all runs are over. */
    public synchronized boolean over() {
        return trials.size() == runs();
    }

    /** Where the server of this run listens; 0 if none does. */
    public synchronized int port() {
        return server.map(CaseServer::port).orElse(0);
    }

    /** The user of this run. */
    public synchronized String user() {
        return canary.user();
    }

    /** The password of this run. */
    public synchronized String password() {
        return canary.password();
    }

    /** What is seen in this run, or was seen in the last if all are over. */
    public synchronized Evidence evidence() {
        if (server.isPresent()) {
            return server.get().evidence();
        }
        return trials.isEmpty() ? new Evidence() : trials.get(trials.size() - 1).evidence();
    }

    /** What was sent and received in all runs so far. */
    public synchronized List<Transcript.Entry> transcript() {
        List<Transcript.Entry> all = new ArrayList<>();
        List<Evidence> runs =
                new ArrayList<>(trials.stream().map(Trial::evidence).toList());
        server.ifPresent(open -> runs.add(open.evidence()));
        for (int i = 0; i < runs.size(); i++) {
            headings.get(i).ifPresent(all::add);
            all.addAll(runs.get(i).transcript().entries());
        }
        return all;
    }

    /** Whether the client came, is gone, and has not come back for this long; to be asked again and again. */
    public synchronized boolean settled(Duration quiet) {
        if (server.isEmpty() || !server.get().evidence().connected()) {
            return false;
        }
        int events = server.get().evidence().events().size();
        if (server.get().busy() || events != eventsSeen) {
            eventsSeen = events;
            lastChange = System.nanoTime();
            return false;
        }
        return System.nanoTime() - lastChange >= quiet.toNanos();
    }

    /** Ends this run: waits a moment for a connection to end, and closes the server. */
    public synchronized void endRun() {
        server.ifPresent(open -> {
            open.awaitEnd(servers.settings().patience().plus(FOR_THE_REST));
            boolean left = !open.busy();
            open.stop();
            ports.add(open.port());
            trials.add(new Trial(
                    open.evidence(),
                    Ending.of(
                            left ? Ending.Kind.UNKNOWN : Ending.Kind.TIMED_OUT,
                            left ? lastEnd(open.evidence()) : "it was still connected"),
                    Duration.ofNanos(System.nanoTime() - openedAt)));
            server = Optional.empty();
            canary = canaries.get();
        });
    }

    /** Who closed the last connection: a client that waits for ever does not give up by itself. */
    private static String lastEnd(Evidence evidence) {
        List<Evidence.Ended> ends = evidence.events(Evidence.Ended.class);
        return ends.isEmpty()
                ? "no connection is left"
                : switch (ends.get(ends.size() - 1).how()) {
                    case CLOSE_NOTIFY, CLIENT -> "it closed its last connection";
                    case SERVER, TIME -> "it did nothing more, and the server closed its last connection";
                };
    }

    /** The runs that are over. */
    public synchronized List<Trial> trials() {
        return List.copyOf(trials);
    }

    /**
     * The verdict, after the last run. What the client would have to do with a well-behaved server for a case to say
     * something, and is not known to do, makes it inconclusive; what it did wrong is wrong in any case.
     */
    public synchronized Verdict verdict() {
        endRun();
        if (!one.policies().contains(control.policy())) {
            return Verdict.skip(one.elsewhere());
        }
        for (int i = 0; i < trials.size(); i++) {
            if (!trials.get(i).evidence().connected()) {
                return Verdict.inconclusive("the client never connected to port " + ports.get(i)
                        + (runs() > 1 ? ", in run " + (i + 1) + " of " + runs() : ""));
            }
        }
        if (trials.size() < runs()) {
            return Verdict.inconclusive(
                    "expected " + runs() + " runs of the client, one after the other; got " + trials.size());
        }
        Verdict found = one.verdict(trials, control);
        return found.status() == Status.FAIL
                ? found
                : one.outOfReach(control).map(Verdict::undecided).orElse(found);
    }

    @Override
    public synchronized void close() {
        server.ifPresent(CaseServer::stop);
        server = Optional.empty();
    }
}
