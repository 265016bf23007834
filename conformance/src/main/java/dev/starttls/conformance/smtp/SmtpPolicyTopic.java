package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Checks of what the server does with a mail, and with commands that need no EHLO, on either side of the upgrade. */
final class SmtpPolicyTopic implements Topic {
    private static final int TLS_FIRST = 530;

    @Override
    public List<Check> checks() {
        return List.of(mailNeedsNoTls(), refusedAsTlsFirst(), withoutEhlo());
    }

    private static Check mailNeedsNoTls() {
        return Check.of("SMTP-S-27", "mail from other servers is taken without TLS")
                .clause("RFC 3207 section 4")
                .level(Level.MUST)
                .why(
                        "A server on port 25 that a domain's MX records name must not require STARTTLS to deliver mail locally:"
                                + " mail from servers without TLS is lost. Who wants TLS for all mail announces it (MTA-STS, DANE),"
                                + " and senders obey.")
                .fix(
                        "Offer TLS and do not require it. Postfix: smtpd_tls_security_level = may. If no MX record names this"
                                + " server, or you accept that such mail is lost, --accept SMTP-S-27=REASON says so.")
                .on(Scheme.SMTP)
                .run(SmtpProfile.STAGES.offered().then((session, context) -> {
                    ObservedSmtpReply mail = session.say("MAIL FROM:<>");
                    if (asksForTls(mail)) {
                        return Verdict.fail("MAIL before TLS was refused for want of TLS: " + mail.description());
                    }
                    if (!mail.good()) {
                        return mail.refusal()
                                ? Verdict.undecided("MAIL was refused for another reason: " + mail.description())
                                : mail.inconclusive("MAIL was answered with " + mail.description());
                    }
                    ObservedSmtpReply rcpt = session.say("RCPT TO:<postmaster>");
                    session.say("RSET");
                    return asksForTls(rcpt)
                            ? Verdict.fail("RCPT before TLS was refused for want of TLS: " + rcpt.description())
                            : Verdict.pass("MAIL before TLS was answered with " + mail.description());
                }));
    }

    /** 530, or a refusal of the policy that names the command: {@code 550 5.7.1 Must issue a STARTTLS command first}. */
    private static boolean asksForTls(ObservedSmtpReply reply) {
        String text = reply.description().toUpperCase(Locale.ROOT);
        boolean named = text.contains("STARTTLS");
        // 530 asks for TLS or for a login (RFC 4954 section 6).
        boolean first = reply.code() == TLS_FIRST && !text.contains("AUTH");
        return reply.refusal() && (named || first);
    }

    private static Check refusedAsTlsFirst() {
        return Check.of("SMTP-S-28", "a command that needs TLS is refused with 530")
                .clause("RFC 3207 section 4")
                .level(Level.SHOULD)
                .why(
                        "A client that gets 530 knows that it has to upgrade; after another refusal it gives the mail back.")
                .fix("Answer 530 to every command but NOOP, EHLO, STARTTLS and QUIT before TLS. Postfix and Exim do.")
                .onUpgraded(Protocol.SMTP)
                .run(SmtpProfile.STAGES.offered().then(SmtpPolicyTopic::refusal));
    }

    private static Verdict refusal(SmtpProtocolSession session, CheckContext context) {
        ObservedSmtpReply before = session.say("MAIL FROM:<>");
        if (!before.refusal()) {
            return before.good()
                    ? Verdict.skip("TLS is not required before MAIL")
                    : before.inconclusive("MAIL was answered with " + before.description());
        }
        if (before.code() == TLS_FIRST) {
            return Verdict.pass("MAIL before TLS was refused with " + before.description());
        }
        return session.goneAhead().or(session::secured).or(session::introduced).orElseGet(() -> {
            ObservedSmtpReply inside = session.say("MAIL FROM:<>");
            boolean login = inside.code() == TLS_FIRST;
            return inside.good() || login
                    ? Verdict.fail("MAIL, which TLS or a login makes possible, was refused before TLS with "
                            + before.description() + ", not 530")
                    : Verdict.skip("MAIL is refused inside TLS too: " + inside.description());
        });
    }

    private static Check withoutEhlo() {
        return Check.of("SMTP-S-29", "NOOP, RSET, HELP and VRFY are not refused for want of EHLO after the upgrade")
                .clause("RFC 5321 section 4.1.4")
                .level(Level.SHOULD)
                .why("These commands may come at any time in a session. A client that probes the new session with NOOP"
                        + " before its EHLO takes 503 for a fault.")
                .fix("Ask for EHLO only before a transaction.")
                .onUpgraded(Protocol.SMTP)
                .run(SmtpProfile.STAGES.inside().then((session, context) -> {
                    List<String> wrong = new ArrayList<>();
                    for (String command : List.of("NOOP", "RSET", "HELP", "VRFY postmaster")) {
                        ObservedSmtpReply reply = session.say(command);
                        if (!reply.came()) {
                            return reply.inconclusive(command + " was answered with " + reply.description());
                        }
                        if (reply.code() == 503) {
                            wrong.add(command + ": " + reply.description());
                        }
                    }
                    return wrong.isEmpty()
                            ? Verdict.pass("none was answered with 503")
                            : Verdict.fail("before EHLO inside TLS: " + String.join(", ", wrong));
                }));
    }
}
