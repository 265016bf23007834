package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.ServerDialogue;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A server's side, for the whole of a session: greeting, EHLO, HELO, NOOP, QUIT and STARTTLS are answered here, every other
 * command by the author's {@link SmtpHandler}.
 *
 * <pre>{@code
 * SmtpHandler handler = new SmtpTransaction(delivery, 10_485_760);
 * SmtpServerDialogue dialogue = new SmtpServerDialogue(
 *         "mail.example.org", TlsPolicy.REQUIRED, handler, List.of("8BITMIME", "AUTH PLAIN"));
 * UpgradeConnection connection = new UpgradeConnection(dialogue, settings, new Peer("192.0.2.1", 40_000));
 * }</pre>
 *
 * <p>Before TLS:
 *
 * <ul>
 *   <li>STARTTLS is announced under OPPORTUNISTIC and REQUIRED, and answered 502 under DISABLED; AUTH and REQUIRETLS are
 *       not announced (RFC 4954 section 4, RFC 8689 section 2), and AUTH is answered 538 under any policy but REQUIRED.
 *   <li>Under REQUIRED everything but EHLO, NOOP, STARTTLS and QUIT is answered 530 (RFC 3207 section 4). HELO is among
 *       the refused, as it is not among the exceptions there: a client that only knows HELO hears at once why it will not
 *       be served.
 *   <li>Octets after STARTTLS are answered 554, and the connection is closed.
 * </ul>
 *
 * <p>The octets that follow BDAT (RFC 3030) are read whatever is answered to it, and never taken for commands: those of a chunk
 * that is refused are thrown away, and where it has more than 10,485,760 of them, or a size that cannot be read, the connection
 * is closed.
 *
 * <p>At the upgrade everything is forgotten: the handler gets a new {@link SmtpSession}. Inside TLS STARTTLS is neither
 * announced nor accepted (503).
 *
 * <p>Commands are bounded to 512 octets with CRLF, those of MAIL and RCPT to 1,024 for their parameters, AUTH and the
 * responses to its challenges to 12,288 (RFC 5321 section 4.5.3.1.4, RFC 4954 section 4); longer ones are answered 500. A
 * line longer than the connection's limit, a bare CR, a bare LF or a NUL end the connection, in a message as well: a
 * server that takes them for the end of a line can be made to see commands in a message.
 *
 * <p>Where the server ends a session it says so (RFC 5321 section 3.8): 421 4.3.2 when it is shut down, 421 4.4.2 to a
 * client that is silent for too long, 451 4.3.0 and 421 4.3.0 after a handler that threw. A reply 421 of a handler, to
 * whatever command, closes the connection too. A client whose connection the handler refused at the greeting may say QUIT;
 * {@value #MAX_REFUSED_COMMANDS} other commands are answered 503, the next one 421.
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks but what the handler does. An answer of the
 * handler's may come later: {@link SmtpAnswer.Later}.
 */
public final class SmtpServerDialogue extends ServerDialogue<SmtpSession, SmtpHandler> {

    /** RFC 5321 section 4.5.3.1.4. */
    private static final int MAX_COMMAND_OCTETS = 512;
    /** As much again for the parameters of extensions, which that section lets a command have. */
    private static final int MAX_PATH_COMMAND_OCTETS = 1_024;
    /** RFC 4954 section 4. */
    private static final int MAX_AUTH_OCTETS = 12_288;

    /** RFC 5321 section 3.1 wants QUIT to be awaited; one that pipelines a transaction has said no more before it. */
    private static final int MAX_REFUSED_COMMANDS = 10;

    /** The commands whose names are shown; what is none of them may be a password. */
    private static final Set<String> NAMED = Set.of(
            "EHLO", "HELO", "MAIL", "RCPT", "STARTTLS", "AUTH", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP");

    private static final Set<String> NEVER_GIVEN = Set.of("STARTTLS", "BINARYMIME");
    private static final List<String> GO_AHEAD =
            SmtpReply.of(220, "2.0.0 Ready to start TLS").lines();

    private final boolean chunking;
    private final SmtpChunks chunks = new SmtpChunks();
    private Optional<SmtpDataReceiver> receiver = Optional.empty();
    private Optional<Function<String, SmtpAnswer>> response = Optional.empty();
    /** Whether a command has come that is not answered yet; its handler may have thrown. */
    private boolean answering;

    private boolean refused;
    private int refusedCommands;

    /**
     * A dialogue that has not begun.
     *
     * @param host what the server calls itself: printable characters of ASCII without a space
     * @param policy that of the connection's settings
     * @param handler answers what the dialogue does not
     * @param extensions what the handler knows, a keyword with parameters each, for instance "SIZE 10485760"; without
     *     STARTTLS and BINARYMIME. With CHUNKING (RFC 3030), BDAT goes to the handler, to be answered by {@link
     *     SmtpAnswer.Chunk}
     * @throws IllegalArgumentException if the host or an extension could not be announced, or may not be
     * @throws NullPointerException if one of them is null
     */
    public SmtpServerDialogue(String host, TlsPolicy policy, SmtpHandler handler, List<String> extensions) {
        super(Smtp.PROTOCOL, host, policy, handler, checked(extensions), SmtpSession::new);
        this.chunking =
                extensions.stream().anyMatch(extension -> keyword(extension).equals("CHUNKING"));
    }

    private static List<String> checked(List<String> extensions) {
        for (String extension : extensions) {
            String keyword = keyword(extension);
            if (keyword.isEmpty() || !Ascii.sendable(extension)) {
                throw new IllegalArgumentException(
                        "extensions: expected a keyword and its parameters, got another line");
            }
            if (NEVER_GIVEN.contains(keyword)) {
                throw new IllegalArgumentException("extensions: " + keyword
                        + " cannot be given: the server announces STARTTLS itself; BINARYMIME is not supported");
            }
        }
        return extensions;
    }

    @Override
    protected void forget() {
        receiver = Optional.empty();
        response = Optional.empty();
        chunks.abandon();
        handler().upgraded(session());
    }

    @Override
    protected Step greet() {
        return Step.later(handler().admit(session()), this::greet, Step.Later.DEFAULT_LIMIT);
    }

    private Step greet(Optional<SmtpReply> refusal) {
        refusal.ifPresent(reply -> requireRefusal(reply, "return Optional.empty() to welcome a client"));
        refused = refusal.isPresent();
        return say(Phase.GREETING, refusal.orElse(SmtpReply.of(220, host() + " ESMTP")));
    }

    /** A client would take another reply for success, and what it then sends would be lost. */
    static void requireRefusal(SmtpReply reply, String otherwise) {
        if (reply.category() < 4) {
            throw new IllegalStateException(
                    "Expected a refusal, 4yz or 5yz, of the handler, got " + reply.code() + "; " + otherwise);
        }
    }

    /** After a message the next line is a command again, whatever the reply. */
    private static SmtpReply requireFinal(SmtpReply reply) {
        if (reply.category() == 3) {
            throw new IllegalStateException("Expected 250, 4yz or 5yz for a whole message of its receiver, got "
                    + reply.code() + "; return 250 from SmtpDataReceiver.end() if the message was taken");
        }
        return reply;
    }

    @Override
    public Output unavailable() {
        return Output.lines(SmtpReply.of(454, "4.7.0 TLS not available").lines());
    }

    @Override
    public Output lastLines(ClosingReason why) {
        List<String> lines = new ArrayList<>();
        if (why == ClosingReason.FAULT && answering) {
            lines.addAll(SmtpReply.of(451, "4.3.0 Local error in processing").lines());
        }
        lines.addAll(
                switch (why) {
                    case SHUTDOWN -> closing("4.3.2", "Shutting down");
                    case IDLE -> closing("4.4.2", "Silent for too long");
                    case LIMIT -> closing("4.7.0", "Too much was sent");
                    case BUSY -> closing("4.7.0", "Too many connections");
                    case FAULT -> closing("4.3.0", "Local error");
                });
        return Output.lines(lines);
    }

    private List<String> closing(String status, String text) {
        return SmtpReply.of(421, status + " " + host() + " " + text + ", closing the connection")
                .lines();
    }

    @Override
    public void ended(SessionEnd end) {
        Optional<SmtpDataReceiver> open = receiver;
        receiver = Optional.empty();
        try {
            chunks.abandon();
            open.ifPresent(SmtpDataReceiver::abandoned);
        } finally {
            handler().ended(session(), end);
        }
    }

    @Override
    public Output injected() {
        return Output.lines(
                SmtpReply.of(554, "5.5.0 Plaintext after STARTTLS refused").lines());
    }

    @Override
    protected List<String> noLine(String text) {
        return SmtpReply.of(500, "5.5.2 " + text).lines();
    }

    /**
     * Replies but for a challenge; commands with what they need to be understood, AUTH without its arguments. Of a message, of
     * responses to challenges and of what is no command nothing is shown: a password may come where none is awaited.
     */
    @Override
    public String shown(DialogueTranscript.Direction direction, String line) {
        if (direction == DialogueTranscript.Direction.SENT) {
            return line.startsWith("334") ? "334 " + DialogueTranscript.CONCEALED : line;
        }
        if (receiver.isPresent()) {
            return line.equals(".") ? line : DialogueTranscript.CONCEALED;
        }
        if (response.isPresent()) {
            return DialogueTranscript.CONCEALED;
        }
        SmtpCommand command = SmtpCommand.parse(line);
        return switch (command.verb()) {
            case "EHLO", "HELO", "MAIL", "RCPT" -> line;
            default -> {
                if (!NAMED.contains(command.verb())) {
                    yield DialogueTranscript.CONCEALED;
                }
                yield command.argument().isEmpty()
                        ? command.verb()
                        : command.verb() + " " + DialogueTranscript.CONCEALED;
            }
        };
    }

    @Override
    public Step received(String line) {
        // In a message nothing is awaited but the reply to its end.
        answering = receiver.isEmpty() || line.equals(".");
        return answered(taken(line));
    }

    /** The command that is at work is answered, unless its answer comes later. */
    private Step answered(Step step) {
        answering = answering && (step instanceof Step.Later || chunks.open());
        return step;
    }

    private Step taken(String line) {
        if (receiver.isPresent()) {
            return message(line, receiver.get());
        }
        if (refused) {
            return refuse(line);
        }
        if (response.isPresent()) {
            Function<String, SmtpAnswer> next = response.get();
            response = Optional.empty();
            return line.length() + 2 > MAX_AUTH_OCTETS
                    ? say(SmtpReply.of(500, "5.5.6 Authentication exchange line is too long"))
                    : answer(next.apply(line), "the response in AUTH");
        }
        SmtpCommand command = SmtpCommand.parse(line);
        if (line.length() + 2 > maxOctets(command.verb())) {
            SmtpReply refusal = SmtpReply.of(500, "5.5.2 Line too long");
            return chunking && command.verb().equals("BDAT") ? lastReply(refusal) : say(refusal);
        }
        return switch (command.verb()) {
            case "EHLO" -> hello(command);
            case "NOOP" -> say(SmtpReply.of(250, "2.0.0 Ok"));
            case "QUIT" -> new Step.Close(SmtpReply.of(221, "2.0.0 Bye").lines());
            case "STARTTLS" -> startTls(command);
            case "BDAT" -> chunking ? chunk(command) : handled(command);
            default -> handled(command);
        };
    }

    private Step handled(SmtpCommand command) {
        if (upgradeRequired()) {
            return say(SmtpReply.of(530, "5.7.0 Must issue a STARTTLS command first"));
        }
        if (command.verb().equals("AUTH") && !session().secure()) {
            return say(SmtpReply.of(538, "5.7.11 Encryption required for authentication"));
        }
        return command.verb().equals("HELO")
                ? hello(command)
                : answer(handler().handle(command, session()), named(command));
    }

    /** Octets follow the command, whatever is answered to it: they are never taken for commands (RFC 3030 section 2). */
    private Step chunk(SmtpCommand command) {
        OptionalLong octets = SmtpChunks.size(command.argument());
        if (octets.isEmpty()) {
            return lastReply(SmtpReply.of(501, "5.5.4 Expected BDAT, a number of octets, and perhaps LAST"));
        }
        if (upgradeRequired()) {
            return lastReply(SmtpReply.of(530, "5.7.0 Must issue a STARTTLS command first"));
        }
        return chunk(handler().handle(command, session()), octets.getAsLong(), SmtpChunks.last(command.argument()));
    }

    private Step chunk(SmtpAnswer came, long octets, boolean last) {
        SmtpAnswer answer = present(came, "BDAT");
        if (answer instanceof SmtpAnswer.Later later) {
            return Step.later(later.answer(), next -> answered(chunk(next, octets, last)), later.limit());
        }
        if (answer instanceof SmtpAnswer.Chunk taken) {
            chunks.begin(taken.receiver(), octets, last);
            return nextPiece();
        }
        if (answer instanceof SmtpAnswer.Reply reply && reply.reply().code() != 421) {
            if (octets > SmtpChunks.MAX_REFUSED_OCTETS) {
                return lastReply(reply.reply());
            }
            chunks.refuse(requireFinal(reply.reply()), octets);
            return nextPiece();
        }
        if (answer instanceof SmtpAnswer.Close || answer instanceof SmtpAnswer.Reply) {
            return answer(answer, "BDAT");
        }
        throw new IllegalStateException("Expected SmtpAnswer.Chunk or a refusal of the handler for BDAT, got "
                + answer.getClass().getSimpleName());
    }

    @Override
    public Step octets(byte[] octets) {
        answering = true;
        chunks.take(octets);
        return answered(nextPiece());
    }

    /** The next octets of a chunk, when what takes them is ready for more; or the reply to all of them. */
    private Step nextPiece() {
        Optional<? extends CompletionStage<?>> pause = chunks.pause();
        if (pause.isPresent()) {
            return Step.later(pause.get(), unused -> answered(nextPiece()), chunks.timeLimit());
        }
        Optional<SmtpReply> cutOff = chunks.cutOff();
        if (cutOff.isPresent()) {
            requireRefusal(cutOff.get(), "return Optional.empty() to read on");
            chunks.abandon();
            return cutOff(cutOff.get());
        }
        if (chunks.left() > 0) {
            return Step.await(phase(), Frame.atMost((int) Math.min(SmtpChunks.PIECE_OCTETS, chunks.left())));
        }
        Duration limit = chunks.timeLimit();
        return Step.later(chunks.finish(), reply -> answered(say(chunks.finished(requireFinal(reply)))), limit);
    }

    /** What follows cannot be told from commands. */
    private Step lastReply(SmtpReply reply) {
        List<String> lines = new ArrayList<>(reply.lines());
        lines.addAll(closing("4.7.0", "Not reading the octets that follow"));
        return new Step.Close(lines);
    }

    /** RFC 5321 section 3.1: after a greeting of 554 the server waits for QUIT, and for how long is its own matter. */
    private Step refuse(String line) {
        if (SmtpCommand.parse(line).verb().equals("QUIT")) {
            return new Step.Close(SmtpReply.of(221, "2.0.0 Bye").lines());
        }
        refusedCommands++;
        return refusedCommands > MAX_REFUSED_COMMANDS
                ? new Step.Close(closing("4.7.0", "Too many commands after a refusal"))
                : say(SmtpReply.of(503, "5.5.1 Not served; say QUIT"));
    }

    private Step startTls(SmtpCommand command) {
        if (session().secure()) {
            return say(SmtpReply.of(503, "5.5.1 TLS already active"));
        }
        if (!offered()) {
            return say(SmtpReply.of(502, "5.5.1 STARTTLS not available"));
        }
        // RFC 3207 section 4: a parameter is a syntax error.
        return command.argument().isEmpty()
                ? new Step.Proceed(GO_AHEAD)
                : say(SmtpReply.of(501, "5.5.4 STARTTLS takes no argument"));
    }

    private Step hello(SmtpCommand command) {
        if (!Ascii.word(command.argument())) {
            return say(SmtpReply.of(501, "5.5.4 " + command.verb() + " needs a host name or an address literal"));
        }
        Optional<SmtpCommand> before = session().hello();
        session().greet(Optional.of(command));
        Optional<SmtpReply> refusal = handler().greeted(session());
        if (refusal.isPresent()) {
            requireRefusal(refusal.get(), "return Optional.empty() to take the client's name");
            session().greet(before);
            return say(refusal.get());
        }
        if (command.verb().equals("HELO")) {
            return say(SmtpReply.of(250, host()));
        }
        List<String> text = new ArrayList<>();
        text.add(host());
        text.addAll(announce());
        return say(SmtpReply.of(250, text));
    }

    @Override
    protected boolean announceable(String extension) {
        return session().secure()
                || !(Ascii.firstWord(extension, "AUTH")
                        || Ascii.at(extension, 0, "AUTH=")
                        || Ascii.firstWord(extension, "REQUIRETLS"));
    }

    private Step message(String line, SmtpDataReceiver taker) {
        if (line.equals(".")) {
            receiver = Optional.empty();
            return Step.later(taker.finish(), reply -> answered(say(requireFinal(reply))), taker.timeLimit());
        }
        taker.line(line.startsWith(".") ? line.substring(1) : line);
        Optional<SmtpReply> cutOff = taker.cutOff();
        if (cutOff.isEmpty()) {
            Optional<? extends CompletionStage<?>> pause = SmtpChunks.waiting(taker.pause());
            return pause.isEmpty()
                    ? Step.await(phase())
                    : Step.later(pause.get(), unused -> Step.await(phase()), taker.timeLimit());
        }
        requireRefusal(cutOff.get(), "return Optional.empty() to read on");
        receiver = Optional.empty();
        taker.abandoned();
        return cutOff(cutOff.get());
    }

    private Step cutOff(SmtpReply reply) {
        List<String> lines = new ArrayList<>(reply.lines());
        if (reply.code() != 421) {
            lines.addAll(closing("4.3.0", "Not reading the rest"));
        }
        return new Step.Fail(
                FailureReason.LIMIT_EXCEEDED,
                "Expected the end of the message before its receiver answered " + reply,
                "",
                lines);
    }

    /** What is no command is not named: it may be a password that came where none is awaited. */
    private static String named(SmtpCommand command) {
        return NAMED.contains(command.verb()) ? command.verb() : "a command of an extension, or an unknown one";
    }

    private static SmtpAnswer present(SmtpAnswer answer, String to) {
        return Objects.requireNonNull(answer, () -> "Expected an answer of the handler to " + to + ", got null");
    }

    private Step answer(SmtpAnswer came, String to) {
        SmtpAnswer answer = present(came, to);
        if (answer instanceof SmtpAnswer.Later later) {
            return Step.later(later.answer(), next -> answered(answer(next, to)), later.limit());
        }
        if (answer instanceof SmtpAnswer.Data data) {
            receiver = Optional.of(data.receiver());
            return say(data.reply());
        }
        if (answer instanceof SmtpAnswer.Chunk) {
            throw new IllegalStateException(
                    "Expected SmtpAnswer.Chunk for BDAT alone, and where CHUNKING is announced, got it for another command");
        }
        if (answer instanceof SmtpAnswer.Challenge challenge) {
            response = Optional.of(challenge.response());
            return say(challenge.reply());
        }
        if (answer instanceof SmtpAnswer.HandOver over) {
            return new Step.Ready(over.reply().lines());
        }
        if (answer instanceof SmtpAnswer.Close close) {
            return new Step.Close(close.reply().lines());
        }
        return say(((SmtpAnswer.Reply) answer).reply());
    }

    private Step say(SmtpReply reply) {
        return say(phase(), reply);
    }

    /** RFC 5321 section 4.2.2: 421 says that the connection is being closed. */
    private static Step say(Phase phase, SmtpReply reply) {
        return reply.code() == 421 ? new Step.Close(reply.lines()) : new Step.Await(phase, reply.lines());
    }

    private static String keyword(String extension) {
        int space = extension.indexOf(' ');
        return Ascii.upper(space < 0 ? extension : extension.substring(0, space));
    }

    private static int maxOctets(String verb) {
        return switch (verb) {
            case "AUTH" -> MAX_AUTH_OCTETS;
            case "MAIL", "RCPT" -> MAX_PATH_COMMAND_OCTETS;
            default -> MAX_COMMAND_OCTETS;
        };
    }
}
