package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.upgrade.Attempts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks of where commands end and messages begin: STARTTLS within a message, and one answer to one command. */
final class SmtpOctetsTopic implements Topic {
    private static final String MAIL = "MAIL FROM:<>";
    private static final String RCPT = "RCPT TO:<postmaster>";
    private static final String STARTTLS = "STARTTLS\r\n";
    /** How many times the usual wait a server has to answer a line of a message, which it should not. */
    private static final int LONG_SILENCE = 4;
    /** One answer to BDAT and one to QUIT. */
    private static final int CHUNK_ANSWERS = 2;
    /** Must issue a STARTTLS command first (RFC 3207 section 4). */
    private static final int TLS_REQUIRED = 530;

    @Override
    public List<Check> checks() {
        return List.of(insideData(), insideBdat(), unknown());
    }

    private static Check insideData() {
        return Check.of("SMTP-S-21", "STARTTLS inside a message is text, not a command")
                .clause("RFC 5321 section 4.5.2, RFC 3207 section 4")
                .level(Level.MUST)
                .why("Between DATA and the final dot there are no commands. If a server upgrades there, the author of a"
                        + " message controls the session.")
                .fix("Recognise no command before the line with the single dot.")
                .onUpgraded(Protocol.SMTP)
                .early()
                .run(SmtpProfile.STAGES.offered().then(SmtpOctetsTopic::data));
    }

    private static Verdict data(SmtpProtocolSession session, CheckContext context) {
        for (String step : List.of(MAIL, RCPT, "DATA")) {
            ObservedSmtpReply reply = session.say(step);
            boolean taken = step.equals("DATA") ? reply.code() == 354 : reply.good();
            if (!taken) {
                return reply.refusal()
                        ? Verdict.skip("no message can be started in plaintext:" + " " + step + " was answered with "
                                + reply.description())
                        : reply.inconclusive(step + " was answered with " + reply.description());
            }
        }
        session.wire().send("STARTTLS");
        Duration silence = context.quiet().multipliedBy(LONG_SILENCE);
        String answer = session.wire().overhear(silence);
        // Without the final dot nothing is delivered (RFC 5321 section 4.1.1.4). The connection is reset, because some
        // servers take its orderly end for the end of the message.
        session.wire().reset();
        if (answer.startsWith("220")) {
            return Verdict.fail(
                    "the line STARTTLS of the message was answered with '" + Transcript.printable(answer) + "'");
        }
        return answer.isEmpty()
                ? Verdict.pass("not answered within " + silence.toMillis() + " ms")
                : Verdict.pass("not taken as a command; then came '" + Transcript.printable(answer) + "'");
    }

    private static Check insideBdat() {
        return Check.of("SMTP-S-31", "STARTTLS inside the octets of BDAT is text, not a command")
                .clause("RFC 3030 section 2")
                .level(Level.MUST)
                .why("The octets that BDAT announces belong to the message, even if BDAT is refused. If a server takes"
                        + " them for commands, the author of a message controls the session.")
                .fix("Read the announced number of octets before anything else, and discard them if BDAT is refused.")
                .onUpgraded(Protocol.SMTP)
                .run(Attempts.none()
                        .and(
                                "without a transaction",
                                SmtpProfile.STAGES.offered().then((session, context) -> chunk(session)))
                        .and(
                                "within a transaction",
                                SmtpProfile.STAGES
                                        .offered()
                                        .and(session -> refused(session, MAIL))
                                        .and(session -> refused(session, RCPT))
                                        .then((session, context) -> chunk(session))));
    }

    private static Optional<Verdict> refused(SmtpProtocolSession session, String command) {
        ObservedSmtpReply reply = session.say(command);
        if (reply.good()) {
            return Optional.empty();
        }
        return Optional.of(
                reply.refusal()
                        ? Verdict.pass("there is none in plaintext: " + reply.description())
                        : reply.inconclusive(command + " was answered with " + reply.description()));
    }

    /** BDAT without LAST: the message has no end, so nothing is delivered. */
    private static Verdict chunk(SmtpProtocolSession session) {
        if (!session.extensions().has("CHUNKING")) {
            return Verdict.skip("CHUNKING is not offered before TLS");
        }
        session.wire().sendRaw("BDAT " + STARTTLS.length() + "\r\n" + STARTTLS);
        ObservedSmtpReply first = session.next();
        List<ObservedSmtpReply> answers = new ArrayList<>(List.of(first));
        if (first.came() && first.code() != 220) {
            answers.addAll(session.quit());
        }
        String detail = "BDAT with the octets of STARTTLS, and QUIT: " + Response.description(answers);
        long came = answers.stream().filter(ObservedSmtpReply::came).count();
        if (came > CHUNK_ANSWERS || answers.stream().anyMatch(reply -> reply.code() == 220)) {
            String taken = "the octets were taken for a command: " + detail;
            // A server that requires TLS first, and so takes no message at all, does no harm by it.
            return first.code() == TLS_REQUIRED ? Verdict.warn(taken) : Verdict.fail(taken);
        }
        return came > 0 || first.ended() ? Verdict.pass(detail) : Verdict.inconclusive(detail);
    }

    private static Check unknown() {
        return Check.of("SMTP-S-32", "an unknown command is refused with one reply, and the session continues")
                .clause("RFC 5321 section 4.2 and 4.2.4")
                .level(Level.MUST)
                .why("Clients count replies. After a second reply to one command, each further reply is taken for the"
                        + " answer to another command than its own; a good reply to an unknown command claims what was"
                        + " not done.")
                .fix("Answer it with 500 or 502, once.")
                .on(Protocol.SMTP)
                .run(SmtpProfile.STAGES.introducedInside().then(SmtpOctetsTopic::unknown));
    }

    private static Verdict unknown(SmtpProtocolSession session, CheckContext context) throws IOException {
        ObservedSmtpReply reply = session.say("XUNKNOWN");
        if (reply.endsSession() || reply.ended()) {
            return Verdict.warn("the server ends the session: " + reply.description());
        }
        if (!reply.refusal()) {
            return reply instanceof ObservedSmtpReply.None
                    ? Verdict.inconclusive("an unknown command was not answered: " + reply.description())
                    : Verdict.fail("an unknown command was answered with " + reply.description());
        }
        CommandExchange after = session.exchange();
        if (after.sound()) {
            return Verdict.pass(reply.description());
        }
        String detail = "after an unknown command, refused with " + reply.description() + ", EHLO and QUIT had "
                + after.answers().size() + " answers: " + after.description();
        if (after.answers().isEmpty() && !after.ended()) {
            return Verdict.inconclusive(detail);
        }
        SmtpProtocolSession control = SmtpProfile.STAGES.open(context);
        control.wire().note("control: the same without the unknown command");
        Optional<Verdict> obstacle = SmtpProfile.STAGES.introducedInside().reach(control, context);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        return control.exchange().sound()
                ? Verdict.fail(detail)
                : Verdict.undecided(detail + "; but the same happens without the unknown command");
    }
}
