package dev.starttls.core.upgrade;

import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Carries out what a dialogue wants, as far as the table, the policy and the settings let it, until it is over. */
final class Negotiation {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Parts parts;
    private final Ending ending;
    private final ClientUpgrade client;

    Negotiation(Parts parts, Ending ending) {
        this.parts = parts;
        this.ending = ending;
        this.client = new ClientUpgrade(parts, ending, this);
    }

    void begin() throws IOException {
        parts.dialogue().connected(new ConnectionInfo(parts.peer(), Optional.empty()));
        if (!ending.open()) {
            return;
        }
        if (parts.implicit()) {
            startHandshake();
        } else {
            if (parts.client()) {
                parts.host().recall();
                // Connecting was this side's turn: the greeting answers it.
                parts.clock().sent();
            }
            carryOut(parts.dialogue().opened(), NOTHING);
        }
    }

    /** Asks the dialogue what to do about a line. */
    void received(String line, ByteBuffer behind) throws IOException {
        carryOut(parts.dialogue().received(line), behind);
        note();
    }

    /** Asks the dialogue what to do about a literal. */
    void received(byte[] octets, ByteBuffer behind) throws IOException {
        carryOut(parts.dialogue().octets(octets), behind);
        note();
    }

    /** Carries out what follows something that is no line: its rest would be taken for a line of its own. */
    void malformed(Step step) throws IOException {
        require(
                step == null || step instanceof Step.Fail || step instanceof Step.Close,
                step,
                "Step.Fail or Step.Close after something that is no line");
        carryOut(step, NOTHING);
    }

    void carryOut(Step step, ByteBuffer behind) throws IOException {
        if (!ending.open()) {
            // The code that chose the step, or was called before it, has closed the connection meanwhile.
            return;
        }
        if (step == null) {
            throw new IllegalStateException("Expected a step of the "
                    + parts.dialogue().protocol() + " dialogue, got null; the dialogue is at fault");
        }
        if (step instanceof Step.Await next) {
            parts.clock().enter(next.phase());
            say(step, next.lines());
        } else if (step instanceof Step.AwaitOctets next) {
            parts.clock().enter(next.phase());
            awaitOctets(next);
        } else if (step instanceof Step.Propose propose) {
            client.propose(propose);
        } else if (step instanceof Step.Ask ask) {
            client.ask(ask);
        } else if (step instanceof Step.Proceed go) {
            if (parts.client()) {
                client.goAhead(go, behind);
            } else {
                accept(go, behind);
            }
        } else if (step instanceof Step.Decline no) {
            client.decline(no);
        } else if (step instanceof Step.Ready last) {
            becomeReady(last);
        } else if (step instanceof Step.Close bye) {
            say(step, bye.lines());
            ending.leave();
        } else if (step instanceof Step.Fail fail) {
            ending.failAfter(fail.lines(), ending.exception(fail.reason(), fail.detail(), fail.reply(), fail.hint()));
        }
    }

    /** A server has octets in the clear where none may be: behind the upgrade command. */
    void injected(ByteBuffer octets) throws UpgradeException {
        int count = octets.remaining();
        if (early(octets)) {
            return;
        }
        octets.position(octets.limit());
        if (parts.settings().injection() == InjectionResponse.DISCARD) {
            parts.clock().count(0, count);
            String excess = parts.clock().excess();
            if (!excess.isEmpty()) {
                throw ending.fail(FailureReason.LIMIT_EXCEEDED, "Expected " + excess + ", all of it thrown away", "");
            }
            return;
        }
        UpgradeException why = new UpgradeException(
                FailureReason.PLAINTEXT_INJECTION,
                Phase.COMMAND,
                "Expected nothing behind the upgrade command before the handshake, got " + count
                        + " octets in plaintext",
                "",
                "The client must wait for the go-ahead before it sends anything; if it did, someone in the middle has"
                        + " added the octets");
        // With the go-ahead on its way it is too late for words.
        ending.failAfter(
                parts.state() == State.PROPOSED ? List.of() : parts.dialogue().injected(), why);
    }

    /**
     * Whether octets after a server's upgrade command stay where they are, for the handshake to take them once the
     * go-ahead has left (RFC 9051 section 6.2.1).
     */
    boolean early(ByteBuffer octets) {
        return parts.settings().injection() == InjectionResponse.HANDSHAKE
                && FirstOctet.ofHandshake(octets.get(octets.position()));
    }

    /** A server's go-ahead has left. */
    void goAheadLeft() throws IOException {
        parts.machine().on(Event.GO_AHEAD);
        startHandshake();
    }

    /** Notices the end of the handshake, whichever direction brought it. */
    void established() throws IOException {
        if (parts.state() != State.HANDSHAKING || !parts.tls().established()) {
            return;
        }
        Optional<PeerCheck.Refusal> refusal = PeerIdentity.check(parts)
                .after(parts.tls().pump().session(), parts.tls().pump().resumed());
        if (refusal.isPresent()) {
            throw ending.refusedPeer(refusal.get());
        }
        parts.machine().on(Event.ESTABLISH);
        parts.host().established();
        parts.clock().enter(parts.implicit() ? Phase.GREETING : Phase.RECAPABILITY);
        UpgradeReport report = parts.report();
        parts.dialogue().connected(new ConnectionInfo(parts.peer(), report.tls()));
        if (!parts.client()) {
            parts.settings().listener().upgraded(report);
            ending.settle();
        }
        if (!ending.open()) {
            return;
        }
        parts.framing().reset();
        Step next = parts.dialogue().secured();
        // RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4.
        if (parts.client() && !parts.dialogue().capabilities().isEmpty()) {
            throw new IllegalStateException("Expected the " + parts.dialogue().protocol()
                    + " dialogue to have forgotten at the upgrade what was announced before, got capabilities"
                    + " of before in Dialogue.capabilities behind Dialogue.secured");
        }
        carryOut(next, NOTHING);
        note();
    }

    /** A literal that is too long is not asked for. */
    private void awaitOctets(Step.AwaitOctets next) throws UpgradeException {
        int count = next.count();
        int most = parts.settings().limits().octetsPerPhase();
        if (count > most) {
            ending.limitExceeded(
                    "Expected a literal of at most " + most + " octets, got one of " + count,
                    "If the peer is known to send as much, raise UpgradeLimits.octetsPerPhase");
            return;
        }
        say(next, next.lines());
        parts.framing().expect(count);
    }

    private void accept(Step.Proceed step, ByteBuffer behind) throws IOException {
        require(parts.state() == State.PLAINTEXT, step, "no go-ahead outside State.PLAINTEXT");
        require(parts.policy() != TlsPolicy.DISABLED, step, "no go-ahead under TlsPolicy.DISABLED");
        require(!step.goAhead().isEmpty(), step, "the line of the go-ahead in Step.Proceed of a server");
        if (behind.hasRemaining()) {
            injected(behind);
        }
        if (ending.open() && engineReady(behind)) {
            parts.outcome().announcedBefore(parts.dialogue().capabilities());
            parts.framing().reset();
            parts.machine().on(Event.PROPOSE);
            parts.clock().enter(Phase.COMMAND);
            parts.outbox().add(step.goAhead());
            parts.settings().listener().proposed();
        }
    }

    /** A server that cannot make an engine says so before the go-ahead, where there still is a way on for the client. */
    private boolean engineReady(ByteBuffer hello) throws UpgradeException {
        try {
            parts.tls().ready();
            return true;
        } catch (Exception e) {
            // Languages that do not declare what they throw can throw anything from an engine source.
            List<String> lines = parts.dialogue().unavailable();
            if (lines.isEmpty() || hello.hasRemaining()) {
                // A ClientHello that has come already would be taken for a line.
                throw e;
            }
            ending.unavailable(e);
            parts.outbox().add(lines);
            return false;
        }
    }

    void startHandshake() throws IOException {
        parts.clock().enter(Phase.HANDSHAKE);
        parts.tls().ready();
        if (parts.client() && !parts.tls().preparing()) {
            prepare();
        }
    }

    /** Takes one step ahead: a client's engine, then its ClientHello. */
    void prepareNext() throws IOException {
        if (parts.tls().exists()) {
            prepare();
        } else {
            parts.tls().ready();
        }
    }

    void prepare() throws IOException {
        try {
            parts.tls().prepare();
        } catch (SSLException e) {
            throw ending.failedHandshake(e);
        }
    }

    private void becomeReady(Step.Ready step) {
        boolean inside = parts.state() == State.SECURE;
        require(
                inside || parts.state() == State.PLAINTEXT,
                step,
                "Step.Proceed, Step.Decline or Step.Fail behind Step.Propose");
        require(
                inside || !parts.policy().enforced(),
                step,
                "no session in plaintext under TlsPolicy." + parts.policy());
        require(
                inside || !parts.client() || client.declined() || parts.policy() == TlsPolicy.DISABLED,
                step,
                "Step.Propose or Step.Decline before a client is ready in plaintext");
        say(step, step.lines());
        if (!inside) {
            parts.tls().discard();
        }
        parts.clock().stop();
        note();
        if (inside && parts.client()) {
            parts.settings().listener().upgraded(parts.report());
        }
        ending.becomeReady();
    }

    /** Writes down what was announced last. */
    private void note() {
        List<String> announced = parts.dialogue().capabilities();
        if (parts.tls().established()) {
            parts.outcome().announcedInside(announced);
        } else {
            parts.outcome().announcedBefore(announced);
        }
    }

    void say(Step step, List<String> lines) {
        State state = parts.state();
        require(
                lines.isEmpty() || state == State.SECURE || state.plaintextOut(parts.role()) == State.Plaintext.ANY,
                step,
                "no line of the dialogue; behind Step.Propose only Step.Await without lines, Step.Proceed, Step.Decline,"
                        + " Step.Close without lines or Step.Fail may follow");
        parts.outbox().add(lines);
    }

    void require(boolean allowed, Step got, String expected) {
        if (!allowed) {
            throw new IllegalStateException(
                    "Expected " + expected + ", got Step." + got.getClass().getSimpleName() + " of the "
                            + parts.dialogue().protocol() + " dialogue (" + parts.role() + ") in state " + parts.state()
                            + ", phase " + parts.clock().phase() + ", policy " + parts.policy()
                            + "; the dialogue is at fault");
        }
    }
}
