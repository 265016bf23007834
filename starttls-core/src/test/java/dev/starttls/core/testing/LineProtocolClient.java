package dev.starttls.core.testing;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The client of a made-up protocol of single lines: {@code HELLO ...} is the greeting, {@code CAPS} asks for lines
 * {@code CAP ...} up to {@code END}, and {@code UPGRADE} is answered by {@code GO} or {@code NO}.
 */
public final class LineProtocolClient implements Dialogue {

    private enum Awaited {
        GREETING,
        CAPABILITIES,
        GO_AHEAD,
        NOTHING
    }

    private final List<String> announced = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private final List<String> lastWords;
    private Awaited awaited = Awaited.NOTHING;
    private boolean openedInPlaintext;
    private boolean inside;
    private boolean direct;
    private boolean unasked;
    private boolean patient;
    private String greeting = "";

    /** A dialogue that says nothing after the capabilities. */
    public LineProtocolClient() {
        this(List.of());
    }

    /** A dialogue that says these lines when it is ready. */
    public LineProtocolClient(List<String> lastWords) {
        this.lastWords = List.copyOf(lastWords);
    }

    /** One of a protocol in which a ClientHello waits for the go-ahead. */
    public LineProtocolClient patient() {
        patient = true;
        return this;
    }

    /** The greeting as it stands: forgotten at the upgrade. */
    public String greeting() {
        return greeting;
    }

    /** The lines that came inside TLS, for comparing; never those of before. */
    public List<String> heardInside() {
        return List.copyOf(heard);
    }

    @Override
    public String protocol() {
        return "lines";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<String> capabilities() {
        return List.copyOf(announced);
    }

    @Override
    public boolean takesEarlyHello() {
        return !patient;
    }

    @Override
    public String shown(DialogueTranscript.Direction direction, String line) {
        return line;
    }

    @Override
    public void direct() {
        direct = true;
    }

    @Override
    public Step opened() {
        openedInPlaintext = true;
        awaited = Awaited.GREETING;
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step secured() {
        inside = true;
        announced.clear();
        greeting = "";
        if (openedInPlaintext) {
            return ask();
        }
        awaited = Awaited.GREETING;
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step declined(FailureReason reason) {
        awaited = Awaited.NOTHING;
        return new Step.Ready(lastWords);
    }

    @Override
    public Step received(String line) {
        if (inside) {
            heard.add(line);
        }
        return switch (awaited) {
            case GREETING -> greeted(line);
            case CAPABILITIES -> announced(line);
            case GO_AHEAD -> answered(line);
            case NOTHING -> throw new IllegalStateException("Expected no line, got one");
        };
    }

    private Step greeted(String line) {
        if (!line.startsWith("HELLO")) {
            return Step.violation("HELLO", line);
        }
        greeting = line;
        if (line.equals("HELLO again")) {
            awaited = Awaited.NOTHING;
            return new Step.Decline(FailureReason.PREAUTHENTICATED, line);
        }
        if (direct && !inside) {
            unasked = true;
            awaited = Awaited.GO_AHEAD;
            return new Step.Propose("UPGRADE", Step.Offer.UNREAD);
        }
        return ask();
    }

    private Step ask() {
        awaited = Awaited.CAPABILITIES;
        return Step.send(phase(), "CAPS");
    }

    private Step announced(String line) {
        if (line.startsWith("CAP ")) {
            announced.add(line.substring(4));
            return Step.await(phase());
        }
        if (!line.equals("END")) {
            return Step.violation("CAP or END", line);
        }
        if (inside) {
            awaited = Awaited.NOTHING;
            return new Step.Ready(lastWords);
        }
        if (announced.contains("UPGRADE")) {
            awaited = Awaited.GO_AHEAD;
            return new Step.Propose("UPGRADE");
        }
        return new Step.Decline(FailureReason.NOT_OFFERED, line);
    }

    private Step answered(String line) {
        if (unasked && line.startsWith("NO")) {
            unasked = false;
            awaited = Awaited.CAPABILITIES;
            return new Step.Ask(phase(), List.of("CAPS"), line);
        }
        return switch (line) {
            case "GO" -> Step.goAhead();
            case "WAIT" -> Step.await(Phase.COMMAND);
            default ->
                line.startsWith("NO")
                        ? new Step.Decline(FailureReason.REFUSED, line)
                        : Step.violation("GO or NO", line);
        };
    }

    private Phase phase() {
        return inside ? Phase.RECAPABILITY : Phase.CAPABILITY;
    }
}
