package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** One POP3 session of a check. */
final class Pop3ProtocolSession extends ProtocolSession {
    private static final String CAPA = "CAPA";
    private static final int MAX_REPLIES = 20;
    /** Two commands never have so many lines of answers; a server that sends more is not read further. */
    private static final int MAX_LINES = 1000;

    private Pop3CapabilityList capabilities = Pop3CapabilityList.NONE;
    private boolean listed;

    Pop3ProtocolSession(Conversation wire, TlsOffer offer) {
        super(wire, offer, Pop3Profile.WORDS);
    }

    /** The capabilities in the last answer to CAPA. */
    Pop3CapabilityList capabilities() {
        return capabilities;
    }

    /** Sends a command and reads its response, which is of one line unless the command is CAPA. */
    @Override
    public ObservedPop3Reply say(String command) {
        if (command.equals(CAPA)) {
            return capa();
        }
        wire().send(command);
        return next();
    }

    /** Sends a command whose good response is a list. */
    ObservedPop3Reply list(String command) {
        wire().send(command);
        return LenientPop3Reader.readList(wire());
    }

    /** The next response of one line. */
    @Override
    public ObservedPop3Reply next() {
        return LenientPop3Reader.read(wire());
    }

    @Override
    public ObservedPop3Reply ask() {
        return capa();
    }

    @Override
    public Pop3CapabilityList offers() {
        return capabilities;
    }

    @Override
    public ObservedPop3Reply answerTo(String tag, String command) {
        return command.equals(CAPA) ? LenientPop3Reader.readList(wire()) : next();
    }

    @Override
    public CommandExchange exchange() {
        return capabilities.known() ? exchangeCapa() : exchangeUser();
    }

    /**
     * With a server that does not know CAPA, USER takes its place: it is accepted, or refused whenever it is sent. A
     * first USER that is refused and a second that is accepted show that the first was joined to something else.
     */
    private CommandExchange exchangeUser() {
        ObservedPop3Reply first = say("USER " + UnknownUser.NAME);
        if (!first.came()) {
            return new CommandExchange(List.of(), false, false, first.ended());
        }
        boolean taken = first.good() || say("USER " + UnknownUser.NAME).refusal();
        List<Response> answers = new ArrayList<>(List.of(first));
        List<ObservedPop3Reply> rest = quit();
        rest.stream().filter(ObservedPop3Reply::came).forEach(answers::add);
        // A good answer and the end of the session belong to a QUIT.
        boolean goesOn = answers.size() > 1;
        return new CommandExchange(
                answers, taken && goesOn, false, rest.get(rest.size() - 1).ended());
    }

    private CommandExchange exchangeCapa() {
        List<String> lines = new ArrayList<>();
        wire().send(CAPA);
        Supplier<Received> ofList = () -> lines.isEmpty() ? wire().readLine() : LenientPop3Reader.lineOfList(wire());
        boolean ended = readTo(lines, ofList, line -> line.equals(".") || line.startsWith("-ERR"));
        if (!ended) {
            leave();
            ended = readTo(lines, () -> wire().readLine(), line -> false);
        }
        List<ObservedPop3Reply> answers = LenientPop3Reader.parse(lines);
        boolean first = !answers.isEmpty() && answers.get(0).listed();
        return new CommandExchange(List.copyOf(answers), first, false, ended);
    }

    /** Reads lines up to the last one; returns whether the connection ended before it. */
    private static boolean readTo(List<String> lines, Supplier<Received> next, Predicate<String> last) {
        while (lines.size() < MAX_LINES) {
            Received received = next.get();
            if (!(received instanceof Received.Line line)) {
                return received instanceof Received.Ended;
            }
            lines.add(line.text());
            if (last.test(line.text())) {
                return false;
            }
        }
        return false;
    }

    @Override
    public Optional<Verdict> logIn(Login login) {
        return new Pop3Authentication(this, login).tried();
    }

    /** Sends CAPA, whose good answer ends with a line of a single dot. */
    ObservedPop3Reply capa() {
        wire().send(CAPA);
        ObservedPop3Reply reply = LenientPop3Reader.readList(wire());
        listed |= reply.good();
        if (!listed && reply.refusal()) {
            reply = new ObservedPop3Reply.Unlisted((ObservedPop3Reply.Answer) reply);
        }
        capabilities = Pop3CapabilityList.in(reply);
        return reply;
    }

    @Override
    public Greeting greeting() {
        ObservedPop3Reply reply = next();
        if (reply instanceof ObservedPop3Reply.None none) {
            return new Greeting.Missing(none.instead());
        }
        if (reply instanceof ObservedPop3Reply.Malformed malformed) {
            return new Greeting.Foreign(malformed.line(), malformed.description());
        }
        if (reply.good()) {
            return new Greeting.Ready(reply.description(), reply.flaws());
        }
        return new Greeting.Refusal(reply.description());
    }

    @Override
    public Optional<Verdict> greeted() {
        ObservedPop3Reply greeting = next();
        return greeting.good()
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive(
                        greeting.came()
                                ? "the greeting was " + greeting.description() + ", not +OK"
                                : "no greeting: " + greeting.description()));
    }

    @Override
    public void leave() {
        wire().send("QUIT");
    }

    @Override
    public List<ObservedPop3Reply> quit() {
        leave();
        return untilEnd(this::next, MAX_REPLIES);
    }
}
