package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ImapResponse.Condition;
import dev.starttls.conformance.session.Exchange;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.Unasked;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import dev.starttls.conformance.target.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One IMAP session of a check. Its commands have the tags {@code a1}, {@code a2} and so on; a check uses other letters
 * for tags of its own.
 */
final class ImapProtocolSession extends ProtocolSession {
    /** The suite's commands have fewer responses than this; a server that sends more is not read further. */
    private static final int MAX_RESPONSES = 200;

    private int commands;
    private Capabilities capabilities = new Capabilities(List.of());

    ImapProtocolSession(Conversation wire, TlsOffer offer) {
        super(wire, offer, ImapProfile.WORDS);
    }

    /** The capabilities in the last answer to CAPABILITY. */
    Capabilities capabilities() {
        return capabilities;
    }

    ImapResponse response() {
        return ImapResponseReader.read(wire());
    }

    /** Sends a command with the next tag and reads its answer. */
    @Override
    public Answer say(String command) {
        String tag = nextTag();
        wire().send(tag + " " + command);
        return answer(tag);
    }

    /** A tag that was not yet used in this session. */
    String nextTag() {
        commands++;
        return "a" + commands;
    }

    /** Reads the answer to the command with this tag, up to the first response that is not untagged. */
    Answer answer(String tag) {
        List<ImapResponse> before = new ArrayList<>();
        while (before.size() < MAX_RESPONSES) {
            ImapResponse response = response();
            if (!(response instanceof ImapResponse.Untagged) && !(response instanceof ImapResponse.Data)) {
                return new Answer(tag, before, response);
            }
            before.add(response);
        }
        return new Answer(tag, List.of(), endless(before.get(0)));
    }

    /** All responses up to the end of the command with this tag, or until no more can be read; the last is that end. */
    List<ImapResponse> until(String tag) {
        List<ImapResponse> all = new ArrayList<>();
        while (all.size() < MAX_RESPONSES) {
            ImapResponse response = response();
            all.add(response);
            boolean over = response instanceof ImapResponse.None || response instanceof ImapResponse.Malformed;
            if (over || response.ends(tag)) {
                return all;
            }
        }
        return List.of(endless(all.get(0)));
    }

    private static ImapResponse endless(ImapResponse first) {
        return new ImapResponse.Malformed(first.told(), "more than " + MAX_RESPONSES + " responses begin with it");
    }

    /**
     * The next answer, whichever command it belongs to, with the tag that it has. An untagged BAD answers a line
     * without a tag (RFC 9051 section 7.1.3).
     */
    @Override
    public Answer next() {
        List<ImapResponse> before = new ArrayList<>();
        while (before.size() < MAX_RESPONSES) {
            ImapResponse response = response();
            boolean untagged = response instanceof ImapResponse.Data
                    || (response instanceof ImapResponse.Untagged && !response.untagged(Condition.BAD));
            if (!untagged) {
                String tag = response instanceof ImapResponse.Tagged tagged ? tagged.tag() : "";
                return new Answer(tag, before, response);
            }
            before.add(response);
        }
        return new Answer("", List.of(), endless(before.get(0)));
    }

    /** All answers until the connection ends or nothing more comes; the last may have no response. */
    List<Answer> untilEnd() {
        List<Answer> answers = new ArrayList<>();
        do {
            answers.add(next());
        } while (answers.size() < MAX_RESPONSES
                && answers.get(answers.size() - 1).came());
        return answers;
    }

    @Override
    public Answer ask() {
        return capability();
    }

    @Override
    public Capabilities offers() {
        return capabilities;
    }

    /** A line that the server cannot read is answered without its tag (RFC 9051 section 7.1.3). */
    @Override
    public Answer answerTo(String tag, String command) {
        Answer next = next();
        return new Answer(tag, next.before(), next.end());
    }

    /** BAD without a tag also answers a line. */
    @Override
    public boolean refusedOrTagged(Response answer, String tag) {
        return ((Answer) answer).tag().equals(tag) || ((Answer) answer).end().untagged(Condition.BAD);
    }

    @Override
    public Exchange exchange() {
        String tag = nextTag();
        wire().send(tag + " CAPABILITY");
        Answer first = next();
        if (!first.came()) {
            return new Exchange(List.of(), false, false, first.ended());
        }
        if (!first.tag().equals(tag)) {
            return new Exchange(List.of(first), false, first.end() instanceof ImapResponse.Tagged, false);
        }
        List<Answer> rest = quit();
        List<Response> answers = new ArrayList<>(List.of(first));
        rest.stream().filter(Answer::came).forEach(answers::add);
        String last = "a" + commands;
        boolean foreign = rest.stream()
                .anyMatch(answer -> answer.end() instanceof ImapResponse.Tagged
                        && !answer.tag().equals(last));
        return new Exchange(
                answers, first.ok(), foreign, rest.get(rest.size() - 1).ended());
    }

    /** An untagged OK for the user may come at any time (RFC 9051 section 7.1.1). */
    @Override
    public Unasked unasked() {
        Answer answer = say("NOOP");
        if (answer.before().isEmpty()) {
            return new Unasked(answer.ok() ? Unasked.Kind.NOTHING : Unasked.Kind.UNCLEAR, answer.told());
        }
        boolean allowed = answer.before().stream()
                .allMatch(response -> response.untagged(Condition.OK)
                        && !response.code().orElse("").startsWith("CAPABILITY"));
        return new Unasked(
                allowed ? Unasked.Kind.ALLOWED : Unasked.Kind.FORBIDDEN,
                answer.before().stream().map(ImapResponse::told).collect(Collectors.joining(", ")));
    }

    @Override
    public Optional<Verdict> logIn(Login login) {
        return new LogIn(this, login).tried();
    }

    @Override
    public Greeting greeting() {
        ImapResponse response = response();
        if (response instanceof ImapResponse.Untagged status) {
            return greeting(status);
        }
        return response instanceof ImapResponse.None none
                ? new Greeting.Missing(none.instead())
                : new Greeting.Foreign(line(response), response.told());
    }

    private static Greeting greeting(ImapResponse.Untagged status) {
        return switch (status.condition()) {
            case OK, PREAUTH -> new Greeting.Ready(status.told(), status.flaws());
            case BYE ->
                status.flaws().isEmpty()
                        ? new Greeting.Busy(status.told())
                        : new Greeting.NoService(
                                status.told() + ", not well formed: " + String.join(", ", status.flaws()));
            case NO, BAD -> new Greeting.NoService(status.told());
        };
    }

    private static String line(ImapResponse response) {
        return response instanceof ImapResponse.Malformed malformed ? malformed.line() : "";
    }

    @Override
    public Optional<Verdict> greeted() {
        ImapResponse greeting = response();
        return greeting.untagged(Condition.OK)
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the greeting was " + greeting.told() + ", not '* OK'"));
    }

    @Override
    public Optional<Verdict> introduced() {
        return super.introduced()
                .or(() -> capabilities.announced().isEmpty()
                        ? Optional.of(Verdict.inconclusive("CAPABILITY was answered without a line '* CAPABILITY'"))
                        : Optional.empty());
    }

    /** Sends CAPABILITY and reads its answer. */
    Answer capability() {
        Answer answer = say("CAPABILITY");
        capabilities = Capabilities.in(answer);
        return answer;
    }

    @Override
    public void leave() {
        wire().send(nextTag() + " LOGOUT");
    }

    @Override
    public List<Answer> quit() {
        leave();
        return untilEnd();
    }
}
