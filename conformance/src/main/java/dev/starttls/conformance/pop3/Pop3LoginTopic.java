package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** Checks that there is no login in plaintext (RFC 2595 section 2.3, RFC 8314 section 3). */
final class Pop3LoginTopic implements Topic {
    private static final Stage<Pop3ProtocolSession> INTRODUCED = Pop3Profile.STAGES.introducedFromElsewhere();

    @Override
    public List<Check> checks() {
        return List.of(
                check("POP3-S-09a", "USER is not announced before TLS")
                        .why("A client that sees USER in plaintext may use it, and anyone on the path can read the"
                                + " password.")
                        .run(INTRODUCED.thenAsStranger((session, context) -> userAnnounced(session))),
                check("POP3-S-09b", "USER before TLS is refused")
                        .why("Not announcing it is not enough: a client may not ask, and an attacker on the path may"
                                + " insert USER into the answer to CAPA. Only a refusal keeps the password off the"
                                + " network.")
                        .run(INTRODUCED.thenAsStranger((session, context) -> user(session))));
    }

    private static Check.Draft check(String id, String title) {
        return Check.of(id, title)
                .clause("RFC 2595 section 2.3, RFC 8314 section 3")
                .level(Level.SECURITY)
                .fix(Pop3Profile.NO_PLAINTEXT_LOGIN)
                .onUpgraded(Protocol.POP3);
    }

    private static Verdict userAnnounced(Pop3ProtocolSession session) {
        if (!session.capabilities().has("USER")) {
            return Verdict.pass("not announced");
        }
        ObservedPop3Reply reply = session.say("USER " + UnknownUser.NAME);
        String detail = "CAPA before TLS announces USER, and USER is answered with " + reply.description();
        return reply.good() ? Verdict.fail(detail) : Verdict.warn(detail);
    }

    private static Verdict user(Pop3ProtocolSession session) {
        ObservedPop3Reply reply = session.say("USER " + UnknownUser.NAME);
        if (reply.good()) {
            return Verdict.fail("the server waits for the password in plaintext: " + reply.description());
        }
        if (reply.refusal()) {
            return Verdict.pass(reply.description());
        }
        return reply.ended()
                ? Verdict.pass("the server closes the connection: " + reply.description())
                : Verdict.inconclusive("USER was answered with " + reply.description());
    }
}
