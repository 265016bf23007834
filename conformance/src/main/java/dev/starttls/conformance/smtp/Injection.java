package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.InjectedHandshake;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.Handshake;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plaintext behind the STARTTLS command, and whether it comes to life inside TLS. The proof is in the count: inside TLS
 * each command is answered once, and QUIT ends the session, so one reply too many is a command that the client never
 * sent there. The verdict does not depend on when the replies come.
 *
 * @param segments what is sent before the server's reply is read, each in a segment of its own; the first begins with
 *     the STARTTLS command
 * @param probe sent inside TLS before EHLO and QUIT; empty for none. Its reply must be a refusal
 */
record Injection(List<String> segments, Optional<String> probe) {
    private static final InjectedHandshake<SmtpTalk> HANDSHAKE =
            new InjectedHandshake<>(Stages.INSIDE, "220", line -> line.startsWith("2"));

    Injection {
        segments = List.copyOf(segments);
    }

    static Injection of(String... segments) {
        return new Injection(List.of(segments), Optional.empty());
    }

    /** With a command that must be refused inside TLS unless the injected one was obeyed. */
    Injection probedBy(String command) {
        return new Injection(segments, Optional.of(command));
    }

    Verdict tryOn(SmtpTalk talk, Subject subject) {
        segments.forEach(talk.wire()::sendRaw);
        Reply goAhead = talk.reply();
        if (goAhead.refusal()) {
            return Verdict.pass("refused: " + goAhead.told());
        }
        if (goAhead.ended()) {
            return Verdict.pass("the server hangs up");
        }
        if (goAhead.code() != 220) {
            return Verdict.inconclusive("STARTTLS with more behind it: " + goAhead.told());
        }
        Handshake handshake = talk.handshake();
        if (handshake instanceof Handshake.Failed failed) {
            return HANDSHAKE.judge(failed, subject, segments.size());
        }
        return inside(talk, subject);
    }

    private Verdict inside(SmtpTalk talk, Subject subject) {
        List<Reply> replies = new ArrayList<>();
        int expected = 2;
        if (probe.isPresent()) {
            expected++;
            Reply answer = talk.say(probe.get());
            if (answer.good()) {
                return Verdict.fail("inside TLS " + probe.get() + " was answered with " + answer.told()
                        + ": what was sent in plaintext was obeyed");
            }
            replies.add(answer);
        }
        Reply ehlo = talk.ehlo();
        replies.add(ehlo);
        if (ehlo.code() == 0) {
            return Verdict.inconclusive("inside TLS came " + Response.told(replies));
        }
        for (Reply reply : talk.quit()) {
            if (reply.code() != 0) {
                replies.add(reply);
            }
        }
        return judge(subject, replies, expected);
    }

    private static Verdict judge(Subject subject, List<Reply> replies, int expected) {
        String told = Response.told(replies);
        boolean quit = replies.get(replies.size() - 1).code() == 221;
        if (replies.size() > expected) {
            return Verdict.fail("inside TLS " + expected + " commands were answered with " + replies.size()
                    + " replies: " + told + "; the line sent in plaintext was obeyed");
        }
        if (replies.size() < expected || !quit) {
            return Verdict.inconclusive("inside TLS " + expected + " commands were answered with " + told);
        }
        Reply ehlo = replies.get(expected - 2);
        if (ehlo.code() == 250) {
            return Verdict.pass("inside TLS exactly one reply to each command");
        }
        return Stages.INTRODUCED_INSIDE
                .tryAfresh(subject)
                .map(obstacle -> Verdict.inconclusive("without injection, too, " + obstacle.detail()))
                .orElseGet(() -> Verdict.fail("inside TLS EHLO, the first whole line, was answered with " + ehlo.told()
                        + ": it was joined to what was sent in plaintext"));
    }
}
