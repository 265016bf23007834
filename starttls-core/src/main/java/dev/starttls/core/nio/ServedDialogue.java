package dev.starttls.core.nio;

import dev.starttls.core.line.LineException;
import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import java.util.List;
import java.util.Optional;

/** A dialogue of which its server hears when the connection is to be handed over, and of its end; it is another's in all else. */
final class ServedDialogue implements Dialogue {

    private final Dialogue dialogue;
    private final Runnable handingOver;
    private final Runnable release;

    /**
     * What is heard of another dialogue.
     *
     * @param handingOver may throw where nobody is there for the connection: it is then not handed over
     * @param release called when the session has ended
     */
    ServedDialogue(Dialogue dialogue, Runnable handingOver, Runnable release) {
        this.dialogue = dialogue;
        this.handingOver = handingOver;
        this.release = release;
    }

    @Override
    public void ended(SessionEnd end) {
        try {
            dialogue.ended(end);
        } finally {
            release.run();
        }
    }

    @Override
    public Optional<ServerSession> handedOver() {
        handingOver.run();
        return dialogue.handedOver();
    }

    @Override
    public String protocol() {
        return dialogue.protocol();
    }

    @Override
    public Role role() {
        return dialogue.role();
    }

    @Override
    public List<Integer> startTlsPorts() {
        return dialogue.startTlsPorts();
    }

    @Override
    public List<Integer> implicitTlsPorts() {
        return dialogue.implicitTlsPorts();
    }

    @Override
    public boolean wakeBy(Runnable wake) {
        return dialogue.wakeBy(wake);
    }

    @Override
    public Output unasked() {
        return dialogue.unasked();
    }

    @Override
    public void connected(ConnectionInfo info) {
        dialogue.connected(info);
    }

    @Override
    public void direct() {
        dialogue.direct();
    }

    @Override
    public Phase firstPhase() {
        return dialogue.firstPhase();
    }

    @Override
    public Step opened() {
        return dialogue.opened();
    }

    @Override
    public Step received(String line) {
        return dialogue.received(line);
    }

    @Override
    public Step octets(byte[] octets) {
        return dialogue.octets(octets);
    }

    @Override
    public Step secured() {
        return dialogue.secured();
    }

    @Override
    public Step declined(FailureReason reason) {
        return dialogue.declined(reason);
    }

    @Override
    public Step malformed(LineException broken) {
        return dialogue.malformed(broken);
    }

    @Override
    public Output injected() {
        return dialogue.injected();
    }

    @Override
    public Output unavailable() {
        return dialogue.unavailable();
    }

    @Override
    public boolean takesEarlyHello() {
        return dialogue.takesEarlyHello();
    }

    @Override
    public Output lastLines(ClosingReason why) {
        return dialogue.lastLines(why);
    }

    @Override
    public String shown(DialogueTranscript.Direction direction, String line) {
        return dialogue.shown(direction, line);
    }

    @Override
    public String shown(DialogueTranscript.Direction direction, byte[] octets) {
        return dialogue.shown(direction, octets);
    }

    @Override
    public List<String> capabilities() {
        return dialogue.capabilities();
    }
}
