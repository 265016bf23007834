package dev.starttls.core.upgrade;

import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.tls.Truncation;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * One connection and its upgrade, without any I/O: network octets in and out, application octets in and out, tasks handed
 * out, time told. For an event loop of one's own; the channel floor drives the same thing for everybody else.
 *
 * <pre>{@code
 * connection.begin(System.nanoTime());
 * while (true) {
 *     connection.tick(System.nanoTime());              // fails when a deadline has passed, or behind a last line
 *     switch (connection.want()) {
 *         case TASK -> connection.task().ifPresent(Runnable::run);
 *         case WRITE -> { connection.transmit(none, out.clear()); writeAll(out.flip()); }
 *         case READ -> { read(in); connection.receive(in, none); }
 *         case NOTHING -> { return connection.ready(); }
 *     }
 * }
 * }</pre>
 *
 * <p>Octets that {@link #receive} leaves in its buffer are to be given again before more are read: behind the last line
 * of the dialogue they are the application's. When a call throws, {@link #want} says {@link Want#WRITE} as long as TLS has
 * something to say of it, an alert or close_notify; then close the transport. Nothing else leaves, whatever threw: the
 * peer's misbehaviour, the engine, the dialogue or the listener.
 *
 * <p>Once {@link #ready}, one thread may receive while another transmits; before, one thread at a time. No call blocks.
 */
public final class UpgradeConnection {

    private final Parts parts;
    private final Ending ending;
    private final Outcome outcome;
    private final Negotiation negotiation;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private boolean begun;

    /**
     * A connection that has not begun.
     *
     * @param dialogue what is said; not used by another connection
     * @param settings what is followed
     * @param peer the other side; on a client, its host is the name that the certificate must have
     */
    public UpgradeConnection(Dialogue dialogue, UpgradeSettings settings, Peer peer) {
        parts = Parts.of(dialogue, settings, peer);
        ending = new Ending(parts);
        outcome = new Outcome(parts);
        negotiation = new Negotiation(parts, ending, outcome);
        incoming = new Incoming(parts, negotiation, ending);
        outgoing = new Outgoing(parts, negotiation, ending, incoming);
    }

    /**
     * Adds a phase to the report that the driver has gone through before: the look-up and the TCP connection.
     *
     * @param phase {@link Phase#CONNECT}
     * @param nanos what it took, in nanoseconds
     */
    public void spent(Phase phase, long nanos) {
        parts.clock().spent(phase, nanos);
    }

    /**
     * Begins: the transport is connected.
     *
     * @param nanos the time now, in the nanoseconds of any clock that never goes back; later calls tell the same clock
     * @throws IOException if the engine cannot begin
     * @throws IllegalStateException if it has begun before
     */
    public void begin(long nanos) throws IOException {
        if (begun) {
            throw new IllegalStateException(
                    "Expected begin once, got it again in state " + parts.state() + "; make a new UpgradeConnection");
        }
        begun = true;
        parts.clock().begin(nanos);
        guard(negotiation::begin);
    }

    /**
     * Tells the time.
     *
     * @param nanos the time now
     * @throws UpgradeException if a phase has taken too long, or if the connection was failed and its last line has left
     * @throws IllegalStateException if it has not begun
     */
    public void tick(long nanos) throws UpgradeException {
        requireBegun("tick");
        parts.clock().tell(nanos);
        boolean late = parts.clock().late() && !parts.state().terminal() && !ending.ready();
        if (late || ending.farewellOver()) {
            ending.tellFarewell();
        }
        if (late) {
            throw ending.fail(
                    FailureReason.TIMEOUT,
                    "Expected " + parts.awaited() + " within "
                            + parts.clock().patience().toMillis() + " ms, got "
                            + parts.clock().received(),
                    parts.silenceHint(!incoming.silent()));
        }
    }

    /**
     * When {@link #tick} is due at the latest.
     *
     * @return in the nanoseconds of the clock that was told; empty before it has begun and
     *     once ready, closed or failed
     */
    public Optional<Long> deadline() {
        return !begun || ending.ready() || parts.state().terminal()
                ? Optional.empty()
                : Optional.of(parts.clock().deadline());
    }

    /**
     * What is needed to get further.
     *
     * @return see {@link Want}
     */
    public Want want() {
        State state = parts.state();
        if (!begun || state == State.CLOSED) {
            return Want.NOTHING;
        }
        if (state.tls() == State.Tls.RECORDS && parts.tls().taskDue()) {
            return Want.TASK;
        }
        if (outgoing.due()) {
            return Want.WRITE;
        }
        return ending.open() ? Want.READ : Want.NOTHING;
    }

    /**
     * The task that a handshake waits for.
     *
     * @return to be run once, by any thread; empty when there is none or when it still runs
     */
    public Optional<Runnable> task() {
        return parts.tls().task();
    }

    /**
     * Uses a wait for the peer: as a client that may upgrade, makes the engine and the ClientHello ahead. Costs some
     * milliseconds of computing the first time it has an effect, nothing later.
     *
     * @throws UpgradeException if the engine cannot begin, for instance because no version or suite is enabled
     */
    public void prepare() throws IOException {
        boolean more = true;
        while (more) {
            more = prepareNext();
        }
    }

    /**
     * The same in steps, for drivers that use several waits: the engine first, then the ClientHello. In a virtual machine
     * that has made none before, each takes tens of milliseconds.
     *
     * @return whether there is another step
     * @throws UpgradeException as {@link #prepare}
     */
    public boolean prepareNext() throws IOException {
        if (!preparable()) {
            return false;
        }
        guard(negotiation::prepareNext);
        return !parts.tls().prepared();
    }

    /**
     * The same for another thread, which need not wait for one of this connection's waits and which this connection does
     * not wait for before it must: the engine and the ClientHello are made by whoever runs what is returned, any time after
     * this call, while this connection goes on. If nobody has begun to when the go-ahead comes, or in implicit TLS when
     * the connection has begun, {@link #task} makes it; if it is being made then, {@link #task} waits for it. What goes
     * wrong there is told by this connection.
     *
     * @return to be run once, by any thread; empty where there is nothing to prepare, or when something was prepared before
     */
    public Optional<Runnable> preparation() {
        return preparable() && !parts.tls().exists() ? Optional.of(parts.tls().prepareEarly()) : Optional.empty();
    }

    private boolean preparable() {
        boolean ahead = parts.implicit() ? !begun : parts.state().tls() == State.Tls.NONE;
        return ahead
                && parts.client()
                && ending.open()
                && parts.policy() != TlsPolicy.DISABLED
                && parts.settings().preparation() == Preparation.WHILE_WAITING
                && !parts.tls().preparing()
                && !parts.tls().prepared();
    }

    /**
     * Takes octets that came from the peer.
     *
     * @param network from the peer; the position moves behind those taken. Those left are to be given again, once what
     *     {@link #want} says has been done or {@code application} has room. Behind the end of the connection all are taken
     *     and dropped.
     * @param application where the application's octets go; before {@link #ready} nothing goes there
     * @throws UpgradeException if the upgrade fails; nothing more is sent but an alert
     * @throws SSLException once ready, if the peer breaks TLS
     * @throws IllegalStateException if it has not begun
     */
    public void receive(ByteBuffer network, ByteBuffer application) throws IOException {
        requireBegun("receive");
        try {
            incoming.receive(network, application);
        } catch (RuntimeException | Error e) {
            abandon(e);
            throw e;
        }
    }

    /**
     * Gives out octets for the peer.
     *
     * @param application to be sent; before {@link #ready} nothing of it is taken
     * @param network where the peer's octets go; of any size. All of them are to be written, in their order.
     * @throws UpgradeException if the upgrade fails; what was put in {@code network} is to be written all the same
     * @throws SSLException once ready, if the engine fails
     * @throws IllegalStateException if it has not begun
     */
    public void transmit(ByteBuffer application, ByteBuffer network) throws IOException {
        requireBegun("transmit");
        try {
            outgoing.transmit(application, network);
        } catch (RuntimeException | Error e) {
            abandon(e);
            throw e;
        }
    }

    /**
     * Says that the peer's side of the transport has ended.
     *
     * @throws UpgradeException before {@link #ready}
     * @throws TruncatedException inside TLS without close_notify, unless {@link Truncation#ACCEPTED} is set
     * @throws SSLException if the session has failed before, so that its end is not taken for an end of stream
     * @throws IllegalStateException if it has not begun
     */
    public void endOfInput() throws IOException {
        requireBegun("endOfInput");
        guard(incoming::endOfInput);
    }

    /**
     * Whether the dialogue is over and the connection is the application's.
     *
     * @return true from then on
     */
    public boolean ready() {
        return ending.ready();
    }

    /**
     * Whether the peer sends nothing more and all it sent was given out.
     *
     * @return true after close_notify, or after the end of the transport where that is an end of stream; false once failed
     */
    public boolean inputEnded() {
        return incoming.ended();
    }

    /**
     * Whether octets for the application wait here, so that {@link #receive} gives some out without any from the network.
     *
     * @return true if so
     */
    public boolean holdsInput() {
        return ending.ready() && parts.tls().decrypted().hasRemaining();
    }

    /**
     * How long the peer's close_notify is to be awaited after ours.
     *
     * @return as the limits have it
     */
    public Duration timeToClose() {
        return parts.settings().limits().timeToClose();
    }

    /**
     * The state.
     *
     * @return as the table has it
     */
    public State state() {
        return parts.state();
    }

    /**
     * The phase.
     *
     * @return the present one; once ready, the last
     */
    public Phase phase() {
        return parts.clock().phase();
    }

    /**
     * How the upgrade went.
     *
     * @return as far as it has come
     */
    public UpgradeReport report() {
        return outcome.report();
    }

    /**
     * Closes this side: inside TLS, {@link #transmit} then gives out close_notify, and the peer may still be received from
     * (half-close, RFC 8446 section 6.1). Closing again has no effect.
     */
    public void close() {
        ending.close();
    }

    /** The transport is closed, or is about to be: lets go of everything held and overwrites what was decrypted. */
    public void end() {
        close();
        synchronized (parts.machine()) {
            if (parts.machine().allows(Event.END)) {
                parts.machine().on(Event.END);
            }
        }
        parts.framing().reset();
        parts.tls().release();
    }

    /** The octets of memory that the peer can make this side hold: of lines, of answers to them and of records. */
    int held() {
        return parts.framing().held() + parts.outbox().octets() + parts.tls().held();
    }

    /** What a dialogue or a listener throws ends the connection: whatever it meant to do, nothing leaves in the clear. */
    private void guard(Work work) throws IOException {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            abandon(e);
            throw e;
        }
    }

    private void abandon(Throwable thrown) {
        if (!ending.ready()) {
            ending.abandon(thrown);
        }
    }

    private void requireBegun(String call) {
        if (!begun) {
            throw new IllegalStateException(
                    "Expected begin before " + call + ", got " + call
                            + " on a connection that has not begun; call UpgradeConnection.begin once the transport is connected");
        }
    }

    /** Something that may fail. */
    private interface Work {
        void run() throws IOException;
    }
}
