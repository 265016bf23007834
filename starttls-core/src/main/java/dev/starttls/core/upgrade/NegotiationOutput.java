package dev.starttls.core.upgrade;

import dev.starttls.core.engine.TlsStatus;
import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.wire.RecordHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What goes to the peer: as lines, as records, or as the last alert; what the state does not allow stays here. */
final class NegotiationOutput {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The octets of a record with change_cipher_spec, a message of one octet. */
    private static final int CHANGE_CIPHER_SPEC_OCTETS = RecordHeader.LENGTH + 1;

    private final ConnectionContext context;
    private final DialogueSteps steps;
    private final Termination termination;
    private final NegotiationInput input;

    NegotiationOutput(ConnectionContext context, DialogueSteps steps, Termination termination, NegotiationInput input) {
        this.context = context;
        this.steps = steps;
        this.termination = termination;
        this.input = input;
    }

    /** Whether there is something to give out that the application did not ask for. */
    boolean due() {
        return context.tls().outputDue(context.state(), context.pendingOutput());
    }

    void transmit(ByteBuffer network) throws IOException {
        int from = network.position();
        input.beginTurn();
        try {
            while (!termination.ready() && transmitSome(network)) {
                // Each turn moved the connection on: a line left, or the handshake came further.
            }
        } finally {
            if (network.position() > from && !onlyChangesCipher(network, from)) {
                context.clock().sent();
            }
        }
    }

    /**
     * Whether all that leaves is a change_cipher_spec. In TLS 1.3 it means nothing (RFC 8446 appendix D.4), engines send it
     * as soon as they have seen the ServerHello, and what the server sends after that is no answer to it.
     */
    private static boolean onlyChangesCipher(ByteBuffer network, int from) {
        return network.position() - from == CHANGE_CIPHER_SPEC_OCTETS
                && network.get(from) == RecordHeader.CHANGE_CIPHER_SPEC;
    }

    /** Moves some octets. Returns whether another turn may move more. */
    private boolean transmitSome(ByteBuffer network) throws IOException {
        State state = context.state();
        return switch (state.tls()) {
            case RECORDS -> transmitRecords(network);
            case CLIENT_HELLO -> {
                context.pendingOutput().drain(network);
                if (context.pendingOutput().isEmpty()) {
                    context.record().proposed(context.host().proposal());
                    transmitHello(network);
                }
                yield false;
            }
            case LAST_ALERT -> {
                context.tls().sendAlert(network);
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
        context.pendingOutput().drain(network);
        if (!context.pendingOutput().isEmpty()) {
            return;
        }
        if (context.machine().leaving()) {
            termination.lastLineLeft();
        } else if (context.state() == State.HANDING_OVER) {
            context.record().proposed(context.host().proposal());
            steps.goAheadLeft();
        } else if (context.state() == State.PROPOSED && !context.client()) {
            steps.goAheadLeft();
        } else if (context.state() == State.PROPOSED) {
            context.record().proposed(context.host().proposal());
        }
    }

    /** After the upgrade command, in its segment: the only record that leaves before the go-ahead. */
    private void transmitHello(ByteBuffer network) throws UpgradeException {
        try {
            context.tls().send(NOTHING, network);
        } catch (SSLException e) {
            throw termination.failedHandshake(e);
        }
    }

    private boolean transmitRecords(ByteBuffer network) throws IOException {
        boolean lines = !context.pendingOutput().isEmpty();
        ByteBuffer source = lines ? context.pendingOutput().waiting() : NOTHING;
        Optional<PeerCheck.Refusal> refusal = PeerIdentity.during(context);
        if (refusal.isPresent()) {
            throw termination.refusedPeer(refusal.get());
        }
        TlsStatus status;
        try {
            status = context.tls().send(source, network);
        } catch (SSLException e) {
            throw termination.failedHandshake(e);
        }
        if (lines) {
            context.pendingOutput().settle();
        }
        boolean handshaking = context.state() == State.HANDSHAKING;
        steps.established();
        if (status == TlsStatus.CLOSED) {
            closed();
        }
        if (status != TlsStatus.OK) {
            return false;
        }
        if (context.machine().leaving() && context.pendingOutput().isEmpty() && context.state() == State.SECURE) {
            termination.lastLineLeft();
            return true;
        }
        boolean went = input.resume();
        return went
                || (handshaking && context.state() == State.SECURE)
                || !context.pendingOutput().isEmpty();
    }

    /** The engine gives out nothing more. */
    private void closed() throws UpgradeException {
        if (context.machine().leaving()) {
            // What is left of the last lines cannot leave any more.
            context.pendingOutput().clear();
        }
        termination.closeNotifyLeft();
        if (termination.open()) {
            throw termination.fail(
                    FailureReason.CONNECTION_CLOSED,
                    "Expected " + context.awaited() + ", but the engine has closed the session",
                    context.silenceHint(true));
        }
    }
}
