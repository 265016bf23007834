package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.upgrade.Injection;
import java.util.List;

/** Checks of STARTTLS that only SMTP has: HELO, REQUIRETLS and RSET (RFC 5321, RFC 8689). */
final class SmtpCommandTopic implements Topic {
    private static final SmtpProfile PROFILE = new SmtpProfile();

    @Override
    public List<Check> checks() {
        return List.of(afterHelo(), requireTls(), resetInjected());
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
                    ObservedSmtpReply helo = session.say("HELO " + session.name());
                    if (helo.code() != 250 && !helo.refusal()) {
                        return helo.inconclusive("HELO: " + helo.description());
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
