package dev.starttls.core.upgrade;

import dev.starttls.core.upgrade.DialogueTranscript.Protection;
import java.util.Optional;

/** What the classes that serve one negotiation share. */
record ConnectionContext(
        Dialogue dialogue,
        UpgradeSettings settings,
        Peer peer,
        UpgradeMachine machine,
        PendingOutput pendingOutput,
        Framing framing,
        PhaseClock clock,
        TlsLayer tls,
        KnownHost host,
        DowngradeWatch downgrades,
        UpgradeRecord record,
        Waker waker,
        PendingAnswer answer,
        UnaskedOutput unasked,
        Optional<TranscriptRecorder> transcript) {

    static ConnectionContext of(Dialogue dialogue, UpgradeSettings settings, Peer peer) {
        if (settings.injection() == InjectionResponse.HANDSHAKE
                && dialogue.role() == Role.SERVER
                && !dialogue.takesEarlyHello()) {
            throw new IllegalArgumentException("injection: expected FAIL or DISCARD for a server of "
                    + dialogue.protocol() + ", got HANDSHAKE; only IMAP lets a ClientHello come before the go-ahead"
                    + " (RFC 9051 section 6.2.1)");
        }
        boolean implicit = settings.policy() == TlsPolicy.IMPLICIT;
        UpgradeLimits limits = settings.limits();
        UpgradeRecord record = new UpgradeRecord(dialogue.protocol(), dialogue.role());
        Waker waker = new Waker();
        return new ConnectionContext(
                dialogue,
                settings,
                peer,
                new UpgradeMachine(implicit ? State.HANDSHAKING : State.PLAINTEXT),
                new PendingOutput(),
                new Framing(limits.lineOctets(), limits.octetsPerPhase()),
                new PhaseClock(limits, implicit ? Phase.HANDSHAKE : dialogue.firstPhase(), record),
                new TlsLayer(dialogue.role(), settings, peer),
                new KnownHost(dialogue, settings, peer),
                new DowngradeWatch(dialogue, settings, peer),
                record,
                waker,
                new PendingAnswer(waker),
                new UnaskedOutput(),
                settings.transcript() == DialogueTranscript.NONE
                        ? Optional.empty()
                        : Optional.of(new TranscriptRecorder(dialogue, settings, peer)));
    }

    Role role() {
        return dialogue.role();
    }

    TlsPolicy policy() {
        return settings.policy();
    }

    /** Whether the session may only go on inside TLS: by the policy, or since TLS was used with the server before. */
    boolean enforced() {
        return policy().enforced() || downgrades.blocks();
    }

    State state() {
        return machine.state();
    }

    boolean client() {
        return role() == Role.CLIENT;
    }

    boolean implicit() {
        return policy() == TlsPolicy.IMPLICIT;
    }

    /** Puts what the dialogue says behind what has not left yet. */
    void say(Output output) {
        pendingOutput.add(output);
        if (transcript.isPresent()) {
            transcript.get().sent(protection(), output);
        }
    }

    /** How octets cross now, for a transcript. */
    Protection protection() {
        return records() ? Protection.TLS : Protection.PLAINTEXT;
    }

    /** Whether octets cross as TLS records now. */
    boolean records() {
        return state().tls() == State.Tls.RECORDS;
    }

    /** Whether this side's octets may leave as TLS records now: those of a ClientHello, or any. */
    boolean speaksTls() {
        return records() || state().tls() == State.Tls.CLIENT_HELLO;
    }

    /** How it went so far. */
    UpgradeReport report() {
        return record.report(policy(), tls);
    }

    /** What binds to the session, as far as it has come when it is asked for. */
    SessionBindings bindings() {
        return new SessionBindings(tls, machine, settings.tls());
    }

    /** What the peer owes in the present phase, for exceptions. */
    String awaited() {
        return Wording.awaited(clock.phase(), role(), framing().lineDue());
    }

    /** What a person may try when the peer said nothing, or nothing more, or the connection was lost. */
    String silenceHint(boolean heard) {
        String hint = heard ? "" : FirstOctet.silence(clock.phase(), dialogue, implicit());
        if (!hint.isEmpty()) {
            return hint;
        }
        return clock.phase() == Phase.HANDSHAKE
                ? Wording.handshakeCut(role(), implicit())
                : Wording.dialogueCut(clock.phase(), role());
    }
}
