package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.UpgradeCommand;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.HeardOut;
import dev.starttls.conformance.speak.Transcript;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Optional;

/** RFC 3207 section 4: the STARTTLS command itself, in plaintext. */
final class CommandTopic implements Topic {
    private static final UpgradeCommand<SmtpTalk> COMMAND =
            new UpgradeCommand<>(Stages.OFFERED, Stages.GONE_AHEAD, "220");

    @Override
    public List<Check> checks() {
        return List.of(
                goAhead(),
                completes(),
                argument(),
                spelled("SMTP-S-05a", "starttls"),
                spelled("SMTP-S-05b", "StArTtLs"),
                insideData(),
                afterHelo());
    }

    private static Check goAhead() {
        return Check.of("SMTP-S-03a", "STARTTLS is answered with one 220 and then silence")
                .clause("RFC 3207 section 4")
                .level(Level.MUST)
                .why("Whatever a server sends between its 220 and the ServerHello is plaintext that a careless client"
                        + " takes for an answer from inside TLS.")
                .fix("Send nothing after the 220 until the ClientHello has come.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.OFFERED.then((talk, subject) -> {
                    Reply reply = talk.say("STARTTLS");
                    if (!(reply instanceof Reply.Answer answer) || answer.code() != 220) {
                        return Verdict.fail("expected 220, came " + reply.told());
                    }
                    return COMMAND.alone(talk, subject, answer, answer.flaws());
                }));
    }

    private static Check completes() {
        return Check.of("SMTP-S-03b", "after the 220 the handshake completes and EHLO works inside TLS")
                .clause("RFC 3207 section 4.2")
                .level(Level.MUST)
                .why("An offer that cannot be kept is worse than none: clients that require TLS defer mail, the others"
                        + " fall back to the clear.")
                .fix("Look at the server's log for its side of the handshake: most often the key does not fit the"
                        + " certificate, or the process may not read it.")
                .onUpgraded(Protocol.SMTP)
                .run(COMMAND.completes("EHLO", SmtpTalk::ehlo, reply -> reply.code() == 250));
    }

    private static Check argument() {
        return Check.of("SMTP-S-04", "STARTTLS with an argument is answered with 501")
                .clause("RFC 3207 section 4")
                .level(Level.MUST)
                .why("A server that goes ahead on a command it did not fully understand leaves the two sides with"
                        + " different ideas of where the plaintext ends.")
                .fix("Answer 501 and stay in plaintext.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.OFFERED.then((talk, subject) -> {
                    Reply reply = talk.say("STARTTLS x");
                    if (reply.code() == 501) {
                        return Verdict.pass(reply.told());
                    }
                    if (reply.refusal()) {
                        return Verdict.warn("refused, but with " + reply.told() + " and not 501");
                    }
                    return reply.code() != 0
                            ? Verdict.fail("expected 501, came " + reply.told())
                            : Verdict.fail("expected 501, but " + reply.told());
                }));
    }

    private static Check spelled(String id, String command) {
        return Check.of(id, command + " is taken like STARTTLS")
                .clause("RFC 5321 section 2.4")
                .level(Level.MUST)
                .why("Command verbs have no case. A client that writes them otherwise would find no TLS, or, where a"
                        + " filter in between knows one spelling only, another server than the filter sees.")
                .onUpgraded(Protocol.SMTP)
                .run(COMMAND.spelled(talk -> talk.say(command), reply -> reply.code() == 220));
    }

    private static Check insideData() {
        return Check.of("SMTP-S-21", "STARTTLS inside a message is text")
                .clause("RFC 5321 section 4.5.2, RFC 3207 section 4")
                .level(Level.MUST)
                .why("Between DATA and the final dot there are no commands. A server that upgrades there lets whoever"
                        + " writes the message steer the session.")
                .fix("Recognise no command until the line with the single dot.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.OFFERED.then(CommandTopic::data));
    }

    private static Verdict data(SmtpTalk talk, Subject subject) {
        for (String step : List.of("MAIL FROM:<>", "RCPT TO:<postmaster>", "DATA")) {
            Reply reply = talk.say(step);
            boolean taken = step.equals("DATA") ? reply.code() == 354 : reply.good();
            if (!taken) {
                return reply.refusal()
                        ? Verdict.skip(
                                "no message can be begun in plaintext: " + step + " was answered with " + reply.told())
                        : Verdict.inconclusive(step + " was answered with " + reply.told());
            }
        }
        // The end of our side makes the server speak up or hang up, so that silence need not be waited for; without
        // the final dot the message is never delivered (RFC 5321 section 4.1.1.4).
        talk.wire().send("STARTTLS");
        talk.wire().finish();
        HeardOut heard = talk.wire().hearOut();
        Optional<String> goAhead =
                heard.lines().stream().filter(line -> line.startsWith("220")).findFirst();
        if (goAhead.isPresent()) {
            return Verdict.fail(
                    "a line STARTTLS of the message was answered with '" + Transcript.printable(goAhead.get()) + "'");
        }
        return heard.lines().isEmpty()
                ? Verdict.pass("not answered")
                : Verdict.pass("not taken for a command; at the end of the stream came '"
                        + Transcript.printable(heard.lines().get(0)) + "'");
    }

    private static Check afterHelo() {
        return Check.of("SMTP-S-26", "HELO and then STARTTLS is refused or works")
                .clause("RFC 5321 section 4.1.1.1, RFC 3207 section 4")
                .level(Level.SHOULD)
                .why("A client that said HELO saw no offer; it may try all the same. Neither a crash nor silence is an"
                        + " answer.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.GREETED.then((talk, subject) -> {
                    Reply helo = talk.say("HELO " + talk.addressLiteral());
                    if (helo.code() != 250 && !helo.refusal()) {
                        return Verdict.inconclusive("HELO: " + helo.told());
                    }
                    Reply reply = talk.say("STARTTLS");
                    if (reply.refusal()) {
                        return Verdict.pass("refused with " + reply.told());
                    }
                    if (reply.code() != 220) {
                        return Verdict.warn("STARTTLS after HELO: " + reply.told());
                    }
                    Handshake handshake = talk.handshake();
                    return handshake.done()
                            ? Verdict.pass("upgraded: " + handshake.told())
                            : afterFailure(subject, handshake);
                }));
    }

    /** The handshake failed after HELO: does it, too, after EHLO? */
    private static Verdict afterFailure(Subject subject, Handshake afterHelo) {
        return Stages.INSIDE
                .tryAfresh(subject)
                .orElseGet(() -> Verdict.warn("answered with 220, but the handshake failed: " + afterHelo.told()));
    }
}
