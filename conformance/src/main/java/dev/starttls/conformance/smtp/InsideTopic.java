package dev.starttls.conformance.smtp;

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

/** RFC 3207 section 4.2, RFC 2920, RFC 8314 section 3.3: the session inside TLS, however it got there. */
final class InsideTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(
                notOfferedAgain(),
                refusedInside(),
                pipelined(),
                quit(),
                closeNotify(),
                implicitGreeting(),
                implicitOffer());
    }

    private static Check notOfferedAgain() {
        return Check.of("SMTP-S-06", "STARTTLS is not offered inside TLS")
                .clause("RFC 3207 section 4.2")
                .level(Level.MUST)
                .why("A client that follows every offer would try TLS inside TLS and lose the session.")
                .fix("Leave the keyword out of the EHLO reply once the session is inside TLS.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.INTRODUCED_INSIDE.then(
                        (talk, subject) -> talk.extensions().has("STARTTLS")
                                ? Verdict.fail("EHLO inside TLS offers STARTTLS again")
                                : Verdict.pass("not offered")));
    }

    private static Check refusedInside() {
        return Check.of("SMTP-S-07", "STARTTLS inside TLS is refused and the session goes on")
                .clause("RFC 3207 section 4.2")
                .level(Level.MUST)
                .why("A go-ahead inside TLS leaves both sides waiting for a handshake that nobody begins.")
                .fix("Answer 503 and go on.")
                .on(Protocol.SMTP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    Reply reply = talk.say("STARTTLS");
                    if (reply.code() == 421) {
                        return Verdict.warn("the server ends the session: " + reply.told());
                    }
                    if (!reply.refusal()) {
                        return Verdict.fail("expected 503, came " + reply.told());
                    }
                    Reply next = talk.say("NOOP");
                    if (next.code() != 250) {
                        return Verdict.fail("refused with " + reply.told() + ", but NOOP after it: " + next.told());
                    }
                    return reply.code() / 100 == 5
                            ? Verdict.pass(reply.told())
                            : Verdict.warn("refused for the moment only: " + reply.told());
                }));
    }

    private static Check pipelined() {
        return Check.of("SMTP-S-18", "commands pipelined in one TLS record are answered one by one, in order")
                .clause("RFC 2920 section 3.2")
                .level(Level.MUST)
                .why("A server that drops what it read ahead makes pipelining clients wait for ever; the right fix"
                        + " for STARTTLS injection must not go so far.")
                .fix("Throw away read-ahead at the upgrade only, never after a command inside TLS.")
                .on(Protocol.SMTP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    if (!talk.extensions().has("PIPELINING")) {
                        return Verdict.skip("PIPELINING is not offered inside TLS");
                    }
                    // NOOP may only end a group (RFC 2920 section 3.1); RCPT between the RSETs is refused, which makes
                    // the order visible.
                    talk.wire().sendRaw("RSET\r\nRCPT TO:<postmaster>\r\nRSET\r\nNOOP\r\n");
                    List<Reply> replies = new ArrayList<>();
                    while (replies.size() < 4) {
                        replies.add(talk.reply());
                        if (replies.get(replies.size() - 1).code() == 0) {
                            return Verdict.fail(
                                    "four commands in one record were answered with " + Response.told(replies));
                        }
                    }
                    boolean inOrder = replies.get(0).good()
                            && replies.get(2).good()
                            && replies.get(3).good();
                    return inOrder
                            ? Verdict.pass("RSET, RCPT, RSET, NOOP: " + Response.told(replies))
                            : Verdict.fail("RSET, RCPT, RSET, NOOP were answered with " + Response.told(replies));
                }));
    }

    private static Check quit() {
        return Check.of("SMTP-S-22a", "QUIT inside TLS is answered with 221")
                .clause("RFC 5321 section 4.1.1.10")
                .level(Level.MUST)
                .why("Without the 221 a client cannot tell an orderly end from a lost connection.")
                .on(Protocol.SMTP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    Reply reply = talk.say("QUIT");
                    return reply.code() == 221
                            ? Verdict.pass(reply.told())
                            : Verdict.fail("expected 221, came " + reply.told());
                }));
    }

    private static Check closeNotify() {
        return Check.of("SMTP-S-22b", "after 221 the server says close_notify and closes")
                .clause("RFC 8446 section 6.1")
                .level(Level.SHOULD)
                .why("close_notify is what tells an end from a truncation by someone on the path. It costs one record.")
                .fix("Shut TLS down before the socket is closed (SSL_shutdown in OpenSSL).")
                .on(Protocol.SMTP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    Reply reply = talk.say("QUIT");
                    if (reply.code() != 221) {
                        return Verdict.inconclusive("QUIT was answered with " + reply.told());
                    }
                    Received after = talk.wire().readLine();
                    if (after instanceof Received.Ended ended) {
                        return ended.ending() == Ending.CLOSE_NOTIFY
                                ? Verdict.pass("close_notify after 221")
                                : Verdict.warn("no close_notify after 221: connection "
                                        + ended.ending().told());
                    }
                    return Verdict.warn("after 221: " + after.told());
                }));
    }

    private static Check implicitGreeting() {
        return Check.of("SMTP-S-23a", "the greeting comes inside TLS and nothing before it")
                .clause("RFC 8314 section 3.3")
                .level(Level.MUST)
                .why("On an implicit-TLS port the first byte is TLS; a plaintext greeting there is another service, or"
                        + " a server set up wrong.")
                .fix("Postfix: smtpd_tls_wrappermode = yes for the smtps service. Exim: tls_on_connect_ports = 465.")
                .onImplicit(Protocol.SMTP)
                .run(subject -> {
                    SmtpTalk talk = SmtpTalk.with(subject);
                    return talk.securedAtOnce(subject.quiet()).orElseGet(() -> {
                        Reply greeting = talk.reply();
                        return greeting.code() == 220
                                ? Verdict.pass(greeting.told())
                                : Verdict.fail("expected 220 inside TLS, came " + greeting.told());
                    });
                });
    }

    private static Check implicitOffer() {
        return Check.of("SMTP-S-23b", "STARTTLS is not offered on an implicit-TLS port")
                .clause("RFC 8314 section 3.3, RFC 3207 section 4.2")
                .level(Level.MUST)
                .why("The session is inside TLS already; the offer leads to TLS inside TLS.")
                .onImplicit(Protocol.SMTP)
                .run(Stages.INTRODUCED_INSIDE.then(
                        (talk, subject) -> talk.extensions().has("STARTTLS")
                                ? Verdict.fail("EHLO offers STARTTLS inside implicit TLS")
                                : Verdict.pass("not offered")));
    }
}
