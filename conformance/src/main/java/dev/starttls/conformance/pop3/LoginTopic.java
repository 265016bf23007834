package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** Checks that there is no login in plaintext (RFC 2595 section 2.3, RFC 8314 section 3). */
final class LoginTopic implements Topic {
    private static final Stage<Pop3ProtocolSession> INTRODUCED = Pop3Profile.STAGES.introducedFromElsewhere();

    @Override
    public List<Check> checks() {
        return List.of(
                check("POP3-S-09a", "USER is not announced before TLS")
                        .why("A client that sees USER in plaintext may use it, and anyone on the path can read the"
                                + " password.")
                        .run(INTRODUCED.thenAsStranger((talk, subject) -> userAnnounced(talk))),
                check("POP3-S-09b", "USER before TLS is refused")
                        .why("Not announcing it is not enough: a client may not ask, and an attacker on the path may"
                                + " insert USER into the answer to CAPA. Only a refusal keeps the password off the"
                                + " network.")
                        .run(INTRODUCED.thenAsStranger((talk, subject) -> user(talk))));
    }

    private static Check.Draft check(String id, String title) {
        return Check.of(id, title)
                .clause("RFC 2595 section 2.3, RFC 8314 section 3")
                .level(Level.SECURITY)
                .fix(Pop3Profile.NO_PLAINTEXT_LOGIN)
                .onUpgraded(Protocol.POP3);
    }

    private static Verdict userAnnounced(Pop3ProtocolSession talk) {
        if (!talk.capabilities().has("USER")) {
            return Verdict.pass("not announced");
        }
        Pop3Reply reply = talk.say("USER " + Nobody.USER);
        String told = "CAPA before TLS announces USER, and USER is answered with " + reply.told();
        return reply.good() ? Verdict.fail(told) : Verdict.warn(told);
    }

    private static Verdict user(Pop3ProtocolSession talk) {
        Pop3Reply reply = talk.say("USER " + Nobody.USER);
        if (reply.good()) {
            return Verdict.fail("the server waits for the password in plaintext: " + reply.told());
        }
        if (reply.refusal()) {
            return Verdict.pass(reply.told());
        }
        return reply.ended()
                ? Verdict.pass("the server closes the connection: " + reply.told())
                : Verdict.inconclusive("USER was answered with " + reply.told());
    }
}
