package dev.starttls.pop3;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
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
 *       #MOST_LINES} lines and {@value #MOST_OCTETS} octets, and a line in it that begins with +OK or -ERR shows that the
 *       dot is missing.
 *   <li>STLS: +OK is the go-ahead and -ERR refuses, with whatever response code; anything else is a violation. Said without
 *       knowing of it ({@link #direct}), it is refused to no end: CAPA is said now, and STLS again if that announces it.
 *   <li>Inside TLS a refused CAPA means that nothing is announced.
 * </ul>
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks.
 */
public final class Pop3ClientDialogue implements Dialogue {

    /** The most lines of a list of capabilities: more than any server has. No setting changes it. */
    public static final int MOST_LINES = 128;

    /** The most octets of a list of capabilities, CRLFs not counted. No setting changes it. */
    public static final int MOST_OCTETS = 32_768;

    private enum Awaited {
        NOTHING,
        GREETING,
        CAPA,
        LIST,
        STLS
    }

    private final Pop3MultiLineParser parser = new Pop3MultiLineParser(MOST_LINES, MOST_OCTETS);
    private Awaited awaited = Awaited.NOTHING;
    private Phase asking = Phase.CAPABILITY;
    private boolean openedInPlaintext;
    private boolean direct;
    private boolean unasked;
    private boolean asked;
    private boolean declined;
    private Optional<Pop3Reply> greeting = Optional.empty();
    private Optional<Pop3Reply> lastReply = Optional.empty();
    private Pop3Capabilities announced = Pop3Capabilities.none();

    /** A dialogue that has not begun. */
    public Pop3ClientDialogue() {}

    /**
     * What the server announced in its last response to CAPA; inside TLS, only what it announced there.
     *
     * @return none before that response, and none from a server that does not know CAPA
     */
    public Pop3Capabilities announced() {
        return announced;
    }

    /**
     * The greeting.
     *
     * @return empty before it came, and empty once it was forgotten at the upgrade
     */
    public Optional<Pop3Reply> greeting() {
        return greeting;
    }

    /**
     * The greeting's timestamp, for APOP.
     *
     * @return empty if there is none, and empty once it was forgotten at the upgrade: someone in the middle may have
     *     written it
     */
    public Optional<ApopTimestamp> timestamp() {
        return greeting.isPresent() ? ApopTimestamp.of(greeting.get()) : Optional.empty();
    }

    /**
     * The last response, or the first line of it, its response code kept.
     *
     * @return empty before one came, and empty once it was forgotten at the upgrade
     */
    public Optional<Pop3Reply> lastReply() {
        return lastReply;
    }

    @Override
    public String protocol() {
        return "pop3";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<String> capabilities() {
        return announced.announced();
    }

    /** RFC 2595 says nothing of it, and servers in use take a ClientHello that comes with STLS (Dovecot). */
    @Override
    public boolean takesEarlyHello() {
        return true;
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
        // RFC 2595 section 4: what was learned before TLS, someone in the middle may have said.
        parser.reset();
        greeting = Optional.empty();
        lastReply = Optional.empty();
        announced = Pop3Capabilities.none();
        asked = false;
        asking = Phase.RECAPABILITY;
        if (openedInPlaintext) {
            return ask();
        }
        awaited = Awaited.GREETING;
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step declined(FailureReason reason) {
        declined = true;
        return asked ? ready() : ask();
    }

    @Override
    public Step received(String line) {
        try {
            if (awaited == Awaited.LIST) {
                return listed(line);
            }
            Pop3Reply reply = Pop3Reply.parse(line);
            lastReply = Optional.of(reply);
            return replied(reply);
        } catch (Pop3SyntaxException e) {
            return new Step.Fail(
                    e.reason(),
                    e.getMessage(),
                    line,
                    List.of(),
                    e.reason() == FailureReason.LIMIT_EXCEEDED
                            ? "See which server answers with as much, and ask its operator why"
                            : "");
        }
    }

    private Step replied(Pop3Reply reply) {
        // No switch: javac makes a class of it, whose loading would be a part of the first upgrade.
        if (awaited == Awaited.GREETING) {
            return greeted(reply);
        }
        if (awaited == Awaited.CAPA) {
            return answered(reply);
        }
        if (awaited == Awaited.STLS) {
            return decided(reply);
        }
        throw new IllegalStateException("Expected no line before opened() or after the last step, got one");
    }

    private Step greeted(Pop3Reply reply) {
        if (!reply.positive()) {
            return new Step.Fail(
                    FailureReason.TURNED_AWAY,
                    "Expected the greeting +OK, but the server does not serve this client"
                            + (passing(reply) ? " now; try again later" : ""),
                    reply.toString(),
                    List.of());
        }
        greeting = Optional.of(reply);
        unasked = openedInPlaintext && direct;
        return unasked ? propose(Step.Offer.UNREAD) : ask();
    }

    private Step answered(Pop3Reply reply) {
        if (reply.positive()) {
            awaited = Awaited.LIST;
            return Step.await(asking);
        }
        return known();
    }

    private Step listed(String line) throws Pop3SyntaxException {
        if (line.startsWith(Pop3Status.OK.indicator()) || line.startsWith(Pop3Status.ERR.indicator())) {
            // It would be taken for a capability, and the next response be waited for in vain.
            return Step.violation("a capability or the dot that ends them", line);
        }
        Optional<List<String>> whole = parser.add(line);
        if (whole.isEmpty()) {
            return Step.await(asking);
        }
        announced = Pop3Capabilities.of(whole.get());
        return known();
    }

    private Step known() {
        asked = true;
        if (asking == Phase.RECAPABILITY || declined) {
            // Announced again inside TLS it is ignored (RFC 2595 section 4).
            return ready();
        }
        return announced.has("STLS") ? propose(Step.Offer.READ) : new Step.Decline(FailureReason.NOT_OFFERED, answer());
    }

    /** The whole response to CAPA, for people. */
    private String answer() {
        Pop3Reply first = lastReply.orElseThrow();
        return first.positive() ? first + " / " + String.join(" / ", announced.announced()) : first.toString();
    }

    private Step decided(Pop3Reply reply) {
        if (unasked && !reply.positive()) {
            unasked = false;
            awaited = Awaited.CAPA;
            return new Step.Ask(asking, List.of("CAPA"), reply.toString());
        }
        return reply.positive() ? Step.goAhead() : new Step.Decline(FailureReason.REFUSED, reply.toString());
    }

    private Step propose(Step.Offer offer) {
        awaited = Awaited.STLS;
        return new Step.Propose("STLS", offer);
    }

    private Step ask() {
        awaited = Awaited.CAPA;
        return Step.send(asking, "CAPA");
    }

    private Step ready() {
        awaited = Awaited.NOTHING;
        return Step.ready();
    }

    /** RFC 2449 section 8.1, RFC 3206 section 4. */
    private static boolean passing(Pop3Reply reply) {
        return reply.code()
                .filter(code -> code.within("SYS/TEMP") || code.within("IN-USE") || code.within("LOGIN-DELAY"))
                .isPresent();
    }
}
