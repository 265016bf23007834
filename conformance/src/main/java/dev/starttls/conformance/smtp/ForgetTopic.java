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

/** RFC 3207 section 4.2: what was said before TLS is forgotten at the upgrade. */
final class ForgetTopic implements Topic {
    private static final String FIX = "Reset the session to what it was right after the greeting: no HELO name, no"
            + " sender, no recipient, no login.";
    private static final String EARLIER_NAME = "said-before-tls.invalid";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("SMTP-S-08", "the EHLO said before TLS is forgotten")
                        .clause("RFC 3207 section 4.2")
                        .level(Level.MUST)
                        .why("What was said in the clear may have been said by someone on the path. A server that"
                                + " carries the name into TLS writes it into trace headers and policy decisions as if"
                                + " it were protected.")
                        .fix(FIX)
                        .onUpgraded(Protocol.SMTP)
                        .run(ForgetTopic::earlierName),
                Check.of("SMTP-S-09a", "a sender given before TLS is gone after EHLO inside TLS")
                        .clause("RFC 3207 section 4.2")
                        .level(Level.MUST)
                        .why("A transaction begun in the clear by someone on the path would be finished with the"
                                + " authority of the client inside TLS.")
                        .fix(FIX)
                        .onUpgraded(Protocol.SMTP)
                        .run(SmtpProfile.STAGES
                                .offered()
                                .then((talk, subject) -> transaction(talk, subject, List.of("EHLO")))),
                Check.of("SMTP-S-09b", "a sender given before TLS is gone even without a new EHLO")
                        .clause("RFC 3207 section 4.2")
                        .level(Level.MUST)
                        .why(
                                "EHLO would reset the transaction anyway (RFC 5321 section 4.1.4); it is the upgrade itself"
                                        + " that has to.")
                        .fix(FIX)
                        .onUpgraded(Protocol.SMTP)
                        .run(SmtpProfile.STAGES
                                .offered()
                                .then((talk, subject) -> transaction(talk, subject, List.of()))));
    }

    private static Verdict earlierName(CheckContext subject) throws IOException {
        SmtpProtocolSession talk = SmtpProfile.STAGES.open(subject);
        Optional<Verdict> obstacle = talk.greeted();
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Reply named = talk.ehlo(EARLIER_NAME);
        if (named.code() != 250) {
            // Some servers take no invalid name; the name then is one that cannot be told from others.
            obstacle = talk.introduced();
        }
        obstacle = obstacle.or(talk::offered).or(talk::goneAhead).or(talk::secured);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Reply mail = talk.say("MAIL FROM:<>");
        if (mail instanceof Reply.Answer answer
                && String.join(" ", answer.lines()).contains(EARLIER_NAME)) {
            return Verdict.fail("the name said before TLS comes back inside: " + mail.told());
        }
        if (mail.refusal()) {
            return Verdict.pass("MAIL without a new EHLO: " + mail.told());
        }
        return mail.good()
                ? acceptedFresh(subject, mail)
                : Verdict.inconclusive("MAIL without a new EHLO: " + mail.told());
    }

    /** MAIL was accepted without a new EHLO: that is a fault only if the server would otherwise insist on one. */
    private static Verdict acceptedFresh(CheckContext subject, Reply mail) throws IOException {
        SmtpProtocolSession control = SmtpProfile.STAGES.open(subject);
        control.wire().note("control: would MAIL be accepted where no EHLO was ever said?");
        Optional<Verdict> obstacle = control.greeted();
        boolean inside = obstacle.isEmpty()
                && control.goneAhead().isEmpty()
                && control.secured().isEmpty();
        if (!inside) {
            control = SmtpProfile.STAGES.open(subject);
            control.wire().note("control: the same in plaintext, for STARTTLS was not possible without EHLO");
            obstacle = control.greeted();
        }
        if (obstacle.isPresent()) {
            return Verdict.inconclusive("MAIL was accepted; whether as a fresh session: "
                    + obstacle.get().detail());
        }
        Reply without = control.say("MAIL FROM:<>");
        if (without.good()) {
            return Verdict.pass("MAIL is accepted as in a fresh session, which needs no EHLO here");
        }
        if (without.code() == 503 || (inside && without.refusal())) {
            return Verdict.fail("MAIL was accepted inside TLS (" + mail.told() + ") on the EHLO said before it; without"
                    + " any EHLO the server answers " + without.told());
        }
        return Verdict.inconclusive("MAIL was accepted inside TLS without a new EHLO; in a session without EHLO it is"
                + " answered with " + without.told() + ", which tells nothing of EHLO");
    }

    private static Verdict transaction(SmtpProtocolSession talk, CheckContext subject, List<String> first)
            throws IOException {
        Reply mail = talk.say("MAIL FROM:<>");
        if (mail.refusal()) {
            return Verdict.pass("no transaction can be begun before TLS: " + mail.told());
        }
        if (!mail.good()) {
            return Verdict.inconclusive("MAIL before TLS: " + mail.told());
        }
        Reply goAhead = talk.say("STARTTLS");
        if (goAhead.refusal()) {
            return Verdict.pass("STARTTLS is refused within a transaction: " + goAhead.told());
        }
        if (goAhead.code() != 220) {
            return Verdict.inconclusive("STARTTLS within a transaction: " + goAhead.told());
        }
        Optional<Verdict> obstacle = talk.secured();
        if (obstacle.isEmpty() && !first.isEmpty()) {
            obstacle = talk.introduced();
        }
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Reply rcpt = talk.say("RCPT TO:<postmaster>");
        if (rcpt.code() == 503) {
            return Verdict.pass("RCPT inside TLS: " + rcpt.told());
        }
        if (rcpt.done()) {
            return Verdict.fail("RCPT inside TLS, on the MAIL given before: " + rcpt.told());
        }
        return rcpt.refusal()
                ? againstControl(subject, rcpt, first)
                : Verdict.inconclusive("RCPT inside TLS: " + rcpt.told());
    }

    /** RCPT was refused, but not as out of order: is that how it is refused where there never was a MAIL? */
    private static Verdict againstControl(CheckContext subject, Reply rcpt, List<String> first) throws IOException {
        SmtpProtocolSession control = SmtpProfile.STAGES.open(subject);
        control.wire().note("control: how is RCPT refused where MAIL was never given?");
        Stage<SmtpProtocolSession> stage =
                first.isEmpty() ? SmtpProfile.STAGES.inside() : SmtpProfile.STAGES.introducedInside();
        Optional<Verdict> obstacle = stage.reach(control, subject);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Reply without = control.say("RCPT TO:<postmaster>");
        return without.code() == rcpt.code()
                ? Verdict.pass("RCPT inside TLS is refused as where MAIL was never given: " + rcpt.told())
                : Verdict.fail("RCPT inside TLS: " + rcpt.told() + "; where MAIL was never given: " + without.told());
    }
}
