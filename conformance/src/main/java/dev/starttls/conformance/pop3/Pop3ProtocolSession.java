package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Exchange;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.speak.TlsOffer;
import dev.starttls.conformance.target.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** One POP3 session of a check. */
final class Pop3ProtocolSession extends ProtocolSession {
    private static final String CAPA = "CAPA";
    private static final int MAX_REPLIES = 20;
    /** Two commands never have so many lines of answers; a server that sends more is not read further. */
    private static final int MAX_LINES = 1000;

    private Capabilities capabilities = new Capabilities(List.of(), Map.of());

    Pop3ProtocolSession(Conversation wire, TlsOffer offer) {
        super(wire, offer, Pop3Profile.WORDS);
    }

    /** The capabilities in the last answer to CAPA. */
    Capabilities capabilities() {
        return capabilities;
    }

    /** Sends a command and reads its response, which is of one line unless the command is CAPA. */
    @Override
    public Pop3Reply say(String command) {
        if (command.equals(CAPA)) {
            return capa();
        }
        wire().send(command);
        return next();
    }

    /** The next response of one line. */
    @Override
    public Pop3Reply next() {
        return ReplyReader.read(wire());
    }

    @Override
    public Pop3Reply ask() {
        return capa();
    }

    @Override
    public Capabilities offers() {
        return capabilities;
    }

    @Override
    public Pop3Reply answerTo(String tag, String command) {
        return command.equals(CAPA) ? ReplyReader.readList(wire()) : next();
    }

    @Override
    public boolean refusedOrTagged(Response answer, String tag) {
        return answer.refusal();
    }

    @Override
    public Exchange exchange() {
        List<String> lines = new ArrayList<>();
        wire().send(CAPA);
        boolean ended = readTo(lines, line -> line.equals(".") || line.startsWith("-ERR"));
        if (!ended) {
            leave();
            ended = readTo(lines, line -> false);
        }
        List<Pop3Reply> answers = ReplyReader.parse(lines);
        boolean listed = !answers.isEmpty() && answers.get(0).listed();
        return new Exchange(List.copyOf(answers), listed, false, ended);
    }

    /** Reads lines up to the last one; returns whether the connection ended before it. */
    private boolean readTo(List<String> lines, Predicate<String> last) {
        while (lines.size() < MAX_LINES) {
            Received received = wire().readLine();
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
        return new LogIn(this, login).tried();
    }

    /** Sends CAPA, whose good answer ends with a line of a single dot. */
    Pop3Reply capa() {
        wire().send(CAPA);
        Pop3Reply reply = ReplyReader.readList(wire());
        capabilities = Capabilities.in(reply);
        return reply;
    }

    /** All responses until the connection ends or nothing more comes; the last may be {@link Pop3Reply.None}. */
    List<Pop3Reply> untilEnd() {
        List<Pop3Reply> replies = new ArrayList<>();
        while (replies.size() < MAX_REPLIES) {
            Pop3Reply reply = next();
            replies.add(reply);
            if (!reply.came()) {
                break;
            }
        }
        return replies;
    }

    @Override
    public Greeting greeting() {
        Pop3Reply reply = next();
        if (reply instanceof Pop3Reply.None none) {
            return new Greeting.Missing(none.instead());
        }
        if (reply instanceof Pop3Reply.Malformed malformed) {
            return new Greeting.Foreign(malformed.line(), malformed.told());
        }
        if (reply.good()) {
            return new Greeting.Ready(reply.told(), reply.flaws());
        }
        // RFC 3206 section 4: a temporary problem.
        return reply instanceof Pop3Reply.Answer answer && answer.text().startsWith("[SYS/TEMP]")
                ? new Greeting.Busy(reply.told())
                : new Greeting.NoService(reply.told());
    }

    @Override
    public Optional<Verdict> greeted() {
        Pop3Reply greeting = next();
        return greeting.good()
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the greeting was " + greeting.told() + ", not +OK"));
    }

    @Override
    public void leave() {
        wire().send("QUIT");
    }

    @Override
    public List<Pop3Reply> quit() {
        leave();
        return untilEnd();
    }
}
