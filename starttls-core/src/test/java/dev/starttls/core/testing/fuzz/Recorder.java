package dev.starttls.core.testing.fuzz;

import dev.starttls.core.line.LineException;
import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Records what a dialogue receives and sends inside TLS, and what it still remembers when TLS begins. */
public final class Recorder implements Dialogue {

    private final Dialogue dialogue;
    private final Predicate<String> heardInTheClear;
    private final StringBuilder heard = new StringBuilder();
    private final StringBuilder said = new StringBuilder();
    private Optional<List<String>> remembered = Optional.empty();

    /** A recorder that changes nothing of this dialogue. */
    public Recorder(Dialogue dialogue) {
        this(dialogue, line -> true);
    }

    /** A recorder that gives the dialogue before TLS only such lines, and an empty line instead of any other. */
    public Recorder(Dialogue dialogue, Predicate<String> heardInTheClear) {
        this.dialogue = dialogue;
        this.heardInTheClear = heardInTheClear;
    }

    /** The lines and octets that were received inside TLS, as they were on the wire. */
    public String heardInside() {
        return heard.toString();
    }

    /** The lines that were sent inside TLS. */
    public String saidInside() {
        return said.toString();
    }

    /** The capabilities that the dialogue remembered when TLS began; empty if TLS has not begun. */
    public Optional<List<String>> remembered() {
        return remembered;
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
    public void direct() {
        dialogue.direct();
    }

    @Override
    public Step opened() {
        return note(dialogue.opened());
    }

    @Override
    public Step received(String line) {
        if (remembered.isPresent()) {
            heard.append(line).append("\r\n");
            return note(dialogue.received(line));
        }
        return dialogue.received(heardInTheClear.test(line) ? line : "");
    }

    @Override
    public Step octets(byte[] octets) {
        if (remembered.isPresent()) {
            heard.append(new String(octets, StandardCharsets.ISO_8859_1));
        }
        return note(dialogue.octets(octets));
    }

    @Override
    public Step secured() {
        Step step = dialogue.secured();
        remembered = Optional.of(List.copyOf(dialogue.capabilities()));
        return note(step);
    }

    @Override
    public Step declined(FailureReason reason) {
        return note(dialogue.declined(reason));
    }

    @Override
    public Step malformed(LineException broken) {
        return note(dialogue.malformed(broken));
    }

    @Override
    public Output injected() {
        return dialogue.injected();
    }

    @Override
    public void connected(ConnectionInfo info) {
        dialogue.connected(info);
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
        Output last = dialogue.lastLines(why);
        if (remembered.isPresent()) {
            said.append(text(last));
        }
        return last;
    }

    @Override
    public void ended(SessionEnd end) {
        dialogue.ended(end);
    }

    @Override
    public List<String> capabilities() {
        return dialogue.capabilities();
    }

    private Step note(Step step) {
        if (remembered.isPresent()) {
            said.append(text(output(step)));
        }
        return step;
    }

    /** What a step sends. */
    static Output output(Step step) {
        if (step instanceof Step.Await await) {
            return await.output();
        }
        if (step instanceof Step.Ask ask) {
            return ask.output();
        }
        if (step instanceof Step.Propose propose) {
            return propose.command();
        }
        if (step instanceof Step.HandOver over) {
            return over.command();
        }
        if (step instanceof Step.Proceed proceed) {
            return proceed.goAhead();
        }
        if (step instanceof Step.Ready ready) {
            return ready.output();
        }
        if (step instanceof Step.Close close) {
            return close.output();
        }
        return step instanceof Step.Fail fail ? fail.output() : Output.none();
    }

    /** As it crosses the wire, each octet one character. */
    static String text(Output output) {
        return new String(output.toOctets(), StandardCharsets.ISO_8859_1);
    }
}
