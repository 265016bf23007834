package dev.starttls.conformance.check;

import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.ConnectionWatch;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Cut;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What one run of one check works with: the target, connections to it, and the transcript they write. Closing the
 * context closes its connections, so a check need not close them.
 */
public final class CheckContext implements AutoCloseable {
    private final Target target;
    private final TargetSettings settings;
    private final Dialect dialect;
    private final SharedObservations shared;
    private final Pacing pacing;
    private final ConnectionWatch watch = new Watch();
    private final Transcript transcript = new Transcript();
    private final List<Conversation> conversations = new ArrayList<>();
    /** Those of other ports; {@link #conversations} guards it. */
    private final List<CheckContext> besides = new ArrayList<>();

    private Optional<TlsInventory> inventory = Optional.empty();
    private Optional<TurnedAway> turnedAway = Optional.empty();
    private volatile boolean loginsSpent;
    private boolean sideBySide;
    private boolean unlimited;
    private boolean over;
    private long deadline = Long.MAX_VALUE;
    private Runnable progress = () -> {};
    private Consumer<Duration> waiting = wait -> {};

    /** A context alone: with a pace of its own, for a greeting the time of any answer, and nothing shared. */
    public CheckContext(Target target, TargetSettings settings, Dialect dialect) {
        this(target, settings, dialect, Pacing.none(settings.answer()), new SharedObservations());
    }

    /** A context of a check among others of the same target, whose connections keep one pace. */
    public CheckContext(
            Target target, TargetSettings settings, Dialect dialect, Pacing pacing, SharedObservations shared) {
        this.target = target;
        this.settings = settings;
        this.dialect = dialect;
        this.pacing = pacing;
        this.shared = shared;
    }

    /**
     * For another port of the same server, or a connection beside those of this check: within the time of this check,
     * and ended with it; at the pace of the target, which a refusal there does not change. To be closed by the check.
     *
     * @param other the target there
     * @param how long to wait there, for a greeting too, and the like
     */
    public CheckContext beside(Target other, TargetSettings how) {
        CheckContext there =
                new CheckContext(other, how, dialect, pacing.elsewhere(how.answer()), new SharedObservations());
        synchronized (conversations) {
            besides.add(there);
            there.onWait(wait -> waiting.accept(wait));
            if (deadline != Long.MAX_VALUE) {
                there.limit(Duration.ofNanos(deadline - System.nanoTime()));
            }
            if (over) {
                there.abandon();
            }
        }
        return there;
    }

    /** The observations that the checks of the target have in common. */
    public SharedObservations shared() {
        return shared;
    }

    /** Learns from the first line of each connection whether the server turned it away, and counts logins. */
    private final class Watch implements ConnectionWatch {
        @Override
        public Duration limit() {
            return pacing.greeting();
        }

        @Override
        public Duration farewell() {
            return pacing.farewell();
        }

        @Override
        public boolean permits(String text) {
            boolean permitted = shared.logins().permits(text);
            if (!permitted) {
                loginsSpent = true;
            }
            return permitted;
        }

        @Override
        public void greeted(String line) {
            dialect.turnsAway(line).ifPresent(CheckContext.this::turnedAway);
        }

        @Override
        public void missing(Received instead) {
            if (instead instanceof Received.Silence) {
                turnedAway(new TurnedAway(TurnedAway.Kind.SILENT, "no greeting came: " + instead.description()));
            } else if (instead instanceof Received.Ended ended && ended.ending() != ConnectionEnd.GIVEN_UP) {
                turnedAway(new TurnedAway(TurnedAway.Kind.CLOSED, instead.description() + " before the greeting"));
            }
        }
    }

    private void turnedAway(TurnedAway how) {
        pacing.turnedAway();
        synchronized (conversations) {
            turnedAway = unlimited ? turnedAway : turnedAway.or(() -> Optional.of(how));
        }
    }

    /**
     * Reports that the check found out that the server does not limit its clients: what turned connections away is what
     * the check itself did, and the verdict counts.
     */
    public void unlimited() {
        synchronized (conversations) {
            unlimited = true;
            turnedAway = Optional.empty();
        }
    }

    /**
     * How the server turned away the first of the connections that it turned away; empty if it turned away none. A
     * verdict that was made then says nothing.
     */
    public Optional<TurnedAway> turnedAway() {
        synchronized (conversations) {
            return turnedAway;
        }
    }

    /** When the server last sent something on one of the connections, by {@link System#nanoTime}. */
    public OptionalLong lastHeard() {
        synchronized (conversations) {
            return conversations.stream()
                    .map(each -> each.wire().lastHeard())
                    .flatMapToLong(OptionalLong::stream)
                    .max();
        }
    }

    /** Whether the check did not send a login because there had been {@value LoginBudget#MAX} in this run. */
    public boolean loginsSpent() {
        return loginsSpent;
    }

    /**
     * Whether the server sent nothing on a connection with TLS from the start. A server that turns the connection away
     * before the ServerHello does that, and so does one that is silent to what the check sent.
     */
    public boolean unheard() {
        synchronized (conversations) {
            return target.scheme().implicitTls()
                    && conversations.stream()
                            .anyMatch(each -> each.wire().lastHeard().isEmpty());
        }
    }

    /** The connections that the server ended without an answer to what was sent last. */
    public List<Cut> cuts() {
        synchronized (conversations) {
            return conversations.stream()
                    .flatMap(each -> each.wire().cut().stream())
                    .toList();
        }
    }

    public Target target() {
        return target;
    }

    public TargetSettings settings() {
        return settings;
    }

    public Dialect dialect() {
        return dialect;
    }

    public Transcript transcript() {
        return transcript;
    }

    /**
     * Records what was found out about TLS for the reports, in place of what was recorded before. A check may record
     * more as it finds more; if its time runs out, the reports have what was recorded by then.
     */
    public void leave(TlsInventory found) {
        synchronized (conversations) {
            inventory = Optional.of(found);
        }
    }

    /** What was last recorded for the reports; empty if the check records nothing. */
    public Optional<TlsInventory> inventory() {
        synchronized (conversations) {
            return inventory;
        }
    }

    /** How long to listen where the server must be silent. */
    public Duration quiet() {
        return settings.quiet();
    }

    /**
     * How long to listen when a check that took silence for an answer tries again, since the answer may have come late:
     * as long as for any answer. The server has spoken, so that the check gets more time if checks may have any.
     */
    public Duration patience() {
        progressed();
        return settings.answer().compareTo(quiet()) < 0 ? quiet() : settings.answer();
    }

    /** The TLS settings that most checks use with this target. */
    public TlsOffer offer() {
        return TlsOffer.of(settings.indicationFor(target)).presenting(settings.clientIdentity());
    }

    /** Limits the time, counted from now, within which connections may be made. */
    public void limit(Duration fromNow) {
        synchronized (conversations) {
            deadline = System.nanoTime() + fromNow.toNanos();
            besides.forEach(there -> there.limit(fromNow));
        }
    }

    /** Sets what {@link #progressed} runs; for the runner, before the check. */
    public void onProgress(Runnable action) {
        progress = action;
    }

    /** Sets what runs before the check waits for its turn to connect, with how long; for the runner, before the check. */
    public void onWait(Consumer<Duration> action) {
        waiting = action;
    }

    /**
     * Reports that the server answered one of many questions. The check gets more time: its number of connections
     * depends on the server's answers, and a slow server that answers is not a silent one.
     */
    public void progressed() {
        progress.run();
    }

    /**
     * Lets the check have several connections at the same time, from now on: for what cannot be seen with one after the
     * other.
     *
     * @return why it cannot have them, as the verdict; empty if it can
     */
    public Optional<Verdict> sideBySide() {
        sideBySide = true;
        return pacing.oneAtATime()
                .map(seen -> Verdict.skip("this check needs several connections at the same time, and the server takes"
                        + " one of a client at a time: " + seen));
    }

    /**
     * A new TCP connection on which nothing has been sent. It takes the place of the check's earlier connections, which
     * are closed before: some servers take one at a time, and keep the next waiting. Only after {@link #sideBySide} they
     * stay open.
     *
     * @throws IOException if it could not be made, or the time for this check is over
     */
    public Conversation connect() throws IOException {
        left();
        if (!sideBySide) {
            close();
        }
        pacing.awaitTurn(wait -> waiting.accept(wait));
        Duration left = left();
        try {
            return kept(Conversation.open(target, settings, transcript, nextNumber(), left, watch));
        } catch (IOException e) {
            turnedAway(new TurnedAway(TurnedAway.Kind.REFUSED, "the connection could not be made: " + e.getMessage()));
            throw e;
        }
    }

    /**
     * A new connection on which nothing has been sent, if possible from another address than the server's own: some
     * servers trust a client at their own address, and are less strict with it. An address that the user named stays.
     *
     * @throws IOException if it could not be made
     */
    public Conversation connectFromElsewhere() throws IOException {
        Conversation direct = connect();
        if (!direct.betweenEqualAddresses() || settings.localAddress().isPresent()) {
            return direct;
        }
        direct.close();
        pacing.awaitTurn(wait -> waiting.accept(wait));
        try {
            return kept(direct.fromElsewhere(nextNumber()));
        } catch (IOException e) {
            direct.note("could not connect from another address than the server's own: " + e.getMessage());
            return connect();
        }
    }

    private Duration left() throws IOException {
        synchronized (conversations) {
            Duration left =
                    deadline == Long.MAX_VALUE ? settings.answer() : Duration.ofNanos(deadline - System.nanoTime());
            if (over || left.isNegative() || left.isZero()) {
                throw new IOException("the time for this check is over");
            }
            return left;
        }
    }

    private int nextNumber() {
        synchronized (conversations) {
            return conversations.size() + 1;
        }
    }

    private Conversation kept(Conversation conversation) {
        synchronized (conversations) {
            conversations.add(conversation);
            if (over) {
                conversation.abandon();
            }
        }
        return conversation;
    }

    /**
     * A new connection that is ready for the ClientHello: at once with implicit TLS, otherwise after the upgrade
     * command and the server's go-ahead. Bytes that came after the go-ahead are in {@link Conversation#takePending()}.
     *
     * @throws IOException if no connection could be made
     */
    public TlsReadiness connectForTls() throws IOException {
        Conversation conversation = connect();
        if (target.scheme().implicitTls()) {
            return new TlsReadiness.Ready(conversation);
        }
        Optional<Verdict> obstacle = dialect.talkToGoAhead(conversation, settings);
        return obstacle.isPresent() ? new TlsReadiness.Blocked(obstacle.get()) : new TlsReadiness.Ready(conversation);
    }

    /** Closes all connections, from another thread, because the time is over. */
    public void abandon() {
        synchronized (conversations) {
            over = true;
            conversations.forEach(Conversation::abandon);
            besides.forEach(CheckContext::abandon);
        }
    }

    @Override
    public void close() {
        List<Conversation> open;
        synchronized (conversations) {
            open = List.copyOf(conversations);
        }
        // Another thread may abandon them meanwhile.
        open.forEach(Conversation::close);
    }
}
