package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineDecoder;
import dev.starttls.core.line.LineException;
import dev.starttls.core.tls.TlsStatus;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.tls.Truncation;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * One connection and its upgrade, without any I/O: network octets in and out, application octets in and out, tasks handed
 * out, time told. For an event loop of one's own; the channel floor drives the same thing for everybody else.
 *
 * <pre>{@code
 * connection.begin(System.nanoTime());
 * while (connection.want() != Want.NOTHING) {
 *     connection.tick(System.nanoTime());              // fails when a deadline has passed
 *     switch (connection.want()) {
 *         case TASK -> connection.task().ifPresent(Runnable::run);
 *         case WRITE -> { connection.transmit(none, out.clear()); writeAll(out.flip()); }
 *         case READ -> { read(in); connection.receive(in, none); }
 *         case NOTHING -> {}
 *     }
 * }
 * }</pre>
 *
 * <p>Octets that {@link #receive} leaves in its buffer are to be given again before more are read: behind the last line
 * of the dialogue they are the application's. When a call throws, {@link #want} says {@link Want#WRITE} as long as a
 * fatal alert is to leave; then close the transport.
 *
 * <p>Once {@link #ready}, one thread may receive while another transmits; before, one thread at a time. No call blocks.
 */
public final class UpgradeConnection {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int SHOWN = 80;
    private static final ByteBuffer CHANGE_CIPHER_SPEC = ByteBuffer.wrap(new byte[] {20, 3, 3, 0, 1, 1});

    private final Dialogue dialogue;
    private final Role role;
    private final UpgradeSettings settings;
    private final UpgradeMachine machine;
    private final LineDecoder decoder;
    private final Outbox outbox = new Outbox();
    private final Negotiation negotiation;
    private final PhaseClock clock;
    private final TlsLayer tls;
    private boolean begun;
    private boolean heard;
    private boolean firstFlightSent;
    private boolean firstRecordSeen;
    private int leftBefore;
    private volatile boolean taskDue;
    private volatile boolean peerClosed;
    private volatile boolean alertDone;

    /**
     * A connection that has not begun.
     *
     * @param dialogue what is said; not used by another connection
     * @param settings what is followed
     * @param peer the other side; on a client, its host is the name that the certificate must have
     */
    public UpgradeConnection(Dialogue dialogue, UpgradeSettings settings, Peer peer) {
        this.dialogue = dialogue;
        this.role = dialogue.role();
        this.settings = settings;
        this.machine =
                new UpgradeMachine(settings.policy() == TlsPolicy.IMPLICIT ? State.HANDSHAKING : State.PLAINTEXT);
        this.decoder = new LineDecoder(settings.limits().lineOctets());
        this.negotiation = new Negotiation(dialogue, settings, peer, machine, outbox);
        this.clock = negotiation.clock();
        this.tls = negotiation.tls();
    }

    /**
     * Adds a phase to the report that the driver has gone through before: the look-up and the TCP connection.
     *
     * @param phase {@link Phase#CONNECT}
     * @param nanos what it took, in nanoseconds
     */
    public void spent(Phase phase, long nanos) {
        clock.spent(phase, nanos);
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
            throw new IllegalStateException("Expected begin once, got it again in state " + machine.state());
        }
        begun = true;
        clock.begin(nanos);
        negotiation.begin();
    }

    /**
     * Tells the time.
     *
     * @param nanos the time now
     * @throws UpgradeException if a phase has taken too long, or if the connection was failed and its last line has left
     */
    public void tick(long nanos) throws UpgradeException {
        clock.tell(nanos);
        negotiation.checkFarewell();
        if (clock.late() && !machine.state().terminal() && !negotiation.ready()) {
            throw negotiation.fail(
                    FailureReason.TIMEOUT,
                    "Expected the peer within "
                            + settings.limits().timePerPhase().toMillis() + " ms, got too little",
                    clock.phase() == Phase.GREETING && role == Role.CLIENT && !heard
                            ? FirstOctet.silentGreeting()
                            : "");
        }
    }

    /**
     * When {@link #tick} is due at the latest.
     *
     * @return in the nanoseconds of the clock that was told; empty once ready, closed or failed
     */
    public Optional<Long> deadline() {
        return negotiation.ready() || machine.state().terminal() ? Optional.empty() : Optional.of(clock.deadline());
    }

    /**
     * What is needed to get further.
     *
     * @return see {@link Want}
     */
    public Want want() {
        State state = machine.state();
        if (state == State.CLOSED || !begun) {
            return Want.NOTHING;
        }
        if (state == State.FAILED) {
            return !alertDone && tls.wantsSend() ? Want.WRITE : Want.NOTHING;
        }
        if (taskDue) {
            return Want.TASK;
        }
        boolean records = state.tls() == State.Tls.RECORDS;
        if (records ? tls.wantsSend() || (tls.established() && !outbox.isEmpty()) : !outbox.isEmpty()) {
            return Want.WRITE;
        }
        return negotiation.ready() || negotiation.ending() ? Want.NOTHING : Want.READ;
    }

    /**
     * The task that a handshake waits for.
     *
     * @return to be run once, by any thread; empty when there is none or when it still runs
     */
    public Optional<Runnable> task() {
        if (!tls.exists()) {
            return Optional.empty();
        }
        Optional<Runnable> task = tls.pump().task();
        return task.map(work -> () -> {
            work.run();
            taskDue = false;
        });
    }

    /**
     * Uses a wait for the peer: as a client that may upgrade, makes the engine and the ClientHello ahead. Costs some
     * milliseconds of computing the first time it has an effect, nothing later.
     *
     * @throws IOException if the engine cannot begin
     */
    public void prepare() throws IOException {
        if (role == Role.CLIENT
                && machine.state() == State.PLAINTEXT
                && !negotiation.ready()
                && settings.policy() != TlsPolicy.DISABLED
                && settings.preparation() == Preparation.WHILE_WAITING) {
            tls.prepare();
        }
    }

    /**
     * Takes octets that came from the peer.
     *
     * @param network from the peer; the position moves behind those taken. Those left are to be given again.
     * @param application where the application's octets go; before {@link #ready} nothing goes there
     * @throws UpgradeException if the upgrade fails; nothing more is sent but an alert
     * @throws SSLException once ready, if the peer breaks TLS
     */
    public void receive(ByteBuffer network, ByteBuffer application) throws IOException {
        if (network.remaining() > leftBefore) {
            clock.received();
        }
        if (!negotiation.ready()) {
            negotiate(network);
        }
        if (negotiation.ready()) {
            pass(network, application);
        }
        leftBefore = network.remaining();
    }

    /**
     * Gives out octets for the peer.
     *
     * @param application to be sent; before {@link #ready} nothing of it is taken
     * @param network where the peer's octets go; of any size. All of them are to be written, in their order.
     * @throws UpgradeException if the upgrade fails; what was put in {@code network} is to be written all the same
     * @throws SSLException once ready, if the engine fails
     */
    public void transmit(ByteBuffer application, ByteBuffer network) throws IOException {
        int from = network.position();
        try {
            while (transmitSome(application, network)) {
                // Each turn moved the connection on: a line left, or the handshake came further.
            }
        } finally {
            if (network.position() > from && !onlyChangeCipherSpec(network, from)) {
                clock.sent();
            }
        }
    }

    /**
     * Says that the peer's side of the transport has ended.
     *
     * @throws UpgradeException before {@link #ready}
     * @throws TruncatedException inside TLS without close_notify, unless {@link Truncation#ACCEPTED} is set
     */
    public void endOfInput() throws IOException {
        peerClosed = true;
        if (machine.state().terminal()) {
            return;
        }
        if (negotiation.open()) {
            boolean inTls = tls.established() && machine.state() != State.HANDSHAKING;
            throw inTls && !tls.pump().closeNotifyReceived()
                    ? negotiation.fail(
                            FailureReason.TRUNCATED,
                            "Expected a line or close_notify, got the end of the connection",
                            "")
                    : negotiation.fail(
                            FailureReason.CONNECTION_CLOSED,
                            "Expected more of the peer, got the end of the connection",
                            clock.phase() == Phase.GREETING && role == Role.CLIENT ? FirstOctet.silentGreeting() : "");
        }
        if (tls.established() && settings.tls().truncation() == Truncation.REPORTED) {
            try {
                tls.pump().endOfInput();
            } catch (TruncatedException e) {
                throw broken(e);
            }
        }
    }

    /**
     * Whether the dialogue is over and the connection is the application's.
     *
     * @return true from then on
     */
    public boolean ready() {
        return negotiation.ready();
    }

    /**
     * Whether the peer sends nothing more and all it sent was given out.
     *
     * @return true after close_notify, or in plaintext after the end of the transport
     */
    public boolean inputEnded() {
        return (peerClosed && !tls.decrypted().hasRemaining())
                || (tls.exists()
                        && tls.pump().closeNotifyReceived()
                        && !tls.decrypted().hasRemaining());
    }

    /**
     * Whether octets for the application wait here, so that {@link #receive} gives some out without any from the network.
     *
     * @return true if so
     */
    public boolean holdsInput() {
        return negotiation.ready() && tls.decrypted().hasRemaining();
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
        return clock.phase();
    }

    /**
     * How the upgrade went.
     *
     * @return as far as it has come
     */
    public UpgradeReport report() {
        return negotiation.report();
    }

    /**
     * Closes this side: inside TLS, {@link #transmit} then gives out close_notify, and the peer may still be received from
     * (half-close, RFC 8446 section 6.1). Closing again has no effect.
     */
    public void close() {
        negotiation.close();
    }

    /** The transport is closed, or is about to be: lets go of everything held and overwrites what was decrypted. */
    public void end() {
        close();
        if (machine.allows(Event.END)) {
            machine.on(Event.END);
        }
        outbox.clear();
        decoder.reset();
        if (tls.exists()) {
            tls.pump().release();
        }
    }

    /** A client of TLS 1.3 sends one in the middle of the server's flight and waits for no answer (RFC 8446 section D.4). */
    private static boolean onlyChangeCipherSpec(ByteBuffer network, int from) {
        return network.slice(from, network.position() - from).equals(CHANGE_CIPHER_SPEC);
    }

    private void negotiate(ByteBuffer network) throws IOException {
        boolean more = true;
        while (more && negotiation.open()) {
            more = machine.state().tls() == State.Tls.RECORDS ? receiveRecords(network) : receiveLine(network);
        }
        if (negotiation.ending()) {
            // What comes behind the last line is nobody's.
            network.position(network.limit());
        }
    }

    private void pass(ByteBuffer network, ByteBuffer application) throws IOException {
        if (machine.state() == State.PLAINTEXT) {
            int count = Math.min(network.remaining(), application.remaining());
            application.put(network.slice(network.position(), count));
            network.position(network.position() + count);
        } else if (!machine.state().terminal()) {
            try {
                taskDue = tls.receive(network, application) == TlsStatus.NEED_TASK;
            } catch (SSLException e) {
                throw broken(e);
            }
        }
    }

    /** Takes one line in the clear. Returns whether there may be another. */
    private boolean receiveLine(ByteBuffer network) throws IOException {
        if (!network.hasRemaining() || outbox.full()) {
            return false;
        }
        if (!heard) {
            heard = true;
            if (FirstOctet.ofTlsOnly(network.get(network.position()))) {
                throw negotiation.fail(
                        FailureReason.PROTOCOL_VIOLATION,
                        "Expected a line in plaintext, got a TLS record",
                        FirstOctet.tlsOnPlaintextPort(role));
            }
        }
        if (machine.state().plaintextIn(role) == State.Plaintext.NONE) {
            negotiation.injected(network);
            return true;
        }
        return converse(network);
    }

    /** Takes records. Returns whether there may be another line in them. */
    private boolean receiveRecords(ByteBuffer network) throws IOException {
        if (network.hasRemaining() && !tls.established()) {
            checkFirstRecord(network);
        }
        TlsStatus status;
        try {
            status = tls.receive(network, NOTHING);
        } catch (SSLException e) {
            throw negotiation.failedHandshake(e);
        }
        taskDue = status == TlsStatus.NEED_TASK;
        negotiation.established();
        if (status == TlsStatus.CLOSED) {
            peerClosed = true;
            throw negotiation.fail(FailureReason.CONNECTION_CLOSED, "Expected more of the peer, got close_notify", "");
        }
        boolean went = false;
        while (negotiation.open() && tls.decrypted().hasRemaining() && !outbox.full()) {
            went |= converse(tls.decrypted());
        }
        return went || (status == TlsStatus.OK && !tls.decrypted().hasRemaining());
    }

    private void checkFirstRecord(ByteBuffer network) throws UpgradeException {
        byte first = network.get(network.position());
        boolean tlsLike = firstRecordSeen || FirstOctet.ofTls(first);
        firstRecordSeen = true;
        if (!tlsLike) {
            boolean implicit = settings.policy() == TlsPolicy.IMPLICIT;
            byte[] shown = new byte[Math.min(network.remaining(), SHOWN)];
            network.get(network.position(), shown);
            throw negotiation.failed(new UpgradeException(
                    implicit ? FailureReason.HANDSHAKE_FAILED : FailureReason.PLAINTEXT_INJECTION,
                    clock.phase(),
                    "Expected a TLS record, got plaintext",
                    new String(shown, StandardCharsets.ISO_8859_1).strip(),
                    implicit ? FirstOctet.plaintextOnTlsPort(role) : ""));
        }
        if (role == Role.CLIENT && !firstFlightSent) {
            throw negotiation.fail(
                    FailureReason.PLAINTEXT_INJECTION,
                    "Expected silence until the ClientHello has left, got octets",
                    "Someone in the middle may be answering in the server's name");
        }
    }

    /** Takes one line from wherever it comes and does what the dialogue makes of it. */
    private boolean converse(ByteBuffer source) throws IOException {
        int from = source.position();
        Optional<Boolean> literal = negotiation.takeLiteral(source);
        if (literal.isPresent()) {
            return literal.get();
        }
        Optional<String> line;
        try {
            line = decoder.decode(source);
        } catch (LineException e) {
            negotiation.carryOut(dialogue.malformed(e), source);
            return true;
        }
        clock.count(line.isPresent() ? 1 : 0, source.position() - from);
        String excess = clock.excess();
        if (!excess.isEmpty()) {
            throw negotiation.fail(FailureReason.LIMIT_EXCEEDED, "Expected " + excess, "");
        }
        if (line.isEmpty()) {
            return false;
        }
        if (role == Role.SERVER) {
            clock.extend();
            if (tls.established() || !settings.policy().enforced()) {
                clock.restart();
            }
        }
        negotiation.carryOut(dialogue.received(line.get()), source);
        return true;
    }

    /** Moves some octets. Returns whether another turn may move more. */
    private boolean transmitSome(ByteBuffer application, ByteBuffer network) throws IOException {
        State state = machine.state();
        return switch (state.tls()) {
            case RECORDS -> transmitRecords(application, network);
            case LAST_ALERT -> {
                if (tls.exists() && !alertDone) {
                    alertDone = tls.send(NOTHING, network) == TlsStatus.CLOSED;
                }
                yield false;
            }
            case NONE -> !state.terminal() && transmitPlaintext(application, network);
        };
    }

    private boolean transmitPlaintext(ByteBuffer application, ByteBuffer network) throws IOException {
        outbox.drain(network);
        if (!outbox.isEmpty()) {
            return false;
        }
        if (negotiation.ending()) {
            negotiation.farewellLeft();
            return false;
        }
        if (machine.state() == State.PROPOSED && role == Role.SERVER) {
            negotiation.goAheadLeft();
            return false;
        }
        if (negotiation.ready()) {
            int count = Math.min(application.remaining(), network.remaining());
            network.put(application.slice(application.position(), count));
            application.position(application.position() + count);
        }
        return false;
    }

    private boolean transmitRecords(ByteBuffer application, ByteBuffer network) throws IOException {
        boolean lines = !outbox.isEmpty();
        ByteBuffer source = lines ? outbox.joined() : negotiation.ready() ? application : NOTHING;
        TlsStatus status;
        try {
            status = tls.send(source, network);
        } catch (SSLException e) {
            throw negotiation.ready() ? broken(e) : negotiation.failedHandshake(e);
        }
        outbox.settle();
        firstFlightSent |= status != TlsStatus.NEED_WRITE;
        taskDue = status == TlsStatus.NEED_TASK;
        boolean handshaking = machine.state() == State.HANDSHAKING;
        negotiation.established();
        if (status == TlsStatus.CLOSED) {
            negotiation.closeNotifyLeft();
        }
        if (status != TlsStatus.OK) {
            return false;
        }
        if (negotiation.ending() && outbox.isEmpty() && machine.state() == State.SECURE) {
            negotiation.farewellLeft();
            return true;
        }
        // Lines that were left when the outbox was full.
        boolean went = false;
        while (negotiation.open() && tls.decrypted().hasRemaining() && !outbox.full()) {
            went |= converse(tls.decrypted());
        }
        return went
                || (handshaking && machine.state() == State.SECURE)
                || (lines && negotiation.ready())
                || !outbox.isEmpty();
    }

    /** Inside a session that is the application's, a failure of TLS is told as it is. */
    private SSLException broken(SSLException e) {
        if (machine.allows(Event.FAIL)) {
            machine.on(Event.FAIL);
        }
        return e;
    }
}
