package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineDecoder;
import dev.starttls.core.line.LineException;
import dev.starttls.core.tls.TlsStatus;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.tls.Truncation;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

    private final Dialogue dialogue;
    private final Role role;
    private final UpgradeSettings settings;
    private final Peer peer;
    private final UpgradeMachine machine;
    private final LineDecoder decoder;
    private final Outbox outbox = new Outbox();
    private final PhaseClock clock;
    private final TlsLayer tls;
    private final Outcome outcome;
    private boolean begun;
    private boolean heard;
    private boolean firstFlightSent;
    private boolean firstRecordSeen;
    private volatile boolean taskDue;
    private boolean ending;
    private Optional<UpgradeException> afterFarewell = Optional.empty();
    private volatile boolean peerClosed;
    private volatile boolean ready;
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
        this.peer = peer;
        boolean implicit = settings.policy() == TlsPolicy.IMPLICIT;
        this.machine = new UpgradeMachine(implicit ? State.HANDSHAKING : State.PLAINTEXT);
        this.decoder = new LineDecoder(settings.limits().lineOctets());
        this.clock = new PhaseClock(settings.limits(), implicit ? Phase.HANDSHAKE : Phase.GREETING);
        this.tls = new TlsLayer(role, settings, peer);
        this.outcome = new Outcome(dialogue, settings, clock, tls);
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
        if (settings.policy() == TlsPolicy.IMPLICIT) {
            startHandshake();
        } else {
            if (role == Role.CLIENT) {
                clock.sent();
            }
            carryOut(dialogue.opened(), NOTHING);
        }
    }

    /**
     * Tells the time.
     *
     * @param nanos the time now
     * @throws UpgradeException if a phase has taken too long, or if the connection was failed and its last line has left
     */
    public void tick(long nanos) throws UpgradeException {
        clock.tell(nanos);
        if (afterFarewell.isPresent() && outbox.isEmpty() && !tls.wantsSend()) {
            UpgradeException why = afterFarewell.get();
            afterFarewell = Optional.empty();
            throw failed(why);
        }
        if (clock.late() && !machine.state().terminal() && !ready) {
            throw fail(
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
        return ready || machine.state().terminal() ? Optional.empty() : Optional.of(clock.deadline());
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
        if (records ? tls.wantsSend() || (tlsEstablished() && !outbox.isEmpty()) : !outbox.isEmpty()) {
            return Want.WRITE;
        }
        return ready || ending ? Want.NOTHING : Want.READ;
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
                && !ready
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
        if (network.hasRemaining()) {
            clock.received();
        }
        if (!ready) {
            negotiate(network);
        }
        if (ready) {
            pass(network, application);
        }
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
            if (network.position() > from) {
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
        if (!ready && !ending) {
            boolean inTls = tlsEstablished() && machine.state() != State.HANDSHAKING;
            throw inTls && !tls.pump().closeNotifyReceived()
                    ? fail(
                            FailureReason.TRUNCATED,
                            "Expected a line or close_notify, got the end of the connection",
                            "")
                    : fail(
                            FailureReason.CONNECTION_CLOSED,
                            "Expected more of the peer, got the end of the connection",
                            clock.phase() == Phase.GREETING && role == Role.CLIENT ? FirstOctet.silentGreeting() : "");
        }
        if (tlsEstablished() && settings.tls().truncation() == Truncation.REPORTED) {
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
        return ready;
    }

    /**
     * Whether the peer sends nothing more and all it sent was given out.
     *
     * @return true after close_notify, or in plaintext after the end of the transport
     */
    public boolean inputEnded() {
        return peerClosed
                || (tls.exists()
                        && tls.pump().closeNotifyReceived()
                        && !tls.decrypted().hasRemaining());
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
        return outcome.report(tlsEstablished());
    }

    /**
     * Closes this side: inside TLS, {@link #transmit} then gives out close_notify, and the peer may still be received from
     * (half-close, RFC 8446 section 6.1). Closing again has no effect.
     */
    public void close() {
        if (!machine.allows(Event.CLOSE)) {
            return;
        }
        if (machine.on(Event.CLOSE) == State.CLOSING && tls.exists()) {
            tls.pump().closeOutbound();
        }
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

    private void negotiate(ByteBuffer network) throws IOException {
        boolean more = true;
        while (more && !ready && !ending && !machine.state().terminal()) {
            more = machine.state().tls() == State.Tls.RECORDS ? receiveRecords(network) : receiveLine(network);
        }
        if (ending) {
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
                throw fail(
                        FailureReason.PROTOCOL_VIOLATION,
                        "Expected a line in plaintext, got a TLS record",
                        FirstOctet.tlsOnPlaintextPort(role));
            }
        }
        if (machine.state().plaintextIn(role) == State.Plaintext.NONE) {
            injected(network);
            return true;
        }
        return converse(network);
    }

    /** Takes records. Returns whether there may be another line in them. */
    private boolean receiveRecords(ByteBuffer network) throws IOException {
        if (network.hasRemaining() && !tlsEstablished()) {
            checkFirstRecord(network);
        }
        TlsStatus status;
        try {
            status = tls.receive(network, NOTHING);
        } catch (SSLException e) {
            throw failedHandshake(e);
        }
        taskDue = status == TlsStatus.NEED_TASK;
        established();
        if (status == TlsStatus.CLOSED) {
            peerClosed = true;
            throw fail(FailureReason.CONNECTION_CLOSED, "Expected more of the peer, got close_notify", "");
        }
        boolean went = false;
        while (!ready && !ending && tls.decrypted().hasRemaining() && !outbox.full()) {
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
            byte[] shown = new byte[Math.min(network.remaining(), 80)];
            network.get(network.position(), shown);
            throw failed(new UpgradeException(
                    implicit ? FailureReason.HANDSHAKE_FAILED : FailureReason.PLAINTEXT_INJECTION,
                    clock.phase(),
                    "Expected a TLS record, got plaintext",
                    new String(shown, StandardCharsets.ISO_8859_1).strip(),
                    implicit ? FirstOctet.plaintextOnTlsPort(role) : ""));
        }
        if (role == Role.CLIENT && !firstFlightSent) {
            throw fail(
                    FailureReason.PLAINTEXT_INJECTION,
                    "Expected silence until the ClientHello has left, got octets",
                    "Someone in the middle may be answering in the server's name");
        }
    }

    /** Takes one line from wherever it comes and does what the dialogue makes of it. */
    private boolean converse(ByteBuffer source) throws IOException {
        int from = source.position();
        Optional<String> line;
        try {
            line = decoder.decode(source);
        } catch (LineException e) {
            carryOut(dialogue.malformed(e), source);
            return true;
        }
        clock.count(line.isPresent() ? 1 : 0, source.position() - from);
        String excess = clock.excess();
        if (!excess.isEmpty()) {
            throw fail(FailureReason.LIMIT_EXCEEDED, "Expected " + excess, "");
        }
        if (line.isEmpty()) {
            return false;
        }
        if (role == Role.SERVER) {
            clock.extend();
            if (tlsEstablished() || !settings.policy().enforced()) {
                clock.restart();
            }
        }
        carryOut(dialogue.received(line.get()), source);
        return true;
    }

    private void carryOut(Step step, ByteBuffer behind) throws IOException {
        if (step instanceof Step.Await next) {
            clock.enter(next.phase());
            say(next.lines());
        } else if (step instanceof Step.Propose propose) {
            propose(propose.command());
        } else if (step instanceof Step.Proceed go) {
            proceed(go, behind);
        } else if (step instanceof Step.Decline no) {
            decline(no);
        } else if (step instanceof Step.Ready last) {
            outbox.add(last.lines());
            becomeReady();
        } else if (step instanceof Step.Close bye) {
            outbox.add(bye.lines());
            ending = true;
            if (outbox.isEmpty()) {
                close();
            }
        } else if (step instanceof Step.Fail fail) {
            UpgradeException why = new UpgradeException(fail.reason(), clock.phase(), fail.detail(), fail.reply(), "");
            if (fail.lines().isEmpty()) {
                throw failed(why);
            }
            failAfter(fail.lines(), why);
        }
    }

    private void say(List<String> lines) {
        State state = machine.state();
        if (!lines.isEmpty() && state.tls() != State.Tls.RECORDS && state.plaintextOut(role) != State.Plaintext.ANY) {
            throw new IllegalStateException(
                    "Expected no line of the dialogue in state " + state + ", got " + lines.size()
                            + "; after Step.Propose only Await without lines, Proceed, Decline or Fail may follow");
        }
        outbox.add(lines);
    }

    private void propose(String command) throws IOException {
        if (settings.policy() == TlsPolicy.DISABLED) {
            carryOut(dialogue.declined(FailureReason.NOT_OFFERED), NOTHING);
            return;
        }
        tls.ready();
        outcome.forgetAtUpgrade();
        machine.on(Event.PROPOSE);
        clock.enter(Phase.COMMAND);
        outbox.add(List.of(command));
        settings.listener().proposed();
    }

    private void proceed(Step.Proceed go, ByteBuffer behind) throws IOException {
        if (role == Role.SERVER) {
            tls.ready();
            outcome.forgetAtUpgrade();
            if (behind.hasRemaining()) {
                injected(behind);
                if (ending) {
                    return;
                }
            }
            machine.on(Event.PROPOSE);
            clock.enter(Phase.COMMAND);
            outbox.add(go.goAhead());
            settings.listener().proposed();
        } else {
            if (!outbox.isEmpty()) {
                throw fail(
                        FailureReason.PROTOCOL_VIOLATION,
                        "Expected the go-ahead after the upgrade command, got it before the command had left",
                        "Someone in the middle may be answering in the server's name");
            }
            if (behind.hasRemaining()) {
                throw fail(
                        FailureReason.PLAINTEXT_INJECTION,
                        "Expected nothing behind the go-ahead, got " + behind.remaining() + " octets in plaintext",
                        "Someone in the middle may be answering in the server's name");
            }
            machine.on(Event.GO_AHEAD);
            startHandshake();
        }
    }

    private void startHandshake() throws IOException {
        clock.enter(Phase.HANDSHAKE);
        decoder.reset();
        tls.ready();
        if (role == Role.CLIENT) {
            tls.prepare();
        }
    }

    private void injected(ByteBuffer octets) throws IOException {
        int count = octets.remaining();
        octets.position(octets.limit());
        if (settings.injection() == InjectionResponse.FAIL) {
            UpgradeException why = new UpgradeException(
                    FailureReason.PLAINTEXT_INJECTION,
                    Phase.COMMAND,
                    "Expected nothing behind the upgrade command, got " + count + " octets in plaintext");
            if (machine.state() == State.PROPOSED || dialogue.injected().isEmpty()) {
                throw failed(why);
            }
            failAfter(dialogue.injected(), why);
        }
    }

    private void failAfter(List<String> farewell, UpgradeException why) {
        outbox.add(farewell);
        afterFarewell = Optional.of(why);
        ending = true;
    }

    private void decline(Step.Decline no) throws IOException {
        if (settings.policy().enforced()) {
            throw failed(new UpgradeException(
                    no.reason(),
                    clock.phase(),
                    "Expected the server to upgrade, but it "
                            + (no.reason() == FailureReason.NOT_OFFERED ? "does not offer to" : "will not"),
                    no.reply(),
                    no.reason() == FailureReason.NOT_OFFERED
                            ? "Someone in the middle may have stripped the offer; an implicit-TLS port (465, 993, 995)"
                                    + " cannot be stripped"
                            : ""));
        }
        if (machine.state() == State.PROPOSED) {
            machine.on(Event.REFUSE);
        }
        if (settings.policy() == TlsPolicy.OPPORTUNISTIC) {
            settings.listener().declined(no.reason());
        }
        carryOut(dialogue.declined(no.reason()), NOTHING);
    }

    private void established() throws IOException {
        if (machine.state() != State.HANDSHAKING || !tlsEstablished()) {
            return;
        }
        if (role == Role.CLIENT && settings.verification() == Verification.FULL) {
            Optional<String> lacking = outcome.nameless();
            if (lacking.isPresent()) {
                tls.pump().closeOutbound();
                throw fail(
                        FailureReason.CERTIFICATE_NAME_MISMATCH,
                        lacking.get(),
                        "Ask the server's operator for a certificate with a subjectAltName");
            }
        }
        machine.on(Event.ESTABLISH);
        if (settings.policy() != TlsPolicy.IMPLICIT) {
            clock.enter(Phase.RECAPABILITY);
        } else {
            clock.enter(Phase.GREETING);
        }
        clock.restart();
        if (role == Role.SERVER) {
            settings.listener().upgraded(outcome.report(true));
        }
        carryOut(dialogue.secured(), NOTHING);
    }

    private void becomeReady() {
        clock.stop();
        ready = true;
        outcome.settle();
        if (role == Role.CLIENT && tlsEstablished()) {
            settings.listener().upgraded(outcome.report(true));
        }
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
        if (ending) {
            if (afterFarewell.isEmpty()) {
                machine.on(Event.CLOSE);
            }
            return false;
        }
        if (machine.state() == State.PROPOSED && role == Role.SERVER) {
            machine.on(Event.GO_AHEAD);
            startHandshake();
            return false;
        }
        if (ready) {
            int count = Math.min(application.remaining(), network.remaining());
            network.put(application.slice(application.position(), count));
            application.position(application.position() + count);
        }
        return false;
    }

    private boolean transmitRecords(ByteBuffer application, ByteBuffer network) throws IOException {
        boolean lines = !outbox.isEmpty();
        ByteBuffer source = lines ? outbox.joined() : ready ? application : NOTHING;
        TlsStatus status;
        try {
            status = tls.send(source, network);
        } catch (SSLException e) {
            throw ready ? broken(e) : failedHandshake(e);
        }
        outbox.settle();
        firstFlightSent |= status != TlsStatus.NEED_WRITE;
        taskDue = status == TlsStatus.NEED_TASK;
        boolean handshaking = machine.state() == State.HANDSHAKING;
        established();
        if (status == TlsStatus.CLOSED && ending && afterFarewell.isEmpty() && machine.allows(Event.END)) {
            machine.on(Event.END);
        }
        if (status != TlsStatus.OK) {
            return false;
        }
        if (ending && outbox.isEmpty() && machine.state() == State.SECURE) {
            machine.on(Event.CLOSE);
            tls.pump().closeOutbound();
            return true;
        }
        // Lines that were left when the outbox was full.
        boolean went = false;
        while (!ready && !ending && tls.decrypted().hasRemaining() && !outbox.full()) {
            went |= converse(tls.decrypted());
        }
        return went || (handshaking && machine.state() == State.SECURE) || (lines && ready) || !outbox.isEmpty();
    }

    /** Inside a session that is the application's, a failure of TLS is told as it is. */
    private SSLException broken(SSLException e) {
        if (machine.allows(Event.FAIL)) {
            machine.on(Event.FAIL);
        }
        return e;
    }

    private boolean tlsEstablished() {
        return tls.exists() && tls.pump().established();
    }

    private UpgradeException failedHandshake(SSLException thrown) {
        if (thrown instanceof TruncatedException) {
            return fail(FailureReason.TRUNCATED, thrown.getMessage(), "");
        }
        HandshakeDiagnosis diagnosis = HandshakeDiagnosis.of(thrown, peer);
        UpgradeException why = fail(
                diagnosis.reason(), "Expected TLS with " + peer + ", got: " + thrown.getMessage(), diagnosis.hint());
        why.initCause(thrown);
        return why;
    }

    private UpgradeException fail(FailureReason reason, String detail, String hint) {
        return failed(new UpgradeException(reason, clock.phase(), detail, "", hint));
    }

    private UpgradeException failed(UpgradeException why) {
        if (machine.allows(Event.FAIL)) {
            machine.on(Event.FAIL);
            outbox.clear();
            settings.listener().failed(why);
            if (role == Role.CLIENT && settings.policy().enforced()) {
                settings.listener().blocked(why);
            }
        }
        return why;
    }
}
