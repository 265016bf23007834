package dev.starttls.core.upgrade;

import java.util.List;
import java.util.Optional;

/**
 * The skeleton of a client's side: greeting, question for the capabilities, upgrade command, and the question again inside
 * TLS; or, with implicit TLS, greeting and question inside it (RFC 8314 section 3). It ends when the capabilities that count
 * are known. A protocol adds its words: what it asks ({@link #question}), and what it takes a line for ({@link #line}),
 * by where the dialogue is ({@link #phase}).
 *
 * <p>A client of a protocol in which "CAPS" is answered by one line:
 *
 * <pre>{@code
 * protected List<String> question() { return List.of("CAPS"); }
 * protected String serverAnswer() { return announced().toString(); }
 * protected Step line(String line) {
 *     return switch (phase()) {
 *         case GREETING -> serverGreeted(line);
 *         case COMMAND -> line.startsWith("OK") ? Step.goAhead() : serverRefused(line);
 *         default -> {
 *             keepCapabilities(ExampleCapabilities.of(line));
 *             yield serverAnnounced();
 *         }
 *     };
 * }
 * }</pre>
 *
 * <p>At the upgrade it forgets greeting, last reply and capabilities: what was learned before TLS, an attacker in the middle
 * may have said (RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4). What a subclass keeps besides, it
 * forgets in {@link #forget}.
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks.
 *
 * @param <R> a reply of the protocol
 * @param <C> its capabilities
 */
public abstract class ClientDialogue<R, C extends AnnouncedCapabilities> extends ProtocolDialogue {

    private enum Awaited {
        NOTHING,
        GREETING,
        CAPABILITIES,
        GO_AHEAD
    }

    private final C none;
    private Awaited awaited = Awaited.NOTHING;
    private Phase asking = Phase.CAPABILITY;
    private boolean openedInPlaintext;
    private boolean direct;
    /** The upgrade command was sent without an offer that was read, and is not refused yet. */
    private boolean unasked;

    private boolean known;
    private boolean declined;
    private Optional<R> greeting = Optional.empty();
    private Optional<R> lastReply = Optional.empty();
    private C announced;

    /**
     * A dialogue that has not begun.
     *
     * @param protocol what is fixed for it
     * @param none capabilities of which none is announced
     */
    protected ClientDialogue(StartTlsProtocol protocol, C none) {
        super(protocol, Role.CLIENT);
        this.none = none;
        this.announced = none;
    }

    /**
     * What the server announced last; inside TLS, only what it announced there.
     *
     * @return none before it did
     */
    public final C announced() {
        return announced;
    }

    /**
     * The greeting.
     *
     * @return empty before it came, and empty once it was forgotten at the upgrade
     */
    public final Optional<R> greeting() {
        return greeting;
    }

    /**
     * The last whole reply, its codes kept.
     *
     * @return empty before one came, and empty once it was forgotten at the upgrade
     */
    public final Optional<R> lastReply() {
        return lastReply;
    }

    @Override
    public final List<String> capabilities() {
        return announced.announced();
    }

    @Override
    public final void direct() {
        direct = true;
    }

    @Override
    public final Step opened() {
        openedInPlaintext = true;
        return awaitGreeting();
    }

    @Override
    public final Step secured() {
        greeting = Optional.empty();
        lastReply = Optional.empty();
        announced = none;
        known = false;
        asking = Phase.RECAPABILITY;
        forget();
        return openedInPlaintext ? awaitCapabilities() : awaitGreeting();
    }

    @Override
    public final Step received(String line) {
        if (awaited == Awaited.NOTHING) {
            throw new IllegalStateException("Expected no line before opened() or after the last step, got one");
        }
        return line(line);
    }

    /**
     * All of it: greeting, capabilities and the upgrade command are no secrets. A subclass that logs in has to conceal what it
     * says for that.
     */
    @Override
    public String shown(DialogueTranscript.Direction direction, String line) {
        return line;
    }

    @Override
    public Step declined(FailureReason reason) {
        declined = true;
        return known ? ready() : awaitCapabilities();
    }

    /**
     * A line came that was awaited.
     *
     * @param line without its CRLF, each character one octet
     * @return what to do next
     */
    protected abstract Step line(String line);

    /**
     * The lines that ask for the capabilities. Asked for again for each question: a tag may be fresh.
     *
     * @return lines without CRLF; empty where the server announces unasked, in its greeting and after the handshake
     */
    protected abstract List<String> question();

    /**
     * The server's answer to the question, shown where it offers no upgrade. Not called elsewhere.
     *
     * @return for people, on one line
     */
    protected abstract String serverAnswer();

    /**
     * The line that asks for the upgrade. Asked for again for each time it is sent.
     *
     * @return {@link StartTlsProtocol#keyword} unless overridden
     */
    protected String command() {
        return keyword();
    }

    /** The handshake is done: what a subclass has learned before is forgotten here. */
    protected void forget() {}

    /**
     * Where the dialogue is, by what is awaited.
     *
     * @return {@link Phase#GREETING}, {@link Phase#COMMAND}, or for the capabilities {@link Phase#CAPABILITY} in plaintext
     *     and {@link Phase#RECAPABILITY} inside TLS
     */
    protected final Phase phase() {
        if (awaited == Awaited.GREETING) {
            return Phase.GREETING;
        }
        return awaited == Awaited.GO_AHEAD ? Phase.COMMAND : asking;
    }

    /**
     * Whether the dialogue is inside TLS.
     *
     * @return true from {@link #secured} on
     */
    protected final boolean secure() {
        return asking == Phase.RECAPABILITY;
    }

    /**
     * Keeps a whole reply as the last one.
     *
     * @param reply any
     */
    protected final void keepReply(R reply) {
        lastReply = Optional.of(reply);
    }

    /**
     * Keeps the capabilities that the server announced. They are known from here on, until the upgrade.
     *
     * @param capabilities in place of those announced before
     */
    protected final void keepCapabilities(C capabilities) {
        announced = capabilities;
        known = true;
    }

    /**
     * Whether capabilities were announced on this side of the upgrade.
     *
     * @return true after {@link #keepCapabilities}
     */
    protected final boolean known() {
        return known;
    }

    /**
     * Keeps the greeting.
     *
     * @param reply that welcomes the client
     */
    protected final void keepGreeting(R reply) {
        greeting = Optional.of(reply);
    }

    /**
     * The server has greeted: the greeting is kept. It welcomes the client, and says nothing of capabilities.
     *
     * @param reply the greeting
     * @return the upgrade command where it is sent unasked ({@link Dialogue#direct}), else the question
     */
    protected final Step serverGreeted(R reply) {
        keepGreeting(reply);
        if (direct && !secure()) {
            unasked = true;
            return propose(Step.Offer.UNREAD);
        }
        return awaitCapabilities();
    }

    /**
     * The server has said all it announces; see {@link #keepCapabilities}.
     *
     * @return inside TLS, where an offer is ignored, and where there will be no TLS, the end of the dialogue; else the
     *     upgrade command if it is offered
     */
    protected final Step serverAnnounced() {
        if (secure() || declined) {
            return ready();
        }
        return announced.has(keyword())
                ? propose(Step.Offer.READ)
                : new Step.Decline(FailureReason.NOT_OFFERED, serverAnswer());
    }

    /**
     * The server refuses the upgrade command. Of one that was sent unasked that decides nothing: the question is sent now,
     * and the command again if it is offered.
     *
     * @param reply the server's line that refuses
     * @return the next step
     */
    protected final Step serverRefused(String reply) {
        if (unasked) {
            unasked = false;
            awaited = Awaited.CAPABILITIES;
            return new Step.Ask(asking, question(), reply);
        }
        return new Step.Decline(FailureReason.REFUSED, reply);
    }

    /**
     * A line is no reply of the protocol, or one too many for what a reply may have.
     *
     * @param reason {@link FailureReason#PROTOCOL_VIOLATION} or {@link FailureReason#LIMIT_EXCEEDED}
     * @param detail what was expected and what came
     * @param line that came
     * @return the step
     */
    protected final Step unreadable(FailureReason reason, String detail, String line) {
        return new Step.Fail(
                reason,
                detail,
                line,
                List.of(),
                reason == FailureReason.LIMIT_EXCEEDED
                        ? "There is no setting for this: see which server answers with as much, and ask its operator why"
                        : "");
    }

    /**
     * Sends the question and awaits the capabilities.
     *
     * @return the step
     */
    protected final Step awaitCapabilities() {
        awaited = Awaited.CAPABILITIES;
        return new Step.Await(asking, question());
    }

    /**
     * Ends the dialogue. No line is awaited after it.
     *
     * @return the step
     */
    protected final Step ready() {
        awaited = Awaited.NOTHING;
        return Step.ready();
    }

    private Step awaitGreeting() {
        awaited = Awaited.GREETING;
        return Step.await(Phase.GREETING);
    }

    private Step propose(Step.Offer offer) {
        awaited = Awaited.GO_AHEAD;
        return new Step.Propose(command(), offer);
    }
}
