package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ImapResponse.Condition;
import dev.starttls.conformance.session.UpgradeCommand;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** RFC 9051 section 6.2.1: the STARTTLS command itself, in plaintext. */
final class CommandTopic implements Topic {
    private static final UpgradeCommand<ImapTalk> COMMAND =
            new UpgradeCommand<>(Stages.OFFERED, Stages.GONE_AHEAD, "OK");

    private static final String ODD_TAG = "AbC.09xY";

    @Override
    public List<Check> checks() {
        return List.of(
                goAhead(),
                completes(),
                argument(),
                spelled("IMAP-S-05a", "starttls"),
                spelled("IMAP-S-05b", "StArTtLs"),
                tagKept());
    }

    private static Check goAhead() {
        return Check.of("IMAP-S-03a", "STARTTLS is answered with OK and its tag, and then silence")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("Whatever a server sends between its OK and the ServerHello is plaintext that a careless client"
                        + " takes for an answer from inside TLS.")
                .fix("Send nothing after the tagged OK until the ClientHello has come.")
                .onUpgraded(Protocol.IMAP)
                .run(Stages.OFFERED.then(CommandTopic::alone));
    }

    private static Verdict alone(ImapTalk talk, Subject subject) {
        Answer answer = talk.say("STARTTLS");
        if (!answer.ok()) {
            return Verdict.fail("expected OK with the tag " + answer.tag() + ", came " + answer.told());
        }
        return COMMAND.alone(talk, subject, answer, answer.end().wrongs());
    }

    private static Check completes() {
        return Check.of("IMAP-S-03b", "after the OK the handshake completes and CAPABILITY works inside TLS")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("An offer that cannot be kept is worse than none: clients that require TLS fail, the others fall"
                        + " back to the clear.")
                .fix("Look at the server's log for its side of the handshake: most often the key does not fit the"
                        + " certificate, or the process may not read it.")
                .onUpgraded(Protocol.IMAP)
                .run(COMMAND.completes("CAPABILITY", ImapTalk::capability, Answer::ok));
    }

    private static Check argument() {
        return Check.of("IMAP-S-04", "STARTTLS with an argument is answered with BAD")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("A server that goes ahead on a command it did not fully understand leaves the two sides with"
                        + " different ideas of where the plaintext ends.")
                .fix("Answer BAD and stay in plaintext. Dovecot 2.3 goes ahead whatever stands behind STARTTLS, and"
                        + " has no setting for it.")
                .onUpgraded(Protocol.IMAP)
                .run(Stages.OFFERED.then((talk, subject) -> {
                    Answer answer = talk.say("STARTTLS x");
                    if (answer.is(Condition.BAD)) {
                        return Verdict.pass(answer.told());
                    }
                    return answer.refusal()
                            ? Verdict.warn("refused, but not with BAD and the tag: " + answer.told())
                            : Verdict.fail("expected BAD, came " + answer.told());
                }));
    }

    private static Check spelled(String id, String command) {
        return Check.of(id, command + " is taken like STARTTLS")
                .clause("RFC 9051 section 9")
                .level(Level.MUST)
                .why("Commands have no case. A client that writes them otherwise would find no TLS, or, where a filter"
                        + " in between knows one spelling only, another server than the filter sees.")
                .onUpgraded(Protocol.IMAP)
                .run(COMMAND.spelled(talk -> talk.say(command), Answer::ok));
    }

    private static Check tagKept() {
        return Check.of("IMAP-S-05c", "a tag comes back as it was sent, upper and lower case kept")
                .clause("RFC 9051 section 2.2.1")
                .level(Level.MUST)
                .why("The tag is how a client knows which of its commands was answered. One that comes back changed"
                        + " leaves it waiting, or lets it take another answer for its own.")
                .on(Protocol.IMAP)
                .run(Stages.OPENED.then((talk, subject) -> {
                    talk.wire().send(ODD_TAG + " NOOP");
                    Answer answer = talk.answer(ODD_TAG);
                    return answer.end().ends(ODD_TAG)
                            ? Verdict.pass(answer.told())
                            : Verdict.fail("the tag " + ODD_TAG + " was answered with " + answer.told());
                }));
    }
}
