package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ImapResponse.Condition;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.Talk;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One IMAP session of a check. Its commands are tagged {@code a1}, {@code a2} and so on; a check's own tags are others. */
final class ImapTalk extends Talk {
    /** A server that says more than this in answer to one command of the suite's is not listened to any longer. */
    private static final int MOST_RESPONSES = 200;

    private int commands;
    private Capabilities capabilities = new Capabilities(List.of());

    ImapTalk(Conversation wire, TlsOffer offer) {
        super(wire, offer);
    }

    /** A fresh connection on which nothing was said. */
    static ImapTalk with(Subject subject) throws IOException {
        return new ImapTalk(subject.connect(), subject.offer());
    }

    /** The same, from another address than the server's own where that can be had. */
    static ImapTalk fromElsewhere(Subject subject) throws IOException {
        return new ImapTalk(subject.connectFromElsewhere(), subject.offer());
    }

    /** What CAPABILITY was answered with when last asked. */
    Capabilities capabilities() {
        return capabilities;
    }

    ImapResponse response() {
        return ImapResponseReader.read(wire());
    }

    /** Sends a command with the next tag and reads its answer. */
    Answer say(String command) {
        String tag = nextTag();
        wire().send(tag + " " + command);
        return answer(tag);
    }

    /** A tag that was not used in this session. */
    String nextTag() {
        commands++;
        return "a" + commands;
    }

    /** Reads the answer to the command with this tag, up to the first response that is not untagged. */
    Answer answer(String tag) {
        List<ImapResponse> before = new ArrayList<>();
        while (before.size() < MOST_RESPONSES) {
            ImapResponse response = response();
            if (!(response instanceof ImapResponse.Untagged) && !(response instanceof ImapResponse.Data)) {
                return new Answer(tag, before, response);
            }
            before.add(response);
        }
        return new Answer(tag, List.of(), endless(before.get(0)));
    }

    /** All responses up to the end of the command with this tag, or until there are none; the last is one of the two. */
    List<ImapResponse> until(String tag) {
        List<ImapResponse> all = new ArrayList<>();
        while (all.size() < MOST_RESPONSES) {
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
        return new ImapResponse.Malformed(first.told(), "more than " + MOST_RESPONSES + " responses begin with it");
    }

    /**
     * The next answer to whatever was sent, with the tag that it brings itself. An untagged BAD answers a line that has none
     * (RFC 9051 section 7.1.3).
     */
    Answer next() {
        List<ImapResponse> before = new ArrayList<>();
        while (before.size() < MOST_RESPONSES) {
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

    /** All answers until the connection ends or the server has nothing more to say; the last may be none. */
    List<Answer> untilEnd() {
        List<Answer> answers = new ArrayList<>();
        do {
            answers.add(next());
        } while (answers.size() < MOST_RESPONSES
                && answers.get(answers.size() - 1).came());
        return answers;
    }

    @Override
    public Greeting greeting() {
        ImapResponse response = response();
        if (response instanceof ImapResponse.Untagged status) {
            return status.condition() == Condition.OK || status.condition() == Condition.PREAUTH
                    ? new Greeting.Ready()
                    : new Greeting.NoService();
        }
        return response instanceof ImapResponse.None none
                ? new Greeting.Missing(none.instead())
                : new Greeting.Foreign(line(response), response.told());
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
        Answer answer = capability();
        if (!answer.ok()) {
            return Optional.of(Verdict.inconclusive("CAPABILITY was answered with " + answer.told()));
        }
        return answer.capabilities().isEmpty()
                ? Optional.of(Verdict.inconclusive("CAPABILITY was answered without a line '* CAPABILITY'"))
                : Optional.empty();
    }

    /** Says CAPABILITY. */
    Answer capability() {
        Answer answer = say("CAPABILITY");
        capabilities = Capabilities.in(answer);
        return answer;
    }

    @Override
    public Optional<Verdict> offered() {
        return capabilities.has("STARTTLS") ? Optional.empty() : Optional.of(Verdict.skip("STARTTLS is not offered"));
    }

    @Override
    public Optional<Verdict> goneAhead() {
        Answer answer = say("STARTTLS");
        return answer.ok()
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("STARTTLS was answered with " + answer.told()));
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
