package dev.starttls.core.upgrade;

import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Carries out what a dialogue wants, as far as the table, the policy and the settings let it, until it is over. */
final class Negotiation {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final String SOMEONE = "Someone in the middle may be answering in the server's name";

    private final Dialogue dialogue;
    private final Role role;
    private final UpgradeSettings settings;
    private final Peer peer;
    private final UpgradeMachine machine;
    private final Outbox outbox;
    private final PhaseClock clock;
    private final TlsLayer tls;
    private final Outcome outcome;
    private ByteBuffer literal = NOTHING;
    private boolean ending;
    private Optional<UpgradeException> afterFarewell = Optional.empty();
    private volatile boolean ready;

    Negotiation(Dialogue dialogue, UpgradeSettings settings, Peer peer, UpgradeMachine machine, Outbox outbox) {
        this.dialogue = dialogue;
        this.role = dialogue.role();
        this.settings = settings;
        this.peer = peer;
        this.machine = machine;
        this.outbox = outbox;
        this.clock = new PhaseClock(settings.limits(), implicit() ? Phase.HANDSHAKE : Phase.GREETING);
        this.tls = new TlsLayer(role, settings, peer);
        this.outcome = new Outcome(dialogue, settings, clock, tls);
    }

    PhaseClock clock() {
        return clock;
    }

    TlsLayer tls() {
        return tls;
    }

    /** The dialogue is over and the connection is the application's. */
    boolean ready() {
        return ready;
    }

    /** The last lines are leaving; what the peer sends does not matter any more. */
    boolean ending() {
        return ending;
    }

    boolean open() {
        return !ready && !ending && !machine.state().terminal();
    }

    UpgradeReport report() {
        return outcome.report(tls.established());
    }

    void begin() throws IOException {
        if (implicit()) {
            startHandshake();
        } else {
            if (role == Role.CLIENT) {
                clock.sent();
            }
            carryOut(dialogue.opened(), NOTHING);
        }
    }

    void carryOut(Step step, ByteBuffer behind) throws IOException {
        if (step instanceof Step.Await next) {
            clock.enter(next.phase());
            say(next.lines());
        } else if (step instanceof Step.AwaitOctets next) {
            clock.enter(next.phase());
            say(next.lines());
            int most = settings.limits().octetsPerPhase();
            if (next.count() > most) {
                throw fail(
                        FailureReason.LIMIT_EXCEEDED,
                        "Expected a literal of at most " + most + " octets, got one of " + next.count(),
                        "");
            }
            literal = ByteBuffer.allocate(next.count());
        } else if (step instanceof Step.Propose propose) {
            propose(propose.command());
        } else if (step instanceof Step.Proceed go) {
            if (role == Role.SERVER) {
                accept(go.goAhead(), behind);
            } else {
                goAhead(behind);
            }
        } else if (step instanceof Step.Decline no) {
            decline(no);
        } else if (step instanceof Step.Ready last) {
            say(last.lines());
            becomeReady();
        } else if (step instanceof Step.Close bye) {
            say(bye.lines());
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

    /** Takes octets of a literal, if one is due. Returns empty if none is, otherwise whether it is complete. */
    Optional<Boolean> takeLiteral(ByteBuffer source) throws IOException {
        if (literal.capacity() == 0) {
            return Optional.empty();
        }
        int count = Math.min(source.remaining(), literal.remaining());
        clock.count(0, count);
        literal.put(source.slice(source.position(), count));
        source.position(source.position() + count);
        if (literal.hasRemaining()) {
            return Optional.of(false);
        }
        byte[] octets = literal.array();
        literal = NOTHING;
        carryOut(dialogue.octets(octets), source);
        return Optional.of(true);
    }

    /** A server has octets in the clear where none may be: behind the upgrade command. */
    void injected(ByteBuffer octets) throws UpgradeException {
        int count = octets.remaining();
        octets.position(octets.limit());
        if (settings.injection() == InjectionResponse.DISCARD) {
            return;
        }
        UpgradeException why = new UpgradeException(
                FailureReason.PLAINTEXT_INJECTION,
                Phase.COMMAND,
                "Expected nothing behind the upgrade command, got " + count + " octets in plaintext");
        if (machine.state() == State.PROPOSED || dialogue.injected().isEmpty()) {
            throw failed(why);
        }
        failAfter(dialogue.injected(), why);
    }

    /** A server's go-ahead has left. */
    void goAheadLeft() throws IOException {
        machine.on(Event.GO_AHEAD);
        startHandshake();
    }

    /** Notices the end of the handshake, whichever direction brought it. */
    void established() throws IOException {
        if (machine.state() != State.HANDSHAKING || !tls.established()) {
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
        clock.enter(implicit() ? Phase.GREETING : Phase.RECAPABILITY);
        if (role == Role.SERVER) {
            settings.listener().upgraded(outcome.report(true));
        }
        carryOut(dialogue.secured(), NOTHING);
    }

    /** Throws what was to be said only after the last line had left. */
    void checkFarewell() throws UpgradeException {
        if (afterFarewell.isPresent() && outbox.isEmpty() && !tls.wantsSend()) {
            UpgradeException why = afterFarewell.get();
            afterFarewell = Optional.empty();
            throw failed(why);
        }
    }

    /** The last line has left: closes, unless there is a failure to tell. */
    void farewellLeft() {
        if (tls.established()) {
            close();
        } else if (afterFarewell.isEmpty()) {
            machine.on(Event.CLOSE);
        }
    }

    /** close_notify has left behind the last line. */
    void closeNotifyLeft() {
        if (ending && afterFarewell.isEmpty() && machine.allows(Event.END)) {
            machine.on(Event.END);
        }
    }

    void close() {
        if (machine.allows(Event.CLOSE) && machine.on(Event.CLOSE) == State.CLOSING && tls.exists()) {
            tls.pump().closeOutbound();
        }
    }

    UpgradeException failedHandshake(SSLException thrown) {
        if (thrown instanceof TruncatedException) {
            return fail(FailureReason.TRUNCATED, thrown.getMessage(), "");
        }
        HandshakeDiagnosis diagnosis = HandshakeDiagnosis.of(thrown, peer);
        UpgradeException why = new UpgradeException(
                diagnosis.reason(),
                clock.phase(),
                "Expected TLS with " + peer + ", got: " + thrown.getMessage(),
                "",
                diagnosis.hint());
        why.initCause(thrown);
        return failed(why);
    }

    UpgradeException fail(FailureReason reason, String detail, String hint) {
        return failed(new UpgradeException(reason, clock.phase(), detail, "", hint));
    }

    UpgradeException failed(UpgradeException why) {
        if (machine.allows(Event.FAIL)) {
            if (machine.state().tls() == State.Tls.NONE) {
                // The peer has not been told that TLS begins: a ClientHello made ahead must not leave as a last alert.
                tls.discard();
            }
            machine.on(Event.FAIL);
            outbox.clear();
            settings.listener().failed(why);
            if (role == Role.CLIENT && settings.policy().enforced()) {
                settings.listener().blocked(why);
            }
        }
        return why;
    }

    private boolean implicit() {
        return settings.policy() == TlsPolicy.IMPLICIT;
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

    private void accept(List<String> goAhead, ByteBuffer behind) throws IOException {
        tls.ready();
        outcome.forgetAtUpgrade();
        if (behind.hasRemaining()) {
            injected(behind);
        }
        if (!ending) {
            machine.on(Event.PROPOSE);
            clock.enter(Phase.COMMAND);
            outbox.add(goAhead);
            settings.listener().proposed();
        }
    }

    private void goAhead(ByteBuffer behind) throws IOException {
        if (!outbox.isEmpty()) {
            throw fail(
                    FailureReason.PROTOCOL_VIOLATION,
                    "Expected the go-ahead after the upgrade command, got it before the command had left",
                    SOMEONE);
        }
        if (behind.hasRemaining()) {
            throw fail(
                    FailureReason.PLAINTEXT_INJECTION,
                    "Expected nothing behind the go-ahead, got " + behind.remaining() + " octets in plaintext",
                    SOMEONE);
        }
        machine.on(Event.GO_AHEAD);
        startHandshake();
    }

    private void startHandshake() throws IOException {
        clock.enter(Phase.HANDSHAKE);
        tls.ready();
        if (role == Role.CLIENT) {
            tls.prepare();
        }
    }

    private void failAfter(List<String> farewell, UpgradeException why) {
        outbox.add(farewell);
        afterFarewell = Optional.of(why);
        ending = true;
    }

    private void decline(Step.Decline no) throws IOException {
        boolean offered = no.reason() != FailureReason.NOT_OFFERED;
        if (settings.policy().enforced()) {
            throw failed(new UpgradeException(
                    no.reason(),
                    clock.phase(),
                    "Expected the server to upgrade, but it " + (offered ? "will not" : "does not offer to"),
                    no.reply(),
                    offered
                            ? ""
                            : "Someone in the middle may have stripped the offer; an implicit-TLS port (465, 993, 995)"
                                    + " cannot be stripped"));
        }
        if (machine.state() == State.PROPOSED) {
            machine.on(Event.REFUSE);
        }
        if (settings.policy() == TlsPolicy.OPPORTUNISTIC) {
            settings.listener().declined(no.reason());
        }
        carryOut(dialogue.declined(no.reason()), NOTHING);
    }

    private void becomeReady() {
        clock.stop();
        outcome.settle();
        ready = true;
        if (role == Role.CLIENT && tls.established()) {
            settings.listener().upgraded(outcome.report(true));
        }
    }
}
