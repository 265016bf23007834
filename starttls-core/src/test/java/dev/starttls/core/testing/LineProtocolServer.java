package dev.starttls.core.testing;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The server of {@link LineProtocolClient}'s protocol. Besides, {@code ECHO ...} is answered by the same words after
 * {@code SAID}, {@code BYE} by {@code BYE} and the end, and {@code RAW} hands the connection to the application.
 */
public final class LineProtocolServer implements Dialogue {

    /** What the server makes of upgrades. */
    public enum Offer {
        /** Announces and accepts it. */
        OFFERED,
        /** Announces it, and accepts it from a client that has asked. */
        ASKED_FOR,
        /** Announces it, accepts it from a client that has asked, and hangs up on one that has not. */
        ASKED_FOR_OR_HANGS_UP,
        /** The same, with a refusal before it hangs up. */
        ASKED_FOR_OR_LEAVES,
        /** Does not announce it, and refuses it. */
        NOT_OFFERED,
        /** Announces and refuses it. */
        REFUSED,
        /** Greets in a way after which it is not possible. */
        PREAUTHENTICATED
    }

    private final Offer offer;
    private final List<String> executed = new ArrayList<>();
    private List<String> announced = List.of();
    private boolean inside;
    private boolean openedInPlaintext;

    /** A server that accepts upgrades. */
    public LineProtocolServer() {
        this(Offer.OFFERED);
    }

    /** A server that does as said. */
    public LineProtocolServer(Offer offer) {
        this.offer = offer;
    }

    /** The commands as they were carried out, those inside TLS after a mark. */
    public List<String> executed() {
        return List.copyOf(executed);
    }

    @Override
    public String protocol() {
        return "lines";
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public List<String> capabilities() {
        return announced;
    }

    @Override
    public boolean takesEarlyHello() {
        return true;
    }

    /** All but the words of ECHO and LOGIN. */
    @Override
    public String shown(DialogueTranscript.Direction direction, String line) {
        int space = line.indexOf(' ');
        boolean words = line.startsWith("ECHO ") || line.startsWith("LOGIN ") || line.startsWith("SAID ");
        return words ? line.substring(0, space + 1) + DialogueTranscript.CONCEALED : line;
    }

    @Override
    public Output injected() {
        return Output.line("NO not after UPGRADE");
    }

    @Override
    public Step opened() {
        openedInPlaintext = true;
        return Step.send(Phase.GREETING, offer == Offer.PREAUTHENTICATED ? "HELLO again" : "HELLO there");
    }

    @Override
    public Step secured() {
        inside = true;
        announced = List.of();
        return openedInPlaintext ? Step.await(Phase.RECAPABILITY) : Step.send(Phase.GREETING, "HELLO inside");
    }

    @Override
    public Step received(String line) {
        executed.add((inside ? "inside " : "") + line);
        if (line.equals("CAPS")) {
            announced = inside
                    ? List.of("LOGIN")
                    : offer == Offer.NOT_OFFERED ? List.of("PLAIN") : List.of("PLAIN", "UPGRADE");
            List<String> lines = new ArrayList<>();
            announced.forEach(name -> lines.add("CAP " + name));
            lines.add("END");
            return new Step.Await(phase(), lines);
        }
        if (line.equals("UPGRADE") && announced.isEmpty() && offer == Offer.ASKED_FOR_OR_HANGS_UP) {
            return new Step.Close(List.of());
        }
        if (line.equals("UPGRADE") && announced.isEmpty() && offer == Offer.ASKED_FOR_OR_LEAVES) {
            return new Step.Close(List.of("NO upgrade"));
        }
        if (line.equals("UPGRADE")) {
            boolean refused = offer == Offer.REFUSED
                    || offer == Offer.NOT_OFFERED
                    || (offer == Offer.ASKED_FOR && announced.isEmpty());
            return refused || inside ? say("NO upgrade") : new Step.Proceed(List.of("GO"));
        }
        if (line.equals("RAW")) {
            return Step.ready();
        }
        if (line.equals("BYE")) {
            return new Step.Close(List.of("BYE"));
        }
        if (line.equals("WRONG")) {
            return new Step.Fail(FailureReason.PROTOCOL_VIOLATION, "Expected a command", line, List.of("NO sense"));
        }
        return line.startsWith("ECHO ") ? say("SAID " + line.substring(5)) : say("NO such command");
    }

    private Step say(String line) {
        return Step.send(phase(), line);
    }

    private Phase phase() {
        return inside ? Phase.RECAPABILITY : Phase.CAPABILITY;
    }
}
