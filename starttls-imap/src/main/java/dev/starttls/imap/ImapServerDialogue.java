package dev.starttls.imap;

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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A server's side, for the whole of a session: greeting, CAPABILITY, LOGOUT, STARTTLS and, before the log-in, NOOP are
 * answered here, every other command by the author's {@link ImapHandler}.
 *
 * <pre>{@code
 * ImapLogin login = new ImapLogin(users, mailboxes);
 * ImapServerDialogue dialogue = new ImapServerDialogue(
 *         "mail.example.org", TlsPolicy.REQUIRED, login, login.capabilities());
 * UpgradeConnection connection = new UpgradeConnection(dialogue, settings, new Peer("192.0.2.1", 40_000));
 * }</pre>
 *
 * <p>Before TLS:
 *
 * <ul>
 *   <li>STARTTLS is announced under OPPORTUNISTIC and REQUIRED, and answered BAD under DISABLED. LOGINDISABLED is announced
 *       and AUTH is not, under any policy (RFC 9051 section 6.2.3): no password is taken in the clear.
 *   <li>LOGIN and AUTHENTICATE are answered NO [PRIVACYREQUIRED] (RFC 5530 section 3) without a continuation, so that a
 *       client that waits for one does not send its password.
 *   <li>Under REQUIRED so is ID, and every other command is answered BAD.
 *   <li>Octets after STARTTLS are answered BYE, and the connection is closed.
 * </ul>
 *
 * <p>At the upgrade everything is forgotten: the handler gets a new {@link ImapSession}. Inside TLS, and so after the
 * log-in too, STARTTLS is neither announced nor accepted (BAD).
 *
 * <p>Before the log-in the commands of the later states are answered BAD (RFC 9051 section 3), and so are LOGIN and
 * AUTHENTICATE after it.
 *
 * <p>A synchronizing literal that is too long is answered BAD and not asked for. One that does not wait may have 4,096
 * octets (LITERAL-, RFC 7888 section 5); a longer one ends the connection, as does a line longer than the connection's
 * limit, a bare CR, a bare LF or, outside literals, a NUL.
 *
 * <p>What a handler pushes by {@link ImapSession#push} is sent between commands, with the answer to one, and in IDLE (RFC 2177),
 * which is answered here where it is among the capabilities.
 *
 * <p>Where the server ends a session it says BYE (RFC 9051 section 7.1.5): when it is shut down, to a client that is silent
 * for too long (section 5.4), and after a handler that threw, whose command is answered NO [SERVERBUG] (RFC 5530 section 3).
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks but what the handler does. An answer of the
 * handler's may come later: {@link ImapAnswer.Later}.
 */
public final class ImapServerDialogue extends ServerDialogue<ImapSession, ImapHandler> {

    /** While one of these is at work, no message number may change (RFC 9051 section 7.5.1). */
    private static final Set<String> NO_EXPUNGE = Set.of("FETCH", "STORE", "SEARCH");

    private record Exchange(String tag, Function<String, ImapAnswer> response) {}

    /** The untagged responses that a transcript shows. */
    private static final List<String> STATUS = List.of("OK ", "NO ", "BAD ", "BYE ", "PREAUTH ", "CAPABILITY ");

    private final ImapCommandReader reader;
    /** The tag of the last command that a transcript was asked about, if it was shown. */
    private Optional<String> shownTag = Optional.empty();

    private Optional<Exchange> exchange = Optional.empty();
    /** The tag of the last STARTTLS. */
    private String upgradeTag = "*";
    /** The tag of IDLE, until the client has said DONE. */
    private Optional<String> idleTag = Optional.empty();

    private final boolean idling;
    /** Whether messages may be said to be expunged with the answer to the present command. */
    private boolean expunges;

    private Optional<Runnable> wake = Optional.empty();
    /** The tag of a command whose handler is at work, and may throw. */
    private Optional<String> answering = Optional.empty();

    /**
     * A dialogue that has not begun.
     *
     * @param host what the server calls itself: printable characters of ASCII without a space
     * @param policy that of the connection's settings
     * @param handler answers what the dialogue does not
     * @param capabilities what the handler knows: IMAP4rev1 or IMAP4rev2, "AUTH=PLAIN" and so on, and IDLE where {@link
     *     ImapSession#push} is used; without STARTTLS and
     *     LOGINDISABLED, and without LITERAL+, where LITERAL- is what is known
     * @throws IllegalArgumentException if the host or a capability could not be announced, or may not be
     * @throws NullPointerException if one of them is null
     */
    public ImapServerDialogue(String host, TlsPolicy policy, ImapHandler handler, List<String> capabilities) {
        super(Imap.PROTOCOL, host, policy, handler, checked(capabilities), ImapSession::new);
        this.reader = new ImapCommandReader(new ImapGate(policy));
        this.idling = capabilities.stream()
                .anyMatch(capability -> Ascii.upper(capability).equals("IDLE"));
    }

    private static List<String> checked(List<String> capabilities) {
        List<String> upper = new ArrayList<>();
        for (String capability : capabilities) {
            if (!ImapSyntax.atom(capability)) {
                throw new IllegalArgumentException(
                        "capabilities: expected atoms (RFC 9051 section 9), got another text");
            }
            upper.add(Ascii.upper(capability));
        }
        if (!upper.contains("IMAP4REV1") && !upper.contains("IMAP4REV2")) {
            throw new IllegalArgumentException("capabilities: expected IMAP4rev1 or IMAP4rev2 among them, got neither");
        }
        for (String given : List.of("STARTTLS", "LOGINDISABLED", "LITERAL+")) {
            if (upper.contains(given)) {
                throw new IllegalArgumentException("capabilities: " + given + " cannot be given: STARTTLS and"
                        + " LOGINDISABLED are announced when they are due, of unasked literals only LITERAL- is known");
            }
        }
        return capabilities;
    }

    @Override
    protected void forget() {
        exchange = Optional.empty();
        idleTag = Optional.empty();
        reader.reset();
        wake.ifPresent(session().pushed()::wakeBy);
        handler().upgraded(session());
    }

    @Override
    public boolean wakeBy(Runnable driver) {
        wake = Optional.of(driver);
        return true;
    }

    /** RFC 9051 section 5.2: between commands, and in IDLE, the server may send what it has. */
    @Override
    public Output unasked() {
        return Output.all(pushed(idleTag.isPresent()));
    }

    private List<Output> pushed(boolean expunges) {
        return session().pushed().take(expunges).stream()
                .map(ImapServerDialogue::said)
                .toList();
    }

    /**
     * Octets where a literal is in it, which need not be of lines (RFC 9051 section 4.3). A NUL, which only a literal8 may have
     * (section 4.3.1), is sent as the mail has it: refused, it would end the session of whoever reads that mail.
     */
    private static Output said(ImapResponse.Data data) {
        return data.text().indexOf('\n') < 0
                ? Output.line(data.sent())
                : Output.octets((data.sent() + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void ended(SessionEnd end) {
        session().pushed().end();
        session().idle(false);
        handler().ended(session(), end);
    }

    /** RFC 9051 section 6.2.1 leaves a server the choice. */
    @Override
    public boolean takesEarlyHello() {
        return true;
    }

    @Override
    public Output unavailable() {
        return Output.line(upgradeTag + " NO [UNAVAILABLE] TLS is not available");
    }

    @Override
    public Output lastLines(ClosingReason why) {
        String bye = "* BYE " + host() + " ";
        return switch (why) {
            case SHUTDOWN -> Output.line(bye + "shutting down");
            case IDLE -> Output.line(bye + "closing the connection, silent for too long");
            case LIMIT -> Output.line(bye + "closing the connection, too much was sent");
            case BUSY -> Output.line(bye + "too many connections");
            case FAULT -> {
                List<String> lines = new ArrayList<>();
                answering.ifPresent(tag -> lines.add(tag + " NO [SERVERBUG] Internal error"));
                lines.add(bye + "closing the connection after an internal error");
                yield Output.lines(lines);
            }
        };
    }

    @Override
    public Output injected() {
        return Output.line("* BYE Plaintext after STARTTLS refused");
    }

    @Override
    protected List<String> noLine(String text) {
        return List.of("* BAD " + text, "* BYE Closing the connection");
    }

    /**
     * Commands by tag and name; status responses and capabilities. Of arguments, literals, responses to challenges, of what a
     * mailbox holds and of what is no command nothing is shown: a password may come where none is awaited, and be taken for a
     * tag.
     */
    @Override
    public String shown(DialogueTranscript.Direction direction, String line) {
        if (direction == DialogueTranscript.Direction.SENT) {
            return shownAnswer(line);
        }
        shownTag = Optional.empty();
        if (exchange.isPresent() || reader.begun()) {
            return DialogueTranscript.CONCEALED;
        }
        Optional<ImapCommand> command = ImapCommand.parse(line).filter(known -> ImapGate.known(known.name()));
        if (command.isEmpty()) {
            return DialogueTranscript.CONCEALED;
        }
        shownTag = Optional.of(command.get().tag());
        String shown = command.get().tag() + " " + command.get().name();
        return command.get().argument().isEmpty() ? shown : shown + " " + DialogueTranscript.CONCEALED;
    }

    private String shownAnswer(String line) {
        if (line.startsWith("+")) {
            return "+ " + DialogueTranscript.CONCEALED;
        }
        boolean status = line.startsWith("* ") && STATUS.stream().anyMatch(name -> Ascii.at(line, 2, name));
        boolean tagged = shownTag.isPresent() && line.startsWith(shownTag.get() + " ");
        return status || tagged ? line : DialogueTranscript.CONCEALED;
    }

    @Override
    public Step received(String line) {
        if (idleTag.isPresent()) {
            return idleEnds(line, idleTag.get());
        }
        if (exchange.isPresent()) {
            Exchange open = exchange.get();
            exchange = Optional.empty();
            return line.equals("*")
                    ? say(open.tag() + " BAD Cancelled")
                    : answer(open.tag(), "the response in AUTHENTICATE", () -> open.response()
                            .apply(line));
        }
        int max = session().authenticated() ? handler().literalOctets() : ImapCommandReader.MAX_UNASKED_OCTETS;
        ImapCommandReader.Reading reading = reader.line(line, session(), max);
        if (reading instanceof ImapCommandReader.Whole whole) {
            return carryOut(whole.command());
        }
        if (reading instanceof ImapCommandReader.More more) {
            return more.octets() == 0
                    ? new Step.Await(phase(), more.lines())
                    : new Step.Await(phase(), Output.lines(more.lines()), Frame.exactly(more.octets()));
        }
        if (reading instanceof ImapCommandReader.Refused refused) {
            return say(refused.reply());
        }
        return new Step.Fail(
                FailureReason.LIMIT_EXCEEDED,
                "Expected literals of at most " + ImapCommandReader.MAX_UNASKED_OCTETS
                        + " octets from a client that does not wait (RFC 7888 section 5), and a bounded command, got more",
                "",
                List.of("* BYE " + ((ImapCommandReader.Overrun) reading).text()));
    }

    @Override
    public Step octets(byte[] octets) {
        reader.octets(octets);
        return Step.await(phase());
    }

    @Override
    protected Step greet() {
        return Step.later(handler().admit(session()), this::greet, Step.Later.DEFAULT_LIMIT);
    }

    private Step greet(Optional<String> refusal) {
        if (refusal.isPresent()) {
            return new Step.Close(List.of(
                    "* " + ImapStatus.of(ImapCondition.BYE, refusal.get()).sent()));
        }
        ImapCondition condition = session().authenticated() ? ImapCondition.PREAUTH : ImapCondition.OK;
        ImapResponseCode code = new ImapResponseCode("CAPABILITY", capabilityList());
        ImapStatus status = new ImapStatus(condition, Optional.of(code), host() + " ready");
        return Step.send(Phase.GREETING, "* " + status.sent());
    }

    private Step carryOut(ImapCommand command) {
        String tag = command.tag();
        boolean own =
                switch (command.name()) {
                    case "CAPABILITY", "LOGOUT", "STARTTLS" -> true;
                    case "NOOP" -> !session().authenticated();
                    case "IDLE" -> idling;
                    default -> false;
                };
        if (!own) {
            expunges = !NO_EXPUNGE.contains(command.name());
            return answer(tag, named(command), () -> handler().handle(command, session()));
        }
        if (!command.argument().isEmpty()) {
            return say(tag + " BAD " + command.name() + " takes no argument");
        }
        return switch (command.name()) {
            case "CAPABILITY" -> say("* CAPABILITY " + capabilityList(), tag + " OK CAPABILITY completed");
            case "LOGOUT" ->
                new Step.Close(List.of("* BYE " + host() + " closing the connection", tag + " OK LOGOUT completed"));
            case "STARTTLS" -> {
                upgradeTag = tag;
                yield new Step.Proceed(List.of(tag + " OK Begin TLS negotiation now"));
            }
            case "IDLE" -> idleBegins(tag);
            default -> say(tag + " OK NOOP completed");
        };
    }

    private Step idleBegins(String tag) {
        idleTag = Optional.of(tag);
        session().idle(true);
        List<Output> said = new ArrayList<>(List.of(Output.line("+ idling")));
        said.addAll(pushed(true));
        return say(said);
    }

    /** RFC 2177: DONE in any case of letters is all that may come. */
    private Step idleEnds(String line, String tag) {
        List<Output> said = new ArrayList<>(pushed(true));
        idleTag = Optional.empty();
        session().idle(false);
        said.add(Output.line(tag + (Ascii.upper(line).equals("DONE") ? " OK IDLE terminated" : " BAD Expected DONE")));
        return say(said);
    }

    /** What is no command is not named: it may be a password that came where none is awaited. */
    private static String named(ImapCommand command) {
        return ImapGate.known(command.name()) ? command.name() : "a command of an extension, or an unknown one";
    }

    private Step answer(String tag, String to, Supplier<ImapAnswer> author) {
        answering = Optional.of(tag);
        // One that is null fails as one that throws does, with its tag.
        ImapAnswer answer =
                Objects.requireNonNull(author.get(), () -> "Expected an answer of the handler to " + to + ", got null");
        Step step = carryOut(tag, to, answer);
        if (!(step instanceof Step.Later)) {
            answering = Optional.empty();
        }
        return step;
    }

    private Step carryOut(String tag, String to, ImapAnswer answer) {
        if (answer instanceof ImapAnswer.Later later) {
            return Step.later(later.answer(), came -> answer(tag, to, () -> came), later.limit());
        }
        if (answer instanceof ImapAnswer.Challenge challenge) {
            exchange = Optional.of(new Exchange(tag, challenge.response()));
            return say(challenge.challenge().sent());
        }
        if (answer instanceof ImapAnswer.HandOver over) {
            List<Output> said = new ArrayList<>(pushed(expunges));
            said.add(Output.line(tag + " " + over.status().sent()));
            return new Step.Ready(Output.all(said));
        }
        if (answer instanceof ImapAnswer.Close close) {
            return new Step.Close(List.of(
                    "* " + ImapStatus.of(ImapCondition.BYE, close.bye()).sent(),
                    tag + " " + close.status().sent()));
        }
        ImapAnswer.Reply reply = (ImapAnswer.Reply) answer;
        List<Output> said = new ArrayList<>();
        reply.data().forEach(data -> said.add(said(data)));
        said.addAll(pushed(expunges));
        said.add(Output.line(tag + " " + reply.status().sent()));
        boolean bye = reply.data().stream().anyMatch(data -> data.keyword().equals("BYE"));
        return bye ? new Step.Close(Output.all(said)) : say(said);
    }

    /** RFC 9051 section 6.2.3: no password is taken in the clear. */
    @Override
    protected boolean announceable(String capability) {
        return session().secure() || !Ascii.at(capability, 0, "AUTH=");
    }

    @Override
    protected List<String> announcement() {
        List<String> now = super.announcement();
        if (!session().secure()) {
            now.add("LOGINDISABLED");
        }
        return now;
    }

    private String capabilityList() {
        return String.join(" ", announce());
    }

    private Step say(String... lines) {
        return new Step.Await(phase(), List.of(lines));
    }

    private Step say(List<Output> said) {
        return new Step.Await(phase(), Output.all(said), Frame.line());
    }
}
