package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The check that recipients are forgotten at the upgrade, also by a server that forgets the sender. */
final class SmtpRecipientTopic implements Topic {
    private static final String MAIL = "MAIL FROM:<>";
    private static final String RCPT = "RCPT TO:<postmaster>";
    private static final String DATA = "DATA";

    @Override
    public List<Check> checks() {
        return List.of(Check.of("SMTP-S-30", "a recipient given before TLS is forgotten inside it")
                .clause("RFC 3207 section 4.2")
                .level(Level.MUST)
                .why("An attacker on the path adds a recipient in plaintext. A server that keeps it sends the client's"
                        + " next message, which came inside TLS, to the attacker too.")
                .fix("Reset the session to its state right after the greeting: no HELO name, no sender, no recipient,"
                        + " no login.")
                .onUpgraded(Protocol.SMTP)
                .run(SmtpProfile.STAGES.offered().then(SmtpRecipientTopic::recipient)));
    }

    private static Verdict recipient(SmtpProtocolSession session, CheckContext context) throws IOException {
        for (String command : List.of(MAIL, RCPT, "STARTTLS")) {
            ObservedSmtpReply reply = session.say(command);
            if (reply.refusal()) {
                return Verdict.pass("no recipient can be given before TLS: " + command + " was answered with "
                        + reply.description());
            }
            if (!reply.good()) {
                return reply.inconclusive(command + " before TLS: " + reply.description());
            }
        }
        Optional<Verdict> obstacle = session.secured();
        return obstacle.isPresent() ? obstacle.get() : inside(session, context);
    }

    /** No message is sent: if DATA is accepted, the connection is closed. */
    private static Verdict inside(SmtpProtocolSession session, CheckContext context) throws IOException {
        List<String> said = new ArrayList<>();
        for (List<String> before : List.of(List.<String>of(), List.of(MAIL), List.of("EHLO", MAIL))) {
            boolean taken = true;
            for (String command : before) {
                ObservedSmtpReply reply = command.equals("EHLO") ? session.ehlo() : session.say(command);
                said.add(command);
                if (!reply.came()) {
                    return reply.ended()
                            ? Verdict.pass("the server ends the session at " + command + " inside TLS")
                            : reply.inconclusive(command + " inside TLS: " + reply.description());
                }
                taken &= reply.good();
            }
            if (!taken) {
                continue;
            }
            ObservedSmtpReply data = session.say(DATA);
            said.add(DATA);
            if (data.asks()) {
                session.wire().reset();
                return withoutRecipient(context, said, data);
            }
            if (data.ended() || data.endsSession()) {
                return Verdict.pass("the server ends the session at DATA inside TLS: " + data.description());
            }
            if (!data.refusal()) {
                return data.inconclusive("DATA inside TLS: " + data.description());
            }
        }
        return Verdict.pass("DATA inside TLS is refused: " + String.join(", ", said));
    }

    /** A server may accept DATA and refuse the message for want of recipients (RFC 5321 section 3.3). */
    private static Verdict withoutRecipient(CheckContext context, List<String> said, ObservedSmtpReply data)
            throws IOException {
        SmtpProtocolSession control = SmtpProfile.STAGES.open(context);
        control.wire().note("control: is DATA accepted without any recipient?");
        Optional<Verdict> obstacle = SmtpProfile.STAGES.inside().reach(control, context);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        ObservedSmtpReply last = data;
        for (String command : said) {
            last = command.equals("EHLO") ? control.ehlo() : control.say(command);
        }
        String commands = String.join(", ", said);
        if (last.asks()) {
            control.wire().reset();
            return Verdict.undecided(commands + " inside TLS: DATA is accepted (" + data.description()
                    + "), but also where no recipient was ever given, which RFC 5321 section 3.3 allows");
        }
        return last.refusal()
                ? Verdict.fail(commands + " inside TLS: DATA was accepted because of the RCPT sent before TLS ("
                        + data.description() + "); without it the server answers " + last.description())
                : Verdict.undecided("DATA inside TLS was accepted; without a recipient: " + last.description());
    }
}
