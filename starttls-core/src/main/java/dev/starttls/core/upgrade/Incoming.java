package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineException;
import dev.starttls.core.tls.NotTlsException;
import dev.starttls.core.tls.TlsStatus;
import dev.starttls.core.tls.Truncation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What comes from the peer: lines in the clear, records, and the end of both. */
final class Incoming {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** More than two certificate chains of any size in use: what comes before the handshake is done is bounded too. */
    private static final int HANDSHAKE_OCTETS = 262_144;

    /**
     * Lines that one call takes before others are served. Each may run a handler, so that a call of more would keep the
     * thread for as long as a peer likes; of fewer, what is pipelined would be slower.
     */
    private static final int LINES_PER_CALL = 16;
    /**
     * What a record counts for in lines. Each may come after as many without data as the pump takes in a call, whose new keys
     * are a matter of twenty microseconds each.
     */
    private static final int LINES_PER_RECORD = 4;

    private final Parts parts;
    private final Negotiation negotiation;
    private final Ending ending;
    private boolean heard;
    private int handshakeOctets;
    private int left;
    private int linesLeft;

    Incoming(Parts parts, Negotiation negotiation, Ending ending) {
        this.parts = parts;
        this.negotiation = negotiation;
        this.ending = ending;
    }

    /** Whether the peer has not sent a single octet. */
    boolean silent() {
        return !heard;
    }

    /** What came in the present phase, in words. */
    String received() {
        return parts.clock().phase() == Phase.HANDSHAKE
                ? handshakeOctets + " octets"
                : parts.clock().received();
    }

    /** Whether there is work that needs no octet of the network: lines that this call, or the last one, had no turn for. */
    boolean workLeft() {
        return linesLeft <= 0 && (left > 0 || parts.tls().decrypted().hasRemaining());
    }

    /** A call begins, with a turn of its own. */
    void beginTurn() {
        linesLeft = LINES_PER_CALL;
    }

    void receive(ByteBuffer network) throws IOException {
        parts.machine().requireNotFailed();
        beginTurn();
        if (network.remaining() > left) {
            // What was left the last time came before whatever has been sent since, and answers nothing.
            parts.clock().heard();
        }
        boolean more = true;
        while (more && ending.open() && (linesLeft > 0 || commandWaits())) {
            more = parts.records() ? receiveRecords(network) : receiveLine(network);
        }
        if (!ending.ready() && (parts.machine().leaving() || parts.state().terminal() || behindCloseNotify())) {
            // What comes behind the end is nobody's (RFC 8446 section 6.1).
            network.position(network.limit());
        }
        left = network.remaining();
    }

    void endOfInput() throws IOException {
        parts.machine().requireNotFailed();
        parts.machine().inputEnds();
        boolean reported = parts.settings().tls().truncation() == Truncation.REPORTED;
        if (ending.open()) {
            throw parts.state() == State.SECURE && reported
                    ? ending.fail(
                            FailureReason.TRUNCATED,
                            "Expected " + parts.awaited() + " or close_notify, got the end of the connection"
                                    + " without it",
                            "")
                    : ending.fail(
                            FailureReason.CONNECTION_CLOSED,
                            "Expected " + parts.awaited() + ", got the end of the connection",
                            parts.silenceHint(heard));
        }
    }

    /** The transport has failed: what a middlebox does that kills STARTTLS, and what a peer does that crashed. */
    UpgradeException lost(IOException thrown) {
        parts.machine().inputEnds();
        UpgradeException why = ending.exception(
                FailureReason.CONNECTION_CLOSED,
                "Expected " + parts.awaited() + ", got: "
                        + (thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage()),
                "",
                parts.lossHint(heard));
        why.initCause(thrown);
        return ending.failed(why);
    }

    /** Takes lines that were decrypted before and waited for room for their answers. Returns whether there were any. */
    boolean resume() throws IOException {
        boolean went = false;
        while (ending.open()
                && linesLeft > 0
                && parts.tls().decrypted().hasRemaining()
                && !parts.outbox().full()) {
            went |= converse(parts.tls().decrypted());
        }
        return went;
    }

    private boolean behindCloseNotify() {
        return parts.tls().closeNotifyReceived() && !parts.tls().decrypted().hasRemaining();
    }

    /**
     * Whether a client's upgrade command has not left: what has come by now answers something else, and is to be looked at in
     * this call, since in the next the command may have left.
     */
    private boolean commandWaits() {
        return parts.client() && parts.state().proposed() && !parts.outbox().isEmpty();
    }

    /** Takes one line in the clear. Returns whether there may be another. */
    private boolean receiveLine(ByteBuffer network) throws IOException {
        if (!network.hasRemaining() || parts.outbox().full()) {
            return false;
        }
        if (!heard) {
            heard = true;
            if (FirstOctet.ofTlsOnly(network.get(network.position()))) {
                throw ending.fail(
                        FailureReason.PROTOCOL_VIOLATION,
                        "Expected " + parts.awaited() + " in plaintext, got a TLS record",
                        FirstOctet.tlsOnPlaintextPort(parts.dialogue()));
            }
        }
        if (parts.state().plaintextIn(parts.role()) == State.Plaintext.NONE) {
            negotiation.injected(network);
            return network.remaining() == 0;
        }
        return converse(network);
    }

    /** Takes records. Returns whether there may be another line in them. */
    private boolean receiveRecords(ByteBuffer network) throws IOException {
        boolean shaking = !parts.tls().established();
        if (network.hasRemaining() && shaking) {
            heard = true;
            requireSpoken(network);
        }
        if (!parts.client() && !parts.outbox().isEmpty()) {
            // The next record may be close_notify, which is answered at once before TLS 1.3 (RFC 5246 section 7.2.1)
            // and by
            // most engines in it: the answers to what came before are to leave first.
            return false;
        }
        int waiting = network.remaining();
        linesLeft -= LINES_PER_RECORD;
        TlsStatus status;
        try {
            status = parts.tls().receive(network, NOTHING);
        } catch (SSLException e) {
            throw ending.failedHandshake(e);
        }
        if (shaking) {
            bound(waiting - network.remaining());
            if (waiting > network.remaining() && parts.host().answered()) {
                parts.clock().hurryNoMore();
            }
        }
        negotiation.established();
        if (status == TlsStatus.CLOSED && ending.open()) {
            ending.closedByPeer(ending.exception(
                    FailureReason.CONNECTION_CLOSED,
                    "Expected " + parts.awaited() + ", got close_notify",
                    "",
                    parts.silenceHint(true)));
            return false;
        }
        boolean went = resume();
        return went || (status == TlsStatus.OK && !parts.tls().decrypted().hasRemaining());
    }

    private void bound(int octets) throws UpgradeException {
        handshakeOctets += octets;
        if (handshakeOctets > HANDSHAKE_OCTETS) {
            throw ending.fail(
                    FailureReason.LIMIT_EXCEEDED,
                    "Expected a handshake of at most " + HANDSHAKE_OCTETS + " octets, got more",
                    "The peer is hostile or at fault: two certificate chains of any size in use need less");
        }
    }

    /** A server that answers before the ClientHello has left does not answer it; the engine is not asked. */
    private void requireSpoken(ByteBuffer network) throws UpgradeException {
        if (parts.client() && !parts.tls().spoken()) {
            Optional<NotTlsException> plaintext = NotTlsException.of(network);
            if (plaintext.isPresent()) {
                throw ending.failedHandshake(plaintext.get());
            }
            throw ending.fail(
                    parts.implicit() ? FailureReason.PROTOCOL_VIOLATION : FailureReason.PLAINTEXT_INJECTION,
                    "Expected silence until the ClientHello has left, got " + network.remaining() + " octets",
                    "Someone in the middle may be answering in the server's name");
        }
    }

    /** Takes one line or literal from wherever it comes and does what the dialogue makes of it. */
    private boolean converse(ByteBuffer source) throws IOException {
        int from = source.position();
        Optional<String> line = Optional.empty();
        Optional<byte[]> literal = Optional.empty();
        try {
            if (parts.framing().literalDue()) {
                literal = parts.framing().literal(source);
            } else {
                line = parts.framing().line(source);
            }
        } catch (LineException e) {
            negotiation.malformed(parts.dialogue().malformed(e));
            return true;
        }
        parts.clock().count(line.isPresent() ? 1 : 0, source.position() - from);
        String excess = parts.clock().excess();
        if (!excess.isEmpty()) {
            ending.limitExceeded(
                    "Expected " + excess, "If the peer is known to send as much, raise UpgradeSettings.limits");
            return true;
        }
        if (line.isEmpty() && literal.isEmpty()) {
            return false;
        }
        linesLeft--;
        if (!parts.client()) {
            parts.clock().extend();
        }
        if (line.isPresent()) {
            negotiation.received(line.get(), source);
        } else {
            negotiation.received(literal.orElseThrow(), source);
        }
        if (serving()) {
            // Behind the answer, which may have begun another phase.
            parts.clock().serve();
        }
        return true;
    }

    /** Whether this is a server whose client may take its time: inside TLS, or in plaintext where the policy allows it. */
    private boolean serving() {
        State state = parts.state();
        return !parts.client()
                && ending.open()
                && (state == State.SECURE
                        || (state == State.PLAINTEXT && !parts.policy().enforced()));
    }
}
