package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.InjectedHandshake;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.Handshake;
import java.util.ArrayList;
import java.util.List;

/**
 * Plaintext behind the STARTTLS command, and whether it comes to life inside TLS. The proof is in the tags: what was sent
 * in the clear has one that is never used inside TLS, where CAPABILITY and LOGOUT are sent and each must be answered with
 * its own, once. The verdict does not depend on when the answers come.
 *
 * @param segments what is sent before the server's answer is read, each in a segment of its own; with STARTTLS in it,
 *     tagged {@value #STARTTLS_TAG}
 */
record Injection(List<String> segments) {
    private static final InjectedHandshake<ImapTalk> HANDSHAKE =
            new InjectedHandshake<>(Stages.INSIDE, "OK", line -> line.matches("(?is)[^ ]+ OK.*"));

    static final String STARTTLS_TAG = "s0";

    Injection {
        segments = List.copyOf(segments);
    }

    /** Text behind STARTTLS, in one segment with it. */
    static Injection behind(String text) {
        return new Injection(List.of(STARTTLS_TAG + " STARTTLS\r\n" + text));
    }

    /** Segments as they are. */
    static Injection segmented(String... segments) {
        return new Injection(List.of(segments));
    }

    Verdict tryOn(ImapTalk talk, Subject subject) {
        segments.forEach(talk.wire()::sendRaw);
        Answer goAhead = talk.answer(STARTTLS_TAG);
        if (goAhead.refusal() || (goAhead.farewell() && !goAhead.ok())) {
            return Verdict.pass("refused: " + goAhead.told());
        }
        if (goAhead.ended()) {
            return Verdict.pass("the server hangs up");
        }
        if (!goAhead.ok()) {
            return Verdict.inconclusive("STARTTLS with more behind it: " + goAhead.told());
        }
        Handshake handshake = talk.handshake();
        if (handshake instanceof Handshake.Failed failed) {
            return HANDSHAKE.judge(failed, subject, segments.size());
        }
        return inside(talk, subject);
    }

    private static Verdict inside(ImapTalk talk, Subject subject) {
        String tag = talk.nextTag();
        talk.wire().send(tag + " CAPABILITY");
        Answer first = talk.next();
        if (first.ended()) {
            return Verdict.pass("the server ends the session inside TLS: " + first.told());
        }
        if (!first.came()) {
            return Verdict.inconclusive("inside TLS CAPABILITY was answered with " + first.told());
        }
        List<Answer> answers = new ArrayList<>(List.of(first));
        if (first.tag().equals(tag)) {
            talk.quit().stream().filter(Answer::came).forEach(answers::add);
        }
        String told = "inside TLS came " + Response.told(answers);
        if (first.asks()) {
            return Verdict.fail(told + ": the server asks for the literal that was announced in plaintext");
        }
        boolean foreign =
                first.end() instanceof ImapResponse.Tagged && !first.tag().equals(tag);
        if (foreign || answers.size() > 2) {
            return Verdict.fail(told + "; what was sent in plaintext was obeyed");
        }
        if (!first.ok()) {
            return Stages.INTRODUCED_INSIDE
                    .tryAfresh(subject)
                    .map(obstacle -> Verdict.inconclusive("without injection, too, " + obstacle.detail()))
                    .orElseGet(
                            () -> Verdict.fail(told + " to CAPABILITY, the first whole line: it was joined to what was"
                                    + " sent in plaintext"));
        }
        return answers.size() == 2 && answers.get(1).ok()
                ? Verdict.pass("inside TLS each command was answered once, with its tag")
                : Verdict.inconclusive(told + " to CAPABILITY and LOGOUT");
    }
}
