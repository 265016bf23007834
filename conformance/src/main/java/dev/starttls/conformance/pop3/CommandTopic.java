package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.UpgradeCommand;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** RFC 2595 section 4: the STLS command itself, in plaintext; RFC 1939 section 3: commands in general. */
final class CommandTopic implements Topic {
    private static final UpgradeCommand<Pop3Talk> COMMAND =
            new UpgradeCommand<>(Stages.OFFERED, Stages.GONE_AHEAD, "+OK");

    @Override
    public List<Check> checks() {
        return List.of(
                goAhead(),
                completes(),
                argument(),
                spelled("POP3-S-05a", "stls"),
                spelled("POP3-S-05b", "StLs"),
                unknown());
    }

    private static Check goAhead() {
        return Check.of("POP3-S-03a", "STLS is answered with one line +OK and then silence")
                .clause("RFC 2595 section 4")
                .level(Level.MUST)
                .why("Whatever a server sends between its +OK and the ServerHello is plaintext that a careless client"
                        + " takes for an answer from inside TLS.")
                .fix("Send nothing after the +OK until the ClientHello has come.")
                .onUpgraded(Protocol.POP3)
                .run(Stages.OFFERED.then((talk, subject) -> {
                    Pop3Reply reply = talk.say("STLS");
                    if (!(reply instanceof Pop3Reply.Answer answer) || !reply.good()) {
                        return Verdict.fail("expected +OK, came " + reply.told());
                    }
                    return COMMAND.alone(talk, subject, answer, answer.flaws());
                }));
    }

    private static Check completes() {
        return Check.of("POP3-S-03b", "after the +OK the handshake completes and CAPA works inside TLS")
                .clause("RFC 2595 section 4")
                .level(Level.MUST)
                .why(
                        "An offer that cannot be kept is worse than none: clients that require TLS fetch no mail, the others"
                                + " fall back to the clear.")
                .fix("Look at the server's log for its side of the handshake: most often the key does not fit the"
                        + " certificate, or the process may not read it.")
                .onUpgraded(Protocol.POP3)
                .run(COMMAND.completes("CAPA", Pop3Talk::capa, Pop3Reply::good));
    }

    private static Check argument() {
        return Check.of("POP3-S-04", "STLS with an argument is answered with -ERR")
                .clause("RFC 2595 section 4")
                .level(Level.SHOULD)
                .why("STLS has no arguments. A server that goes ahead on a command it did not fully understand leaves"
                        + " the two sides with different ideas of where the plaintext ends.")
                .fix("Answer -ERR and stay in plaintext.")
                .onUpgraded(Protocol.POP3)
                .run(Stages.OFFERED.then((talk, subject) -> {
                    Pop3Reply reply = talk.say("STLS x");
                    return reply.refusal()
                            ? Verdict.pass(reply.told())
                            : Verdict.warn("expected -ERR, came " + reply.told());
                }));
    }

    private static Check spelled(String id, String command) {
        return Check.of(id, command + " is taken like STLS")
                .clause("RFC 1939 section 3")
                .level(Level.MUST)
                .why(
                        "Keywords have no case. A client that writes them otherwise would find no TLS, or, where a filter in"
                                + " between knows one spelling only, another server than the filter sees.")
                .onUpgraded(Protocol.POP3)
                .run(COMMAND.spelled(talk -> talk.say(command), Pop3Reply::good));
    }

    private static Check unknown() {
        return Check.of("POP3-S-20", "an unknown command is answered with -ERR and the session goes on")
                .clause("RFC 1939 section 3")
                .level(Level.MUST)
                .why("A client that tries STLS on a server that does not know it must be told so, at once and in a way"
                        + " that it understands, or it waits for ever.")
                .on(Protocol.POP3)
                .run(Stages.OPENED.then((talk, subject) -> {
                    Pop3Reply reply = talk.say("XUNKNOWN");
                    if (!reply.refusal()) {
                        return Verdict.fail("expected -ERR, came " + reply.told());
                    }
                    Pop3Reply next = talk.capa();
                    return next.came()
                            ? Verdict.pass(reply.told())
                            : Verdict.fail("refused with " + reply.told() + ", but CAPA after it: " + next.told());
                }));
    }
}
