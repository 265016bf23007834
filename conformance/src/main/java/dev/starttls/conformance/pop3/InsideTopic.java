package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.target.Protocol;
import java.util.ArrayList;
import java.util.List;

/** RFC 2595 section 4, RFC 2449 section 6.6, RFC 1939 section 4: the session inside TLS, however it got there. */
final class InsideTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(refusedInside(), pipelined(), quit(), closeNotify());
    }

    private static Check refusedInside() {
        return Check.of("POP3-S-07", "STLS inside TLS is refused and the session goes on")
                .clause("RFC 2595 section 4")
                .level(Level.MUST)
                .why("A go-ahead inside TLS leaves both sides waiting for a handshake that nobody begins.")
                .fix("Answer -ERR and go on.")
                .on(Protocol.POP3)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    Pop3Reply reply = talk.say("STLS");
                    if (!reply.refusal()) {
                        return Verdict.fail("expected -ERR, came " + reply.told());
                    }
                    Pop3Reply next = talk.capa();
                    return next.good()
                            ? Verdict.pass(reply.told())
                            : Verdict.fail("refused with " + reply.told() + ", but CAPA after it: " + next.told());
                }));
    }

    private static Check pipelined() {
        return Check.of("POP3-S-18", "commands pipelined in one TLS record are answered one by one, in order")
                .clause("RFC 2449 section 6.6")
                .level(Level.MUST)
                .why("A server that drops what it read ahead makes pipelining clients wait for ever; the right fix"
                        + " for STLS injection must not go so far.")
                .fix("Throw away read-ahead at the upgrade only, never after a command inside TLS.")
                .on(Protocol.POP3)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    if (!talk.capabilities().has("PIPELINING")) {
                        return Verdict.skip("PIPELINING is not announced inside TLS");
                    }
                    // The unknown command must be refused and the others must not: that makes the order visible.
                    talk.wire().sendRaw("CAPA\r\nXUNKNOWN\r\nCAPA\r\n");
                    return inOrder(talk);
                }));
    }

    private static Verdict inOrder(Pop3Talk talk) {
        List<Pop3Reply> replies = new ArrayList<>();
        for (String command : List.of("CAPA", "XUNKNOWN", "CAPA")) {
            Pop3Reply reply = command.equals("CAPA") ? ReplyReader.readList(talk.wire()) : talk.reply();
            replies.add(reply);
            boolean due = command.equals("XUNKNOWN") ? reply.refusal() : reply.good();
            if (!due) {
                return Verdict.fail("CAPA, XUNKNOWN, CAPA in one record were answered with " + Response.told(replies));
            }
        }
        return Verdict.pass("CAPA, XUNKNOWN, CAPA: " + Response.told(replies));
    }

    private static Check quit() {
        return Check.of("POP3-S-19a", "QUIT inside TLS is answered with +OK")
                .clause("RFC 1939 section 4")
                .level(Level.MUST)
                .why("Without the +OK a client cannot tell an orderly end, after which its deletions stand, from a lost"
                        + " connection.")
                .on(Protocol.POP3)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    Pop3Reply reply = talk.say("QUIT");
                    return reply.good()
                            ? Verdict.pass(reply.told())
                            : Verdict.fail("expected +OK, came " + reply.told());
                }));
    }

    private static Check closeNotify() {
        return Check.of("POP3-S-19b", "after the +OK to QUIT the server says close_notify and closes")
                .clause("RFC 8446 section 6.1")
                .level(Level.SHOULD)
                .why("close_notify is what tells an end from a truncation by someone on the path. It costs one record.")
                .fix("Shut TLS down before the socket is closed (SSL_shutdown in OpenSSL).")
                .on(Protocol.POP3)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    Pop3Reply reply = talk.say("QUIT");
                    if (!reply.good()) {
                        return Verdict.inconclusive("QUIT was answered with " + reply.told());
                    }
                    Received after = talk.wire().readLine();
                    if (after instanceof Received.Ended ended) {
                        return ended.ending() == Ending.CLOSE_NOTIFY
                                ? Verdict.pass("close_notify after +OK")
                                : Verdict.warn("no close_notify after +OK: connection "
                                        + ended.ending().told());
                    }
                    return Verdict.warn("after the +OK: " + after.told());
                }));
    }
}
