package dev.starttls.core.upgrade;

import dev.starttls.core.engine.TlsStatus;
import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.tls.Truncation;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * One connection and its upgrade, without any I/O: network octets in and out, application octets in and out, tasks handed
 * out, time passed in. For your own event loop; otherwise the channel layer drives it.
 *
 * <pre>{@code
 * connection.begin(System.nanoTime());
 * in.limit(0);                                         // read from, and nothing has been read yet
 * while (true) {
 *     connection.tick(System.nanoTime());              // fails when a deadline has passed, or after a last line
 *     int left = in.remaining();
 *     switch (connection.want()) {
 *         case TASK -> connection.task().ifPresent(Runnable::run);
 *         case WRITE -> { connection.transmit(none, out.clear()); writeAll(out.flip()); }
 *         case AGAIN -> connection.receive(in, none);  // a loop of many serves others first
 *         case ANSWER -> awaitWake();                  // as onWake reports, or until the deadline
 *         case READ -> {
 *             connection.receive(in, none);            // what was left comes before what is read
 *             if (in.remaining() == left && connection.want() == Want.READ) {
 *                 read(in.compact());
 *                 connection.receive(in.flip(), none);
 *             }
 *         }
 *         case NOTHING -> { return connection.ready(); }
 *     }
 * }
 * }</pre>
 *
 * <p>Octets that {@link #receive} leaves in its buffer are to be given again before more are read: after the last line of
 * the dialogue they are the application's. When a call throws, {@link #want} says {@link Want#WRITE} as long as TLS has
 * a fatal alert to send; then close the transport. Nothing else leaves, whatever threw: the peer's misbehaviour, the engine,
 * the dialogue or the listener. Where it was not the engine that refused (what was said inside TLS, its time, the
 * certificate's name), or the engine makes no alert, nothing leaves at all, and never close_notify: the peer would take that
 * for a clean end (RFC 8446 section 6.1).
 *
 * <p>What else {@code dev.starttls.core.nio} does, and your own event loop has to do:
 *
 * <ul>
 *   <li>Set TCP_NODELAY. The dialogue is made of small segments, and with Nagle's algorithm on, the peer waits for them.
 *   <li>On Linux, set the option named {@code TCP_QUICKACK} of the socket (from {@code supportedOptions()}) after each write
 *       until {@link #ready}, that of a client's last flight included. A peer with Nagle's algorithm on (Postfix) holds its
 *       reply until what it sent before is acknowledged: without the option such an upgrade takes 40 ms longer.
 *   <li>Serve those that are inside TLS ({@link #state} is {@link State#SECURE}, or {@link #ready}) first in each pass, and
 *       the others first come, first served, for a bounded time: at least one of them, so that they come further. A handshake
 *       computes for milliseconds; of thousands at once, each would make all sessions wait.
 *   <li>Serve others where {@link #want} says {@link Want#AGAIN}, before this one is served again.
 *   <li>Take the time that a connection has waited for the loop, with work to do, off what its peer has ({@link
 *       #keptWaiting}), and what code of this side's own has taken ({@link #ownTime}); read what has come before {@link #tick}
 *       counts a deadline. Otherwise a storm of handshakes ends as many timeouts.
 *   <li>Say by {@link #handOver} when the application has the connection, or by {@link #abort} why it has not.
 *   <li>After {@link FailureReason#DIRECT_NOT_TAKEN}, connect once more with {@link DirectUpgrade#NEVER}, and say so by {@link
 *       #precededBy}.
 * </ul>
 *
 * <p>Once {@link #ready}, one thread may receive while another transmits; before, one thread at a time. No call blocks.
 */
public final class UpgradeConnection {

    private final UpgradeMachine machine;
    private final TlsLayer tls;
    private final UpgradeSettings settings;
    private final UpgradeRecord record;
    /** The dialogue and all that serves it; released once ready, since most connections spend their lives after that. */
    private volatile Optional<Negotiation> negotiation;

    private final DialogueEnd dialogueEnd = new DialogueEnd();

    /**
     * A connection that has not begun.
     *
     * @param dialogue what is said; not used by another connection
     * @param settings what is followed
     * @param peer the other side; on a client, its host is the name that the certificate must have
     * @throws IllegalArgumentException if the settings are not for this protocol, see {@link InjectionResponse#HANDSHAKE}
     */
    public UpgradeConnection(Dialogue dialogue, UpgradeSettings settings, Peer peer) {
        ConnectionContext context = ConnectionContext.of(dialogue, settings, peer);
        this.machine = context.machine();
        this.tls = context.tls();
        this.settings = settings;
        this.record = context.record();
        this.negotiation = Optional.of(new Negotiation(context));
    }

    /**
     * Adds a phase to the report that the driver has gone through before: the look-up and the TCP connection.
     *
     * @param phase {@link Phase#CONNECT}
     * @param nanos what it took, in nanoseconds
     */
    public void spent(Phase phase, long nanos) {
        record.preceded(phase, nanos);
    }

    /**
     * Says in the report that this is the second connection, made because the first one was of no use.
     *
     * @param failed what the first failed with, {@link FailureReason#DIRECT_NOT_TAKEN}
     * @see UpgradeReport#firstAttempt
     */
    public void precededBy(UpgradeException failed) {
        record.precededBy(
                Objects.requireNonNull(
                        failed,
                        "failed: expected what the first connection failed with, got null; leave the call out if there was none"));
    }

    /**
     * Bounds the time for all phases together, beside that for each: when it is over before the connection is {@link #ready},
     * {@link #tick} fails with {@link FailureReason#TIMEOUT}. No time that is given to the peer ({@link #ownTime}, {@link
     * #keptWaiting}) adds to it. To be called before {@link #begin}; no effect once ready.
     *
     * @param since from when it is counted, in the nanoseconds of the clock whose time {@link #begin} is given: that of the
     *     look-up, for instance
     * @param time positive, at most {@link UpgradeLimits#MAX_TIME}
     * @throws IllegalArgumentException if it is not positive, or is longer
     * @throws IllegalStateException on a server, whose sessions end when their client ends them
     */
    public void totalTime(long since, Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(UpgradeLimits.MAX_TIME) > 0) {
            throw new IllegalArgumentException(
                    "time: expected a positive time, at most " + UpgradeLimits.MAX_TIME + ", got " + time);
        }
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().totalTime(since, time);
        }
    }

    /**
     * Gives the peer more time in the present phase: what this side's own code has taken of it meanwhile, for instance a
     * handler in {@link #receive} or an engine source in {@link #prepareNext}. The time of a {@link #task} is given by itself.
     *
     * @param nanos how long a call of this connection has taken, in nanoseconds; nothing is given for 0 or less, or once ready
     */
    public void ownTime(long nanos) {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().ownTime(nanos);
        }
    }

    /**
     * Gives the peer more time in the present phase: for so long the thread that serves it was busy with others, while what it
     * had sent waited. Once that has made up for the whole of its time ({@link UpgradeLimits}) and it still has completed no
     * line, nothing more is given: sending octet by octet does not outlast a busy thread.
     *
     * @param nanos how long, in nanoseconds; nothing is given for 0 or less, or once ready
     */
    public void keptWaiting(long nanos) {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().keptWaiting(nanos);
        }
    }

    /**
     * Begins: the transport is connected.
     *
     * @param nanos the time now, in the nanoseconds of any clock that never goes back; later calls use the same clock
     * @throws IOException if the engine cannot begin
     * @throws IllegalStateException if it has begun before
     */
    public void begin(long nanos) throws IOException {
        Optional<Negotiation> present = negotiation;
        if (present.isEmpty()) {
            throw Negotiation.begunBefore(state());
        }
        try {
            present.get().begin(nanos);
        } finally {
            letGo(present.get());
        }
    }

    /**
     * Passes in the time. What a server's own code has thrown is thrown here, if lines that say so were to leave first.
     *
     * @param nanos the time now
     * @throws UpgradeException if a phase has taken too long, or if the connection was failed and its last line has left
     * @throws IllegalStateException if it has not begun
     */
    public void tick(long nanos) throws UpgradeException {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().tick(nanos);
        }
    }

    /**
     * When {@link #tick} is due at the latest.
     *
     * @return in the nanoseconds of that clock; empty before it has begun and once ready, closed or failed
     */
    public Optional<Long> deadline() {
        Optional<Negotiation> present = negotiation;
        return present.isPresent() ? present.get().deadline() : Optional.empty();
    }

    /**
     * What is needed next.
     *
     * @return see {@link Want}
     */
    public Want want() {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            return present.get().want();
        }
        State state = state();
        if (state.tls() == State.Tls.RECORDS && tls.taskDue()) {
            return Want.TASK;
        }
        return tls.outputDue(state, dialogueEnd.lines()) ? Want.WRITE : Want.NOTHING;
    }

    /**
     * Has this called when the connection may have got further by code of this side's own, on another thread: {@link #want}
     * then is to be looked at, by the thread that drives the connection. To be set before that thread waits, and {@link #want}
     * looked at once after it was set.
     *
     * @param wake called by any thread, perhaps without need; it must not block, and must not call this connection. It takes
     *     the place of the one set before. Not called once ready, closed or failed
     */
    public void onWake(Runnable wake) {
        Objects.requireNonNull(wake, "wake: expected something to call, got null");
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().onWake(wake);
        }
    }

    /**
     * Whether the dialogue may have something to say unasked ({@link Dialogue#unasked}), so that {@link #onWake} may be called
     * while the peer is awaited.
     *
     * @return false before it has begun, and once ready
     */
    public boolean speaksUnasked() {
        Optional<Negotiation> present = negotiation;
        return present.isPresent() && present.get().speaksUnasked();
    }

    /**
     * The task that a handshake waits for.
     *
     * @return to be run once, by any thread; empty when there is none or when it still runs
     */
    public Optional<Runnable> task() {
        return tls.task();
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
     * The same in steps, for drivers that use several waits: the engine first, then the ClientHello. In a JVM
     * that has made none before, each takes tens of milliseconds.
     *
     * @return whether there is another step
     * @throws UpgradeException as {@link #prepare}
     */
    public boolean prepareNext() throws IOException {
        Optional<Negotiation> present = negotiation;
        return present.isPresent() && present.get().prepareNext();
    }

    /**
     * The same for another thread, which need not wait for one of this connection's waits: the engine and the ClientHello are
     * made by the thread that runs what is returned, any time after this call, while this connection goes on. If that has not
     * begun when the go-ahead comes, or in implicit TLS when the connection begins, {@link #task} makes them; if they are being
     * made then, {@link #task} waits for them, and nothing else does. A failure there is reported by this connection: before
     * the upgrade command if it is known by then.
     *
     * @return to be run once, by any thread; empty where there is nothing to prepare, or when something was prepared before
     */
    public Optional<Runnable> preparation() {
        Optional<Negotiation> present = negotiation;
        return present.isPresent() ? present.get().preparation() : Optional.empty();
    }

    /**
     * Takes octets that came from the peer.
     *
     * @param network from the peer; the position moves past those taken. Those left are to be given again, once what
     *     {@link #want} says has been done or {@code application} has room: one call takes no more than 16 records that
     *     bring no data. After the end of the connection all are taken and dropped; after a failure the call throws.
     * @param application where the application's octets go; before {@link #ready} nothing goes there
     * @throws UpgradeException if the upgrade fails; nothing more is sent but an alert
     * @throws SSLException once ready, if the peer breaks TLS
     * @throws IllegalStateException if it has not begun
     */
    public void receive(ByteBuffer network, ByteBuffer application) throws IOException {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            try {
                present.get().receive(network);
            } finally {
                letGo(present.get());
            }
            if (!ready()) {
                return;
            }
        } else if (application.hasRemaining()) {
            handOver();
        }
        machine.requireNotFailed();
        State state = state();
        int before = application.position();
        if (state == State.PLAINTEXT) {
            move(network, application);
        } else if (!state.terminal()) {
            decrypt(network, application);
        }
        if (present.isPresent() && application.position() != before) {
            // What the peer had sent on came with the end of the dialogue.
            handOver();
        }
        tls.dropAfterEnd(machine, network);
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
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            try {
                present.get().transmit(network);
            } finally {
                letGo(present.get());
            }
            if (!ready()) {
                return;
            }
        } else if (application.hasRemaining()) {
            handOver();
        }
        State state = state();
        int before = application.position();
        switch (state.tls()) {
            case LAST_ALERT -> tls.sendAlert(network);
            case RECORDS -> {
                if (transmitLastLines(network)) {
                    encrypt(application, network);
                }
            }
            case NONE, CLIENT_HELLO -> {
                // No connection is handed over while its ClientHello leaves.
                if (!state.terminal() && dialogueEnd.drain(network)) {
                    move(application, network);
                }
            }
        }
        if (present.isPresent() && application.position() != before) {
            handOver();
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
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().endOfInput();
            return;
        }
        machine.requireNotFailed();
        machine.inputEnds();
        if (tls.needsCloseNotify(settings)) {
            try {
                tls.endOfInput();
            } catch (SSLException e) {
                throw failed(e);
            }
        }
    }

    /**
     * Says that the transport has failed, for instance by a reset (RFC 9293 section 3.5.2): a read or a write of it threw.
     * Has no effect once the connection is the application's ({@link #handOver}), whose exception it is then.
     *
     * @param thrown what it threw
     * @throws UpgradeException before, with {@link FailureReason#CONNECTION_CLOSED} and the cause
     */
    public void transportFailed(IOException thrown) throws UpgradeException {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            throw present.get().lost(thrown);
        }
        machine.inputEnds();
        dialogueEnd.lost(thrown, phase());
    }

    /**
     * Says that the application has the connection from here: its dialogue hears of the end of its session, as {@link
     * SessionEnd.Cause#HANDED_OVER}. For drivers, once {@link #ready} and when what the dialogue has said last has left, before the
     * application is called. A connection that fails, or is closed, between the two ends with that instead: {@link
     * #transportFailed}, {@link #abort} and {@link #end} say so to the dialogue, so that code which keeps something in a session
     * always hears whose it is. The first octets that the application takes or gives say the same as this. No effect before {@link
     * #ready}, and when called again.
     */
    public void handOver() {
        dialogueEnd.report(SessionEnd.of(SessionEnd.Cause.HANDED_OVER));
    }

    /**
     * Fails the connection for a reason of its driver: it could not connect, is shut down, or was cancelled. The listener is
     * called; nothing more is sent but the alert of TLS. Has no effect on a connection that is over;
     * one that is {@link #ready} releases everything, as by {@link #end}, and if it was not {@linkplain #handOver handed over},
     * its dialogue hears why.
     *
     * @param why what the caller of the connection gets too
     */
    public void abort(UpgradeException why) {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().abort(why);
        } else {
            dialogueEnd.report(SessionEnd.of(why));
            end();
        }
    }

    /**
     * Whether the dialogue is over and the connection is the application's, once what it has said last has left: see {@link
     * #handOver}.
     *
     * @return true from then on
     */
    public boolean ready() {
        return negotiation.isEmpty();
    }

    /**
     * Whether the peer sends nothing more and all it sent was given out.
     *
     * @return true after close_notify, or after the end of the transport where that is an end of stream; false once failed
     */
    public boolean inputEnded() {
        return state() != State.FAILED
                && !tls.decrypted().hasRemaining()
                && (machine.inputEnded() || tls.closeNotifyReceived());
    }

    /**
     * Whether octets for the application wait here, so that {@link #receive} gives some out without any from the network.
     *
     * @return true if so
     */
    public boolean holdsInput() {
        return ready() && tls.decrypted().hasRemaining();
    }

    /**
     * How long the peer's close_notify is to be awaited after ours.
     *
     * @return as the limits have it
     */
    public Duration timeToClose() {
        return settings.limits().timeToClose();
    }

    /**
     * The state.
     *
     * @return as the table has it
     */
    public State state() {
        return machine.state();
    }

    /**
     * The phase.
     *
     * @return the present one; once ready, the last
     */
    public Phase phase() {
        Optional<Negotiation> present = negotiation;
        return present.isPresent() ? present.get().phase() : record.lastFinished();
    }

    /**
     * How the upgrade went.
     *
     * @return as far as it has come
     */
    public UpgradeReport report() {
        return record.report(settings.policy(), tls);
    }

    /**
     * What binds an authentication to the TLS session (RFC 5056): the same octets on both sides. Blocks nowhere; any thread may
     * ask.
     *
     * @param type of the binding
     * @return the binding, or why there is none: {@link ChannelBinding.Reason#NOT_ESTABLISHED} before the handshake is done, in
     *     plaintext and once the connection has failed. After it was closed, what the engine still knows
     */
    public ChannelBinding channelBinding(ChannelBinding.Type type) {
        return new SessionBindings(tls, machine, settings.tls())
                .of(Objects.requireNonNull(type, "type: expected a ChannelBinding.Type, got null"));
    }

    /**
     * The server's session that ended when the connection became the application's: its client, and what its handler has kept.
     *
     * @param <S> its type
     * @param type of the protocol, for instance SmtpSession
     * @return empty before {@link #ready}, on a client, and if the session is of another type
     */
    public <S extends ServerSession> Optional<S> session(Class<S> type) {
        return record.handedOver().filter(type::isInstance).map(type::cast);
    }

    /**
     * What ended the upgrade. What code of this side's own threw, which a call lets through, is here the cause of a failure
     * with {@link FailureReason#LOCAL_ERROR}: for drivers, whose callers are to see nothing else.
     *
     * @return what the listener was called with; empty before the upgrade has failed and once {@link #ready}
     */
    public Optional<UpgradeException> failure() {
        // Until the connection is the application's, it fails with nothing else.
        return ready() ? Optional.empty() : machine.failure().map(UpgradeException.class::cast);
    }

    /**
     * Ends the dialogue because this side is shut down. A server says its last lines where it may ({@link
     * Dialogue#lastLines}): once {@link #want} no longer says {@link Want#WRITE}, {@link #tick} throws {@link
     * FailureReason#REJECTED}. Otherwise the connection has failed with that when this returns. No effect once ready or over.
     */
    public void shutDown() {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().shutDown();
        }
    }

    /**
     * Closes this side: inside TLS, {@link #transmit} then gives out close_notify, and the peer may still be received from
     * (half-close, RFC 8446 section 6.1). Closing again has no effect.
     */
    public void close() {
        Optional<Negotiation> present = negotiation;
        if (present.isPresent()) {
            present.get().close();
            return;
        }
        dialogueEnd.report(SessionEnd.of(SessionEnd.Cause.ABANDONED));
        dialogueEnd.forgetLines();
        if (machine.onIfAllowed(Event.CLOSE).equals(Optional.of(State.CLOSING))) {
            tls.close();
        }
    }

    /** The transport is closed, or is about to be: releases everything held and overwrites what was decrypted. */
    public void end() {
        Optional<Negotiation> present = negotiation;
        close();
        machine.onIfAllowed(Event.END);
        if (present.isPresent()) {
            present.get().forget();
        }
        tls.release();
    }

    /** For people and logs, on one line: protocol, side, peer until ready, state, phase, and what is needed next. */
    @Override
    public String toString() {
        Optional<Negotiation> present = negotiation;
        return "UpgradeConnection[" + record
                + present.map(open -> " with " + open.peer()).orElse("") + ", " + state() + ", "
                + (present.isPresent() ? "phase " + phase() : "ready")
                + ", wants " + want()
                + machine.failure()
                        .map(why -> ", failed: " + Wording.printable(String.valueOf(why.getMessage())))
                        .orElse("")
                + "]";
    }

    /** The octets of memory that the peer can make this side hold: of lines, of answers to them and of records. */
    int held() {
        Optional<Negotiation> present = negotiation;
        return tls.held()
                + (present.isPresent()
                        ? present.get().held()
                        : dialogueEnd.lines().octets());
    }

    /** Once ready, the connection is the session itself; until then there is one thread at a time. */
    private void letGo(Negotiation over) {
        if (over.ready()) {
            dialogueEnd.begin(over.lines(), over.endReport());
            negotiation = Optional.empty();
        }
    }

    /** Returns whether all of them have left, and the application's octets may follow. */
    private boolean transmitLastLines(ByteBuffer network) throws SSLException {
        PendingOutput lines = dialogueEnd.lines();
        if (lines.isEmpty()) {
            return true;
        }
        boolean more = encrypt(lines.waiting(), network) == TlsStatus.OK;
        lines.settle();
        return dialogueEnd.settled() && more;
    }

    private void decrypt(ByteBuffer network, ByteBuffer application) throws SSLException {
        try {
            if (tls.receive(network, application) == TlsStatus.CLOSED) {
                // Nothing can be decrypted any more, also if the engine has closed of its own accord.
                network.position(network.limit());
            }
        } catch (SSLException e) {
            throw failed(e);
        }
    }

    private TlsStatus encrypt(ByteBuffer source, ByteBuffer network) throws SSLException {
        TlsStatus status;
        try {
            status = tls.send(source, network);
        } catch (SSLException e) {
            throw failed(e);
        }
        if (status == TlsStatus.CLOSED && machine.leaving()) {
            machine.onIfAllowed(Event.END);
        }
        return status;
    }

    /** In plaintext, as many as there is room for. */
    private static void move(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), count));
        from.position(from.position() + count);
    }

    /** In the session, a failure of TLS is reported as it is. */
    private SSLException failed(SSLException thrown) {
        machine.fail(thrown);
        return thrown;
    }
}
