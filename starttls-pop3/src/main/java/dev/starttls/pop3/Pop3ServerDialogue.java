package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.ServerDialogue;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A server's side, for the whole of a session: greeting, CAPA, QUIT and STLS are answered here, every other command by the
 * author's {@link Pop3Handler}.
 *
 * <pre>{@code
 * Pop3Maildrop handler = new Pop3Maildrop(login);
 * Pop3ServerDialogue dialogue = new Pop3ServerDialogue(
 *         "mail.example.org", TlsPolicy.REQUIRED, handler, handler.capabilities());
 * UpgradeConnection connection = new UpgradeConnection(dialogue, settings, new Peer("192.0.2.1", 40_000));
 * }</pre>
 *
 * <p>Before TLS:
 *
 * <ul>
 *   <li>STLS is announced under OPPORTUNISTIC and REQUIRED, in both states, and accepted in the AUTHORIZATION state only
 *       (RFC 2595 section 4).
 *   <li>Under REQUIRED everything but CAPA, STLS and QUIT is answered -ERR. Under OPPORTUNISTIC USER, PASS, APOP and AUTH
 *       are, unless {@link PlaintextLogin#ALLOWED} was given; none of them gets a continuation. Where they are refused,
 *       USER and SASL are not announced, and the greeting has no timestamp.
 *   <li>That refusal has no response code: [AUTH] would say that the credentials are wrong (RFC 3206 section 4), and a
 *       client would ask its user for others.
 *   <li>Octets after STLS are answered -ERR, and the connection is closed.
 * </ul>
 *
 * <p>At the upgrade everything is forgotten, a USER too: the handler gets a new {@link Pop3Session}. Inside TLS STLS is
 * neither announced nor accepted.
 *
 * <p>Commands are bounded to 255 octets with CRLF (RFC 2449 section 4); longer ones are answered -ERR. A line longer than
 * the connection's limit, a bare CR, a bare LF or a NUL end the connection. Commands may be pipelined (RFC 2449 section
 * 6.6).
 *
 * <p>To a client that is silent for too long nothing is said (RFC 1939 section 3). After a handler that threw, and when the
 * server is shut down, it is -ERR [SYS/TEMP] (RFC 3206 section 4): POP3 has no response that answers nothing, so that a
 * client which waits for nothing takes this one for the answer to its next command, which is what becomes of that command.
 * In no case is anything deleted.
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks but what the handler does. An answer of the
 * handler's may come later: {@link Pop3Answer.Later}.
 */
public final class Pop3ServerDialogue extends ServerDialogue<Pop3Session, Pop3Handler> {

    /** RFC 2449 section 4. */
    private static final int MAX_COMMAND_OCTETS = 255;
    /** Of a domain name (RFC 1035 section 2.3.4). */
    private static final int MAX_NAME_OCTETS = 255;

    private static final Set<String> LOGIN = Set.of("USER", "PASS", "APOP", "AUTH");

    /** The keywords that a transcript shows. */
    private static final Set<String> SHOWN = Set.of(
            "CAPA", "STLS", "USER", "PASS", "APOP", "AUTH", "STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "TOP",
            "UIDL", "QUIT");

    private static final List<String> GO_AHEAD =
            List.of(Pop3Reply.ok("Begin TLS").line());

    private final PlaintextLogin plaintextLogin;
    /** Whether the last command that a transcript was asked about is CAPA. */
    private boolean listing;

    private Optional<Function<String, Pop3Answer>> response = Optional.empty();

    /**
     * A dialogue that has not begun and refuses logins before TLS.
     *
     * @param host what the server calls itself: 1 to 255 printable characters of ASCII without a space
     * @param policy that of the connection's settings
     * @param handler answers what the dialogue does not
     * @param capabilities what the handler knows, a tag with parameters each, for instance "SASL PLAIN"; without STLS
     * @throws IllegalArgumentException if the host or a capability could not be announced, or may not be
     * @throws NullPointerException if one of them is null
     */
    public Pop3ServerDialogue(String host, TlsPolicy policy, Pop3Handler handler, List<String> capabilities) {
        this(host, policy, handler, capabilities, PlaintextLogin.REFUSED);
    }

    /**
     * A dialogue that has not begun.
     *
     * @param host what the server calls itself: 1 to 255 printable characters of ASCII without a space
     * @param policy that of the connection's settings
     * @param handler answers what the dialogue does not
     * @param capabilities what the handler knows, a tag with parameters each, for instance "SASL PLAIN"; without STLS
     * @param plaintextLogin what becomes of a login before TLS under OPPORTUNISTIC
     * @throws IllegalArgumentException if the host or a capability could not be announced, or may not be
     * @throws NullPointerException if one of them is null
     */
    public Pop3ServerDialogue(
            String host,
            TlsPolicy policy,
            Pop3Handler handler,
            List<String> capabilities,
            PlaintextLogin plaintextLogin) {
        super(Pop3.PROTOCOL, host, policy, handler, checked(capabilities), Pop3Session::new);
        if (host.length() > MAX_NAME_OCTETS) {
            throw new IllegalArgumentException(
                    "host: expected at most " + MAX_NAME_OCTETS + " characters, got " + host.length());
        }
        this.plaintextLogin = plaintextLogin;
    }

    private static List<String> checked(List<String> capabilities) {
        for (String capability : capabilities) {
            if (!Pop3Capabilities.tagged(capability)
                    || !Ascii.sendable(capability)
                    || capability.length() + 2 > Pop3Reply.MAX_OCTETS) {
                throw new IllegalArgumentException("capabilities: expected a tag without a dot and its parameters, at"
                        + " most " + Pop3Reply.MAX_OCTETS + " octets with CRLF, got another line");
            }
            if (Ascii.firstWord(capability, "STLS")) {
                throw new IllegalArgumentException(
                        "capabilities: STLS cannot be given: it is announced when it is due");
            }
        }
        return capabilities;
    }

    @Override
    protected void forget() {
        response = Optional.empty();
        handler().upgraded(session());
    }

    @Override
    public void ended(SessionEnd end) {
        handler().ended(session(), end);
    }

    @Override
    public Output unavailable() {
        return Output.line(Pop3Reply.error("[SYS/TEMP] TLS is not available").line());
    }

    @Override
    public Output lastLines(ClosingReason why) {
        return switch (why) {
            case SHUTDOWN ->
                Output.line(Pop3Reply.error("[SYS/TEMP] Shutting down, closing the connection")
                        .line());
            case IDLE -> Output.none();
            case LIMIT ->
                Output.line(Pop3Reply.error("[SYS/PERM] Too much was sent, closing the connection")
                        .line());
            case BUSY ->
                Output.line(Pop3Reply.error("[SYS/TEMP] Too many connections, closing this one")
                        .line());
            case FAULT ->
                Output.line(Pop3Reply.error("[SYS/TEMP] Internal error, closing the connection")
                        .line());
        };
    }

    @Override
    public Output injected() {
        return Output.line(Pop3Reply.error("Plaintext after STLS refused").line());
    }

    @Override
    protected List<String> noLine(String text) {
        return List.of(Pop3Reply.error(text).line());
    }

    /**
     * Status lines and capabilities, without a challenge and without what a maildrop holds; commands by keyword and number. Of
     * responses to challenges and of what is no command nothing is shown: a password may come where none is awaited.
     */
    @Override
    public String shown(DialogueTranscript.Direction direction, String line) {
        if (direction == DialogueTranscript.Direction.SENT) {
            return shownAnswer(line);
        }
        listing = false;
        if (response.isPresent()) {
            return DialogueTranscript.CONCEALED;
        }
        Pop3Command command = Pop3Command.parse(line);
        listing = command.keyword().equals("CAPA");
        if (!SHOWN.contains(command.keyword())) {
            return DialogueTranscript.CONCEALED;
        }
        if (command.argument().isEmpty()) {
            return command.keyword();
        }
        boolean numbers = !LOGIN.contains(command.keyword())
                && command.argument().chars().allMatch(c -> c == ' ' || (c >= '0' && c <= '9'));
        return command.keyword() + " " + (numbers ? command.argument() : DialogueTranscript.CONCEALED);
    }

    private String shownAnswer(String line) {
        if (line.startsWith("+ ")) {
            return "+ " + DialogueTranscript.CONCEALED;
        }
        return listing || line.startsWith("+OK") || line.startsWith("-ERR") || line.equals(".")
                ? line
                : DialogueTranscript.CONCEALED;
    }

    @Override
    public Step received(String line) {
        if (response.isPresent()) {
            Function<String, Pop3Answer> next = response.get();
            response = Optional.empty();
            // RFC 5034 section 4: an asterisk alone cancels, and must be answered -ERR.
            return line.equals("*")
                    ? say(Pop3Reply.error("Authentication cancelled"))
                    : answer(next.apply(line), "the response in AUTH");
        }
        if (line.length() + 2 > MAX_COMMAND_OCTETS) {
            return say(Pop3Reply.error("Command too long"));
        }
        Pop3Command command = Pop3Command.parse(line);
        return switch (command.keyword()) {
            case "CAPA" -> list(command);
            case "QUIT" -> quit();
            case "STLS" -> startTls(command);
            default -> pass(command);
        };
    }

    private Step pass(Pop3Command command) {
        boolean login = LOGIN.contains(command.keyword());
        if (login ? !loginAccepted() : upgradeRequired()) {
            return say(Pop3Reply.error("Say STLS first"));
        }
        return login && session().state() == Pop3State.TRANSACTION
                ? say(Pop3Reply.error("Logged in already"))
                : answer(handler().handle(command, session()), named(command));
    }

    private Step startTls(Pop3Command command) {
        if (session().secure()) {
            return say(Pop3Reply.error("TLS is active already"));
        }
        if (!offered()) {
            return say(Pop3Reply.error("STLS is not available"));
        }
        if (session().state() != Pop3State.AUTHORIZATION) {
            return say(Pop3Reply.error("STLS is possible before login only"));
        }
        return command.arguments().isEmpty()
                ? new Step.Proceed(GO_AHEAD)
                : say(Pop3Reply.error("STLS takes no argument"));
    }

    private Step list(Pop3Command command) {
        if (!command.arguments().isEmpty()) {
            return say(Pop3Reply.error("CAPA takes no argument"));
        }
        List<String> lines = new ArrayList<>();
        lines.add(Pop3Reply.ok("Capabilities follow").line());
        lines.addAll(announce());
        lines.add(".");
        return new Step.Await(phase(), lines);
    }

    /**
     * USER and SASL where a login is accepted. STLS in the TRANSACTION state as well: RFC 2449 section 5 wants in both what is
     * valid in the first.
     */
    @Override
    protected boolean announceable(String capability) {
        boolean login = Ascii.firstWord(capability, "USER") || Ascii.firstWord(capability, "SASL");
        return !login || loginAccepted();
    }

    private Step quit() {
        return session().state() == Pop3State.TRANSACTION
                ? Step.later(
                        handler().updateLater(session()),
                        reply -> new Step.Close(List.of(reply.bounded().line())),
                        Step.Later.DEFAULT_LIMIT)
                : new Step.Close(List.of(Pop3Reply.ok("Bye").line()));
    }

    @Override
    protected Step greet() {
        Optional<ApopTimestamp> timestamp = loginAccepted() ? handler().timestamp() : Optional.empty();
        session().greet(timestamp);
        return Step.later(handler().admit(session()), refusal -> greet(refusal, timestamp), Step.Later.DEFAULT_LIMIT);
    }

    private Step greet(Optional<Pop3Reply> refusal, Optional<ApopTimestamp> timestamp) {
        if (refusal.isPresent()) {
            return turnAway(refusal.get());
        }
        String text = host() + " POP3 ready" + (timestamp.isPresent() ? " " + timestamp.get() : "");
        return Step.send(Phase.GREETING, Pop3Reply.ok(text).bounded().line());
    }

    private static Step turnAway(Pop3Reply reply) {
        if (reply.positive()) {
            throw new IllegalStateException(
                    "Expected a refusal, -ERR, of the handler, got +OK; return Optional.empty() to welcome a client");
        }
        return new Step.Close(List.of(reply.bounded().line()));
    }

    /** What is no command is not named: it may be a password that came where none is awaited. */
    private static String named(Pop3Command command) {
        return SHOWN.contains(command.keyword()) ? command.keyword() : "a command of an extension, or an unknown one";
    }

    private Step answer(Pop3Answer came, String to) {
        Pop3Answer answer =
                Objects.requireNonNull(came, () -> "Expected an answer of the handler to " + to + ", got null");
        if (answer instanceof Pop3Answer.Later later) {
            return Step.later(later.answer(), next -> answer(next, to), later.limit());
        }
        if (answer instanceof Pop3Answer.MultiLine several) {
            return new Step.Await(phase(), said(several), Frame.line());
        }
        if (answer instanceof Pop3Answer.Opened opened) {
            session().open();
            return say(opened.reply());
        }
        if (answer instanceof Pop3Answer.Challenge challenge) {
            response = Optional.of(challenge.response());
            return Step.send(phase(), "+ " + challenge.challenge());
        }
        if (answer instanceof Pop3Answer.HandOver over) {
            return new Step.Ready(List.of(over.reply().line()));
        }
        if (answer instanceof Pop3Answer.Close close) {
            return new Step.Close(List.of(close.reply().line()));
        }
        return say(((Pop3Answer.Reply) answer).reply());
    }

    /** What stands between the reply and the dot goes as octets, of which a transcript shows nothing: it may be mail. */
    private static Output said(Pop3Answer.MultiLine answer) {
        StringBuilder stuffed = new StringBuilder();
        for (String line : answer.lines()) {
            stuffed.append(line.startsWith(".") ? "." : "").append(line).append("\r\n");
        }
        return Output.all(List.of(
                Output.line(answer.reply().line()),
                Output.octets(stuffed.toString().getBytes(StandardCharsets.ISO_8859_1)),
                Output.line(".")));
    }

    private Step say(Pop3Reply reply) {
        return Step.send(phase(), reply.line());
    }

    private boolean loginAccepted() {
        return session().secure()
                || policy() == TlsPolicy.DISABLED
                || (policy() == TlsPolicy.OPPORTUNISTIC && plaintextLogin == PlaintextLogin.ALLOWED);
    }
}
