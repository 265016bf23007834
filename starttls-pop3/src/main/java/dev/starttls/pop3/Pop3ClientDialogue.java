package dev.starttls.pop3;

import dev.starttls.core.upgrade.ClientDialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import java.util.List;
import java.util.Optional;

/**
 * A client's side: greeting, CAPA, STLS, and CAPA again inside TLS (RFC 2595 section 4); or, with implicit TLS, greeting
 * and CAPA inside it (RFC 8314 section 3.2). Ends when the capabilities that count are known.
 *
 * <pre>{@code
 * Pop3ClientDialogue dialogue = new Pop3ClientDialogue();
 * UpgradeConnection connection = new UpgradeConnection(dialogue, settings, new Peer("mail.example.org", 110));
 * // drive it until connection.ready(), then
 * dialogue.announced().parameters("SASL");
 * }</pre>
 *
 * <p>What is taken for what:
 *
 * <ul>
 *   <li>Greeting: +OK goes on; -ERR turns the client away; anything else is a violation.
 *   <li>CAPA: -ERR means that the server does not know the command (RFC 2449 section 5), so STLS is not offered; {@link
 *       dev.starttls.core.upgrade.DirectUpgrade#ALWAYS} is for servers that have it all the same. The list ends with a dot alone: it is bounded to {@value
 *       #MAX_LINES} lines and {@value #MAX_OCTETS} octets, and a line in it that begins with +OK or -ERR shows that the
 *       dot is missing.
 *   <li>STLS: +OK is the go-ahead and -ERR refuses, with whatever response code; anything else is a violation. Said without
 *       knowing of it ({@link #direct}), it is refused to no end: CAPA is said now, and STLS again if that announces it.
 *   <li>Inside TLS a refused CAPA means that nothing is announced.
 * </ul>
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks.
 */
public final class Pop3ClientDialogue extends ClientDialogue<Pop3Reply, Pop3Capabilities> {

    /** The maximum number of lines of a list of capabilities: more than any server has. No setting changes it. */
    public static final int MAX_LINES = 128;

    /**
     * The maximum number of octets of a list of capabilities, CRLFs not counted: 64 lines of the length that RFC 2449 section 4
     * allows. No setting changes it.
     */
    public static final int MAX_OCTETS = 32_768;

    private final Pop3MultiLineParser parser = new Pop3MultiLineParser(MAX_LINES, MAX_OCTETS);
    /** The response to CAPA has begun, and its lines follow up to a dot. */
    private boolean listing;

    /** A dialogue that has not begun. */
    public Pop3ClientDialogue() {
        super(Pop3.PROTOCOL, Pop3Capabilities.none());
    }

    /**
     * The greeting's timestamp, for APOP.
     *
     * @return empty if there is none, and empty once it was forgotten at the upgrade: someone in the middle may have
     *     written it
     */
    public Optional<ApopTimestamp> timestamp() {
        return greeting().isPresent() ? ApopTimestamp.of(greeting().get()) : Optional.empty();
    }

    @Override
    protected List<String> question() {
        return List.of("CAPA");
    }

    @Override
    protected String serverAnswer() {
        Pop3Reply first = lastReply().orElseThrow();
        return first.positive() ? first + " / " + String.join(" / ", capabilities()) : first.toString();
    }

    @Override
    protected void forget() {
        parser.reset();
        listing = false;
    }

    /** RFC 2595 says nothing of it, and servers in use take a ClientHello that comes with STLS (Dovecot). */
    @Override
    public boolean takesEarlyHello() {
        return true;
    }

    @Override
    protected Step line(String line) {
        try {
            if (listing) {
                return listed(line);
            }
            Pop3Reply reply = Pop3Reply.parse(line);
            keepReply(reply);
            // No switch: javac makes a class of it, whose loading would be a part of the first upgrade.
            if (phase() == Phase.GREETING) {
                return welcome(reply);
            }
            if (phase() == Phase.COMMAND) {
                return reply.positive() ? Step.goAhead() : serverRefused(reply.toString());
            }
            return begun(reply);
        } catch (Pop3SyntaxException e) {
            return unreadable(e.reason(), e.getMessage(), line);
        }
    }

    private Step welcome(Pop3Reply reply) {
        if (!reply.positive()) {
            return new Step.Fail(
                    FailureReason.TURNED_AWAY,
                    "Expected the greeting +OK, but the server does not serve this client"
                            + (passing(reply) ? " now; try again later" : ""),
                    reply.toString(),
                    List.of());
        }
        return serverGreeted(reply);
    }

    private Step begun(Pop3Reply reply) {
        listing = reply.positive();
        if (listing) {
            return Step.await(phase());
        }
        keepCapabilities(Pop3Capabilities.none());
        return serverAnnounced();
    }

    private Step listed(String line) throws Pop3SyntaxException {
        if (line.startsWith(Pop3Status.OK.indicator()) || line.startsWith(Pop3Status.ERR.indicator())) {
            // It would be taken for a capability, and the next response be waited for in vain.
            return Step.violation("a capability or the dot that ends them", line);
        }
        Optional<List<String>> whole = parser.add(line);
        if (whole.isEmpty()) {
            return Step.await(phase());
        }
        listing = false;
        keepCapabilities(Pop3Capabilities.of(whole.get()));
        return serverAnnounced();
    }

    /** RFC 2449 section 8.1, RFC 3206 section 4. */
    private static boolean passing(Pop3Reply reply) {
        return reply.code()
                .filter(code -> code.within("SYS/TEMP") || code.within("IN-USE") || code.within("LOGIN-DELAY"))
                .isPresent();
    }
}
