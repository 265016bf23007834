package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.upgrade.Injection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks that the server discards at the upgrade what was sent before it. */
final class Pop3DiscardTopic implements Topic {
    private static final Pop3Profile PROFILE = new Pop3Profile();

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("POP3-S-08", "the user named before TLS is forgotten inside it")
                        .clause("RFC 2595 section 4")
                        .level(Level.SECURITY)
                        .why("What came in plaintext may have come from an attacker on the path. A server that"
                                + " carries the name into TLS lets the attacker choose whose mail the client"
                                + " reads, or whose password is tried.")
                        .fix("Forget the name at the upgrade. If USER is refused before TLS there is no name to forget:"
                                + " Dovecot: auth_allow_cleartext = no (disable_plaintext_auth = yes before 2.4), which"
                                + " does not apply to clients at the server's own address. Cyrus: allowplaintext: no."
                                + " Courier: POP3_TLS_REQUIRED=1.")
                        .onUpgraded(Protocol.POP3)
                        .early()
                        .run(Pop3Profile.STAGES.offered().then(Pop3DiscardTopic::user)),
                Check.of("POP3-S-31", "the user named by APOP before TLS is forgotten inside it")
                        .clause("RFC 2595 section 4")
                        .level(Level.SECURITY)
                        .why("APOP names a user as USER does, and a server that keeps the name of a refused APOP lets"
                                + " an attacker on the path choose whose password is tried inside TLS.")
                        .fix("Forget the name when APOP is refused, and at the upgrade.")
                        .onUpgraded(Protocol.POP3)
                        .early()
                        .run(Pop3DiscardTopic::apop),
                Injection.check(PROFILE, "POP3-S-12d", "a user named in plaintext after STLS is not known inside TLS")
                        .run(Pop3Profile.STAGES.offered().then(Pop3DiscardTopic::injected)));
    }

    private static Verdict user(Pop3ProtocolSession session, CheckContext context) {
        ObservedPop3Reply user = session.say("USER " + UnknownUser.NAME);
        if (user.refusal()) {
            // The name may be kept although it is refused.
            Verdict kept = inside(session, context, "USER");
            return kept.status() == Status.FAIL
                    ? kept
                    : Verdict.pass("no user can be named before TLS: " + user.description());
        }
        return user.good()
                ? inside(session, context, "USER")
                : user.inconclusive("USER before TLS was answered with " + user.description());
    }

    private static Verdict apop(CheckContext context) throws IOException {
        Pop3ProtocolSession session = Pop3Profile.STAGES.open(context);
        ObservedPop3Reply greeting = session.next();
        if (!greeting.good()) {
            return Verdict.inconclusive("the greeting was " + greeting.description() + ", not +OK");
        }
        if (ApopTopic.timestamp(greeting).isEmpty()) {
            return Verdict.pass(ApopTopic.NONE);
        }
        Optional<Verdict> obstacle = session.introduced().or(session::offered);
        return obstacle.isPresent() ? obstacle.get() : apop(session, context);
    }

    private static Verdict apop(Pop3ProtocolSession session, CheckContext context) {
        ObservedPop3Reply apop = session.say("APOP " + UnknownUser.NAME + " " + "0".repeat(32));
        if (apop.good()) {
            return Verdict.fail("APOP with an invented name logs in: " + apop.description());
        }
        if (apop.ended()) {
            return Verdict.pass("the server closes the connection: " + apop.description());
        }
        return apop.refusal()
                ? inside(session, context, "APOP")
                : apop.inconclusive("APOP before TLS was answered with " + apop.description());
    }

    private static Verdict inside(Pop3ProtocolSession session, CheckContext context, String command) {
        ObservedPop3Reply goAhead = session.say("STLS");
        if (goAhead.refusal()) {
            return Verdict.pass("STLS is refused after " + command + ": " + goAhead.description());
        }
        if (!goAhead.good()) {
            return goAhead.inconclusive("STLS after " + command + " was answered with " + goAhead.description());
        }
        return session.secured()
                .orElseGet(() -> new UserBeforeTls(context).judge(session, "the " + command + " sent before TLS"));
    }

    /** USER may be executed without an answer that could be counted. */
    private static Verdict injected(Pop3ProtocolSession session, CheckContext context) throws IOException {
        return Injection.command(PROFILE, "USER " + UnknownUser.NAME)
                .judgedBy((inside, handshake) -> Optional.of(new UserBeforeTls(context)
                        .judgeCounting((Pop3ProtocolSession) inside, "the USER sent after STLS")))
                .tryOn(session, context);
    }
}
