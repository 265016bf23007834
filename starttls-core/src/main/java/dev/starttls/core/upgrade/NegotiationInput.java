package dev.starttls.core.upgrade;

import dev.starttls.core.engine.NotTlsException;
import dev.starttls.core.engine.TlsStatus;
import dev.starttls.core.line.LineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLException;

/** What comes from the peer: lines and octets in the clear, records, and the end of both. */
final class NegotiationInput {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** More than two certificate chains of any size in use have: what comes before the handshake is done is bounded too. */
    private static final int HANDSHAKE_OCTETS = 262_144;

    /**
     * Lines that one call takes before others are served. Each may run a handler, so that a call of more would keep the
     * thread for as long as a peer likes; of fewer, what is pipelined would be slower.
     */
    private static final int LINES_PER_CALL = 16;
    /**
     * What a record counts for in lines: before each, the pump may have taken as many without data as it takes in a call, and
     * KeyUpdates are the dearest of them ({@code RecordReader.MAX_PER_CALL}).
     */
    private static final int LINES_PER_RECORD = 4;

    private final ConnectionContext context;
    private final DialogueSteps steps;
    private final Termination termination;
    private boolean heard;
    private int handshakeOctets;
    private int left;
    private int linesLeft;

    NegotiationInput(ConnectionContext context, DialogueSteps steps, Termination termination) {
        this.context = context;
        this.steps = steps;
        this.termination = termination;
    }

    /** Whether the peer has not sent a single octet. */
    boolean heardNothing() {
        return !heard;
    }

    /** What came in the present phase, in words. */
    String received() {
        return context.clock().phase() == Phase.HANDSHAKE
                ? handshakeOctets + " octets"
                : context.clock().received();
    }

    /** Whether there is work that needs no octet of the network: lines that this call, or the last one, had no turn for. */
    boolean workLeft() {
        return linesLeft <= 0 && (left > 0 || context.tls().decrypted().hasRemaining());
    }

    /** Whether the dialogue is to be asked for what it says of its own accord, and there is room for it. */
    boolean unaskedDue() {
        return context.unasked().due()
                && termination.open()
                && !context.answer().waits()
                && !context.pendingOutput().full()
                && (context.state() == State.SECURE
                        || context.state().plaintextOut(context.role()) == State.Plaintext.ANY);
    }

    /** A call begins, with a turn of its own. */
    void beginTurn() {
        linesLeft = LINES_PER_CALL;
    }

    void receive(ByteBuffer network) throws IOException {
        context.machine().requireNotFailed();
        beginTurn();
        if (network.remaining() > left) {
            // What was left the last time came before whatever has been sent since, and answers nothing.
            context.clock().heard();
        }
        if (unaskedDue()) {
            steps.unasked();
        }
        boolean more = true;
        while (more && termination.open() && (linesLeft > 0 || commandWaits())) {
            if (context.answer().waits()) {
                more = answered(network);
            } else {
                more = context.records() ? receiveRecords(network) : receiveLine(network);
            }
        }
        if (!termination.ready()) {
            context.tls().dropAfterEnd(context.machine(), network);
        }
        left = network.remaining();
    }

    void endOfInput() throws IOException {
        context.machine().requireNotFailed();
        context.machine().inputEnds();
        if (termination.open()) {
            throw context.tls().needsCloseNotify(context.settings())
                    ? termination.fail(
                            FailureReason.TRUNCATED,
                            "Expected " + context.awaited() + " or close_notify, got the end of the connection"
                                    + " without it",
                            "")
                    : termination.fail(
                            FailureReason.CONNECTION_CLOSED,
                            "Expected " + context.awaited() + ", got the end of the connection",
                            context.silenceHint(heard));
        }
    }

    /** The transport has failed: what a middlebox does that kills STARTTLS, and what a peer does that crashed. */
    UpgradeException lost(IOException thrown) {
        context.machine().inputEnds();
        UpgradeException why = termination.exception(
                FailureReason.CONNECTION_CLOSED,
                "Expected " + context.awaited() + ", got: "
                        + (thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage()),
                "",
                context.silenceHint(heard));
        why.initCause(thrown);
        return termination.failed(why);
    }

    /** Takes lines that were decrypted before and waited for room for their answers. Returns whether there were any. */
    boolean resume() throws IOException {
        boolean went = false;
        boolean more = true;
        while (more
                && termination.open()
                && linesLeft > 0
                && !context.pendingOutput().full()) {
            if (context.answer().waits()) {
                more = answered(NOTHING);
                went |= more;
            } else if (context.tls().decrypted().hasRemaining()) {
                went |= converse(context.tls().decrypted());
            } else {
                more = false;
            }
        }
        return went;
    }

    /** Carries on with the answer of this side's own code. Returns whether it was there. */
    private boolean answered(ByteBuffer following) throws IOException {
        if (!context.answer().complete()) {
            return false;
        }
        linesLeft--;
        steps.answered(following);
        served();
        return true;
    }

    /**
     * Whether a client's upgrade command has not left: what has come by now answers something else, and is to be looked at in
     * this call, since in the next the command may have left.
     */
    private boolean commandWaits() {
        return context.client()
                && (context.state().proposed() || context.state() == State.HANDING_OVER)
                && !context.pendingOutput().isEmpty();
    }

    /** Takes one line in the clear. Returns whether there may be another. */
    private boolean receiveLine(ByteBuffer network) throws IOException {
        if (!network.hasRemaining() || context.pendingOutput().full()) {
            return false;
        }
        if (!heard) {
            heard = true;
            if (context.framing().lineDue() && FirstOctet.ofTlsOnly(network.get(network.position()))) {
                throw tlsOnPlaintextPort();
            }
        }
        if (context.state().plaintextIn(context.role()) == State.Plaintext.NONE) {
            if (context.client()) {
                throw termination.fail(
                        FailureReason.PLAINTEXT_INJECTION,
                        "Expected silence until the upgrade command and the ClientHello have left, got "
                                + network.remaining() + " octets in plaintext",
                        Wording.IMPOSTOR);
            }
            steps.injected(network);
            return network.remaining() == 0;
        }
        return converse(network);
    }

    private UpgradeException tlsOnPlaintextPort() {
        return termination.fail(
                FailureReason.PROTOCOL_VIOLATION,
                "Expected " + context.awaited() + " in plaintext, got a TLS record",
                FirstOctet.tlsOnPlaintextPort(context.dialogue()));
    }

    /** Takes records. Returns whether there may be another line in them. */
    private boolean receiveRecords(ByteBuffer network) throws IOException {
        boolean handshaking = !context.tls().established();
        if (network.hasRemaining() && handshaking) {
            heard = true;
            requireSpoken(network);
        }
        if (!context.client() && !context.pendingOutput().isEmpty()) {
            // The answers to what came before must leave first: the next record may be close_notify, which is answered
            // at once before TLS 1.3 (RFC 5246 section 7.2.1), and by most engines in TLS 1.3 too.
            return false;
        }
        int waiting = network.remaining();
        linesLeft -= LINES_PER_RECORD;
        TlsStatus status;
        try {
            status = context.tls().receive(network, NOTHING);
        } catch (SSLException e) {
            throw termination.failedHandshake(e);
        }
        if (handshaking) {
            bound(waiting - network.remaining());
            if (waiting > network.remaining() && context.host().receivedTls()) {
                context.clock().restorePatience();
            }
        }
        steps.established();
        if (status == TlsStatus.CLOSED && termination.open()) {
            termination.closedByPeer(termination.exception(
                    FailureReason.CONNECTION_CLOSED,
                    "Expected " + context.awaited() + ", got close_notify",
                    "",
                    context.silenceHint(true)));
            return false;
        }
        boolean went = resume();
        return went || (status == TlsStatus.OK && !context.tls().decrypted().hasRemaining());
    }

    private void bound(int octets) throws UpgradeException {
        handshakeOctets += octets;
        if (handshakeOctets > HANDSHAKE_OCTETS) {
            throw termination.fail(
                    FailureReason.LIMIT_EXCEEDED,
                    "Expected a handshake of at most " + HANDSHAKE_OCTETS + " octets, got more",
                    "The peer is hostile or at fault: two certificate chains of any size in use need less");
        }
    }

    /** A server that answers before the ClientHello has left does not answer it; the engine is not asked. */
    private void requireSpoken(ByteBuffer network) throws UpgradeException {
        if (context.client() && !context.tls().spoken()) {
            Optional<NotTlsException> plaintext = NotTlsException.of(network);
            if (plaintext.isPresent()) {
                throw termination.failedHandshake(plaintext.get());
            }
            throw termination.fail(
                    context.implicit() ? FailureReason.PROTOCOL_VIOLATION : FailureReason.PLAINTEXT_INJECTION,
                    "Expected silence until the ClientHello has left, got " + network.remaining() + " octets",
                    Wording.IMPOSTOR);
        }
    }

    /** Takes one line, or what else was asked for, from wherever it comes and does what the dialogue makes of it. */
    private boolean converse(ByteBuffer source) throws IOException {
        int from = source.position();
        Optional<String> line = Optional.empty();
        Optional<byte[]> octets = Optional.empty();
        try {
            if (context.framing().lineDue()) {
                line = context.framing().line(source);
            } else {
                octets = context.framing().octets(source);
            }
        } catch (LineException e) {
            steps.malformed(context.dialogue().malformed(e));
            return true;
        }
        context.clock().count(line.isPresent() ? 1 : 0, source.position() - from);
        Optional<PhaseClock.Excess> excess = context.clock().excess();
        if (excess.isPresent()) {
            termination.limitExceeded(
                    "Expected " + excess.get().bound(), excess.get().hint());
            return true;
        }
        OptionalInt misannounced = context.framing().misannounced();
        if (misannounced.isPresent()) {
            if (!context.records() && context.framing().beginsLikeTls()) {
                throw tlsOnPlaintextPort();
            }
            steps.misannounced(misannounced.getAsInt());
            return true;
        }
        if (line.isEmpty() && octets.isEmpty()) {
            return false;
        }
        linesLeft--;
        if (!context.client() && !beforeSession()) {
            context.clock().extend();
        }
        if (line.isPresent()) {
            steps.received(line.get(), source);
        } else {
            steps.received(octets.orElseThrow(), source);
        }
        served();
        return true;
    }

    /** After the answer, which may have begun another phase. */
    private void served() {
        if (serving()) {
            context.clock().serve();
        }
    }

    /** Whether no session has begun yet: what comes before one is bounded as a whole, in octets and in time. */
    private boolean beforeSession() {
        return context.clock().phase() == Phase.CONNECT;
    }

    /** Whether this is a server whose client may take its time: inside TLS, or in plaintext where the policy allows it. */
    private boolean serving() {
        State state = context.state();
        return !context.client()
                && !beforeSession()
                && termination.open()
                && (state == State.SECURE || (state == State.PLAINTEXT && !context.enforced()));
    }
}
