package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks that the server discards at the upgrade what was sent before it (RFC 3207 section 4.2). */
final class SmtpDiscardTopic implements Topic {
    private static final String FIX = "Reset the session to its state right after the greeting: no HELO name, no"
            + " sender, no recipient, no login.";
    private static final String EARLIER_NAME = "said-before-tls.invalid";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("SMTP-S-08", "the EHLO sent before TLS is forgotten")
                        .clause("RFC 3207 section 4.2")
                        .level(Level.MUST)
                        .why("What came in plaintext may have come from an attacker on the path. A server that carries"
                                + " the name into TLS uses it in trace headers and policy decisions as if it had been"
                                + " protected.")
                        .fix(FIX)
                        .onUpgraded(Protocol.SMTP)
                        .run(SmtpDiscardTopic::earlierName),
                Check.of("SMTP-S-09a", "a sender given before TLS is forgotten after EHLO inside TLS")
                        .clause("RFC 3207 section 4.2")
                        .level(Level.MUST)
                        .why("A transaction that an attacker on the path started in plaintext would be completed with"
                                + " the authority of the client inside TLS.")
                        .fix(FIX)
                        .onUpgraded(Protocol.SMTP)
                        .run(SmtpProfile.STAGES
                                .offered()
                                .then((session, context) -> transaction(session, context, List.of("EHLO")))),
                Check.of("SMTP-S-09b", "a sender given before TLS is forgotten even without a new EHLO")
                        .clause("RFC 3207 section 4.2")
                        .level(Level.MUST)
                        .why("EHLO resets the transaction anyway (RFC 5321 section 4.1.4); the upgrade itself has to"
                                + " reset it too.")
                        .fix(FIX)
                        .onUpgraded(Protocol.SMTP)
                        .run(SmtpProfile.STAGES
                                .offered()
                                .then((session, context) -> transaction(session, context, List.of()))));
    }

    private static Verdict earlierName(CheckContext context) throws IOException {
        SmtpProtocolSession session = SmtpProfile.STAGES.open(context);
        Optional<Verdict> obstacle = session.greeted();
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        ObservedSmtpReply named = session.ehlo(EARLIER_NAME);
        if (named.code() != 250) {
            // Some servers refuse an invalid name; then the usual name is sent, whose reuse cannot be recognised.
            obstacle = session.introduced();
        }
        obstacle = obstacle.or(session::offered).or(session::goneAhead).or(session::secured);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        ObservedSmtpReply mail = session.say("MAIL FROM:<>");
        if (mail instanceof ObservedSmtpReply.Answer answer
                && String.join(" ", answer.lines()).contains(EARLIER_NAME)) {
            return Verdict.fail("the name sent before TLS appears inside it: " + mail.description());
        }
        if (mail.refusal()) {
            return Verdict.pass("MAIL without a new EHLO: " + mail.description());
        }
        return mail.good()
                ? acceptedFresh(context, mail)
                : mail.inconclusive("MAIL without a new EHLO: " + mail.description());
    }

    /** MAIL was accepted without a new EHLO: that is a fault only if the server otherwise requires one. */
    private static Verdict acceptedFresh(CheckContext context, ObservedSmtpReply mail) throws IOException {
        SmtpProtocolSession control = SmtpProfile.STAGES.open(context);
        control.wire().note("control: would MAIL be accepted if no EHLO was ever sent?");
        Optional<Verdict> obstacle = control.greeted();
        boolean inside = obstacle.isEmpty()
                && control.goneAhead().isEmpty()
                && control.secured().isEmpty();
        if (!inside) {
            control = SmtpProfile.STAGES.open(context);
            control.wire().note("control: the same in plaintext, because STARTTLS was not possible without EHLO");
            obstacle = control.greeted();
        }
        if (obstacle.isPresent()) {
            return Verdict.undecided("MAIL was accepted; whether as in a new session is not known: "
                    + obstacle.get().detail());
        }
        ObservedSmtpReply without = control.say("MAIL FROM:<>");
        if (without.good()) {
            return Verdict.pass("MAIL is accepted as in a new session, which needs no EHLO on this server");
        }
        if (without.code() == 503 || (inside && without.refusal())) {
            return Verdict.fail(
                    "MAIL was accepted inside TLS (" + mail.description() + ") because of the EHLO sent before it;"
                            + " without any EHLO the server answers " + without.description());
        }
        return without.inconclusive("MAIL was accepted inside TLS without a new EHLO; in a session without EHLO it is"
                + " answered with " + without.description() + ", which shows nothing about EHLO");
    }

    private static Verdict transaction(SmtpProtocolSession session, CheckContext context, List<String> first)
            throws IOException {
        ObservedSmtpReply mail = session.say("MAIL FROM:<>");
        if (mail.refusal()) {
            return Verdict.pass("no transaction can be started before TLS: " + mail.description());
        }
        if (!mail.good()) {
            return mail.inconclusive("MAIL before TLS: " + mail.description());
        }
        ObservedSmtpReply goAhead = session.say("STARTTLS");
        if (goAhead.refusal()) {
            return Verdict.pass("STARTTLS is refused within a transaction: " + goAhead.description());
        }
        if (goAhead.code() != 220) {
            return goAhead.inconclusive("STARTTLS within a transaction: " + goAhead.description());
        }
        Optional<Verdict> obstacle = session.secured();
        if (obstacle.isEmpty() && !first.isEmpty()) {
            obstacle = session.introduced();
        }
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        ObservedSmtpReply rcpt = session.say("RCPT TO:<postmaster>");
        if (rcpt.code() == 503) {
            return Verdict.pass("RCPT inside TLS: " + rcpt.description());
        }
        if (rcpt.done()) {
            return Verdict.fail(
                    "RCPT inside TLS was accepted because of the MAIL sent before it: " + rcpt.description());
        }
        return rcpt.refusal()
                ? againstControl(context, rcpt, first)
                : rcpt.inconclusive("RCPT inside TLS: " + rcpt.description());
    }

    /** RCPT was refused, but not as a command out of order: is that how it is refused without any MAIL? */
    private static Verdict againstControl(CheckContext context, ObservedSmtpReply rcpt, List<String> first)
            throws IOException {
        SmtpProtocolSession control = SmtpProfile.STAGES.open(context);
        control.wire().note("control: how is RCPT refused without any MAIL?");
        Stage<SmtpProtocolSession> stage =
                first.isEmpty() ? SmtpProfile.STAGES.inside() : SmtpProfile.STAGES.introducedInside();
        Optional<Verdict> obstacle = stage.reach(control, context);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        ObservedSmtpReply without = control.say("RCPT TO:<postmaster>");
        return without.code() == rcpt.code()
                ? Verdict.pass("RCPT inside TLS is refused as it is without any MAIL: " + rcpt.description())
                : Verdict.fail(
                        "RCPT inside TLS: " + rcpt.description() + "; without any MAIL: " + without.description());
    }
}
