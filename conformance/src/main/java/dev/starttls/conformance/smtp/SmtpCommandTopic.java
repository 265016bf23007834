package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.DrainedInput;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.upgrade.Injection;
import java.util.List;
import java.util.Optional;

/** Checks of STARTTLS that only SMTP has: messages, HELO, REQUIRETLS and RSET (RFC 5321, RFC 8689). */
final class SmtpCommandTopic implements Topic {
    private static final SmtpProfile PROFILE = new SmtpProfile();

    @Override
    public List<Check> checks() {
        return List.of(insideData(), afterHelo(), requireTls(), resetInjected());
    }

    private static Check insideData() {
        return Check.of("SMTP-S-21", "STARTTLS inside a message is text, not a command")
                .clause("RFC 5321 section 4.5.2, RFC 3207 section 4")
                .level(Level.MUST)
                .why("Between DATA and the final dot there are no commands. If a server upgrades there, the author of a"
                        + " message controls the session.")
                .fix("Recognise no command before the line with the single dot.")
                .onUpgraded(Protocol.SMTP)
                .run(SmtpProfile.STAGES.offered().then(SmtpCommandTopic::data));
    }

    private static Verdict data(SmtpProtocolSession session, CheckContext context) {
        for (String step : List.of("MAIL FROM:<>", "RCPT TO:<postmaster>", "DATA")) {
            ObservedSmtpReply reply = session.say(step);
            boolean taken = step.equals("DATA") ? reply.code() == 354 : reply.good();
            if (!taken) {
                return reply.refusal()
                        ? Verdict.skip("no message can be started in plaintext:" + " " + step + " was answered with "
                                + reply.description())
                        : Verdict.inconclusive(step + " was answered with " + reply.description());
            }
        }
        // Closing our side makes the server answer or close, so no time-out is needed; without the final dot the
        // message is never delivered (RFC 5321 section 4.1.1.4).
        session.wire().send("STARTTLS");
        session.wire().finish();
        DrainedInput input = session.wire().drain();
        Optional<String> goAhead =
                input.lines().stream().filter(line -> line.startsWith("220")).findFirst();
        if (goAhead.isPresent()) {
            return Verdict.fail(
                    "the line STARTTLS of the message was answered with '" + Transcript.printable(goAhead.get()) + "'");
        }
        return input.lines().isEmpty()
                ? Verdict.pass("not answered")
                : Verdict.pass("not taken as a command; at the end of the stream came '"
                        + Transcript.printable(input.lines().get(0)) + "'");
    }

    private static Check afterHelo() {
        return Check.of("SMTP-S-26", "STARTTLS after HELO is refused or works")
                .clause("RFC 5321 section 4.1.1.1, RFC 3207 section 4")
                .level(Level.SHOULD)
                .why("After HELO a client sees no offer, but it may still try STARTTLS. A crash or silence is not an"
                        + " answer.")
                .fix("Answer with 220 and upgrade as after EHLO, or refuse it with 503.")
                .onUpgraded(Protocol.SMTP)
                .run(SmtpProfile.STAGES.greeted().then((session, context) -> {
                    ObservedSmtpReply helo = session.say("HELO " + session.addressLiteral());
                    if (helo.code() != 250 && !helo.refusal()) {
                        return Verdict.inconclusive("HELO: " + helo.description());
                    }
                    ObservedSmtpReply reply = session.say("STARTTLS");
                    if (reply.refusal()) {
                        return Verdict.pass("refused with " + reply.description());
                    }
                    if (reply.code() != 220) {
                        return Verdict.warn("STARTTLS after HELO: " + reply.description());
                    }
                    HandshakeResult handshake = session.handshake();
                    return handshake.done()
                            ? Verdict.pass("upgraded: " + handshake.description())
                            : afterFailure(context, handshake);
                }));
    }

    /** The handshake failed after HELO: does it also fail after EHLO? */
    private static Verdict afterFailure(CheckContext context, HandshakeResult afterHelo) {
        return SmtpProfile.STAGES
                .inside()
                .tryAfresh(context)
                .orElseGet(
                        () -> Verdict.warn("answered with 220, but the handshake failed: " + afterHelo.description()));
    }

    private static Check requireTls() {
        return Check.of("SMTP-S-24", "REQUIRETLS is not offered in plaintext")
                .clause("RFC 8689 section 2")
                .level(Level.MUST)
                .why("REQUIRETLS promises a protected transport. If it is offered in plaintext, an attacker on the path"
                        + " could have inserted it, and a client that believes it sends mail that had to be protected.")
                .fix("Offer REQUIRETLS only in the EHLO reply that is sent inside TLS.")
                .onUpgraded(Protocol.SMTP)
                .run(SmtpProfile.STAGES
                        .introduced()
                        .then((session, context) -> session.extensions().has("REQUIRETLS")
                                ? Verdict.fail("EHLO before TLS offers REQUIRETLS")
                                : Verdict.pass("not offered before TLS")));
    }

    private static Check resetInjected() {
        return Injection.check(PROFILE, "SMTP-S-11b", "RSET after STARTTLS is never answered")
                .run(SmtpProfile.STAGES.offered().then(Injection.command(PROFILE, "RSET")::tryOn));
    }
}
