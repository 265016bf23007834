package dev.starttls.core.upgrade;

import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.TlsStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What goes to the peer: as lines, as records, or as the last alert; what the state does not allow stays here. */
final class Outgoing {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int CHANGE_CIPHER_SPEC_RECORD = 6;

    private final Parts parts;
    private final Negotiation negotiation;
    private final Ending ending;
    private final Incoming incoming;

    Outgoing(Parts parts, Negotiation negotiation, Ending ending, Incoming incoming) {
        this.parts = parts;
        this.negotiation = negotiation;
        this.ending = ending;
        this.incoming = incoming;
    }

    /** Whether there is something to give out that the application did not ask for. */
    boolean due() {
        State state = parts.state();
        return switch (state.tls()) {
            case RECORDS ->
                parts.tls().wantsSend()
                        || (parts.tls().established() && !parts.outbox().isEmpty());
            case CLIENT_HELLO -> !parts.outbox().isEmpty() || parts.tls().wantsSend();
            case LAST_ALERT -> parts.tls().wantsSend();
            case NONE -> !state.terminal() && !parts.outbox().isEmpty();
        };
    }

    void transmit(ByteBuffer network) throws IOException {
        int from = network.position();
        incoming.beginTurn();
        try {
            while (!ending.ready() && transmitSome(network)) {
                // Each turn moved the connection on: a line left, or the handshake came further.
            }
        } finally {
            if (network.position() > from && !onlyChangesCipher(network, from)) {
                parts.clock().sent();
            }
        }
    }

    /**
     * Whether all that leaves is a change_cipher_spec. In TLS 1.3 it means nothing (RFC 8446 appendix D.4), engines send it
     * as soon as they have seen the ServerHello, and what the server sends behind that is no answer to it.
     */
    private static boolean onlyChangesCipher(ByteBuffer network, int from) {
        return network.position() - from == CHANGE_CIPHER_SPEC_RECORD && network.get(from) == CHANGE_CIPHER_SPEC;
    }

    /** Moves some octets. Returns whether another turn may move more. */
    private boolean transmitSome(ByteBuffer network) throws IOException {
        State state = parts.state();
        return switch (state.tls()) {
            case RECORDS -> transmitRecords(network);
            case CLIENT_HELLO -> {
                parts.outbox().drain(network);
                if (parts.outbox().isEmpty()) {
                    parts.outcome().proposed(parts.host().proposal());
                    transmitHello(network);
                }
                yield false;
            }
            case LAST_ALERT -> {
                parts.tls().sendAlert(network);
                yield false;
            }
            case NONE -> {
                if (!state.terminal()) {
                    transmitPlaintext(network);
                }
                yield false;
            }
        };
    }

    private void transmitPlaintext(ByteBuffer network) throws IOException {
        parts.outbox().drain(network);
        if (!parts.outbox().isEmpty()) {
            return;
        }
        if (parts.machine().leaving()) {
            ending.farewellLeft();
        } else if (parts.state() == State.PROPOSED && !parts.client()) {
            negotiation.goAheadLeft();
        } else if (parts.state() == State.PROPOSED) {
            parts.outcome().proposed(parts.host().proposal());
        }
    }

    /** Behind the upgrade command, in its segment: the only record that leaves before the go-ahead. */
    private void transmitHello(ByteBuffer network) throws UpgradeException {
        try {
            parts.tls().send(NOTHING, network);
        } catch (SSLException e) {
            throw ending.failedHandshake(e);
        }
    }

    private boolean transmitRecords(ByteBuffer network) throws IOException {
        boolean lines = !parts.outbox().isEmpty();
        ByteBuffer source = lines ? parts.outbox().waiting() : NOTHING;
        Optional<PeerCheck.Refusal> refusal = PeerIdentity.during(parts);
        if (refusal.isPresent()) {
            throw ending.refusedPeer(refusal.get());
        }
        TlsStatus status;
        try {
            status = parts.tls().send(source, network);
        } catch (SSLException e) {
            throw ending.failedHandshake(e);
        }
        if (lines) {
            parts.outbox().settle();
        }
        boolean handshaking = parts.state() == State.HANDSHAKING;
        negotiation.established();
        if (status == TlsStatus.CLOSED) {
            closed();
        }
        if (status != TlsStatus.OK) {
            return false;
        }
        if (parts.machine().leaving() && parts.outbox().isEmpty() && parts.state() == State.SECURE) {
            ending.farewellLeft();
            return true;
        }
        boolean went = incoming.resume();
        return went
                || (handshaking && parts.state() == State.SECURE)
                || !parts.outbox().isEmpty();
    }

    /** The engine gives out nothing more, whatever it says that it wants. */
    private void closed() throws UpgradeException {
        parts.tls().suppressOutput();
        if (parts.machine().leaving()) {
            // What is left of the last lines cannot leave any more.
            parts.outbox().clear();
        }
        ending.closeNotifyLeft();
        if (ending.open()) {
            throw ending.fail(
                    FailureReason.CONNECTION_CLOSED,
                    "Expected " + parts.awaited() + ", but the engine has closed the session",
                    parts.silenceHint(true));
        }
    }
}
