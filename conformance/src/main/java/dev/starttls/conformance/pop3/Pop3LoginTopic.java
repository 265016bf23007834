package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Offers;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Set;

/** Checks that there is no login in plaintext (RFC 2595 section 2.3, RFC 8314 section 3). */
final class Pop3LoginTopic implements Topic {
    private static final Set<String> IN_THE_CLEAR = Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");
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
                        .run(INTRODUCED.thenAsStranger((session, context) -> user(session))),
                check("POP3-S-30", "AUTH alone lists no mechanism that reveals the password before TLS")
                        .why("Older clients send AUTH without a mechanism to learn what they may use, and take from the"
                                + " list what CAPA does not offer. Anyone on the path can read the password then.")
                        .run(INTRODUCED.thenAsStranger((session, context) -> list(session))));
    }

    private static Check.Draft check(String id, String title) {
        return Check.of(id, title)
                .clause("RFC 2595 section 2.3, RFC 8314 section 3")
                .level(Level.SECURITY)
                .fix(Pop3Profile.NO_PLAINTEXT_LOGIN)
                .onUpgraded(Protocol.POP3);
    }

    private static Verdict userAnnounced(Pop3ProtocolSession session) {
        if (!session.capabilities().known()) {
            return Verdict.skip("the server does not know CAPA, so it announces nothing");
        }
        if (!session.capabilities().has("USER")) {
            return Verdict.pass("not announced");
        }
        ObservedPop3Reply reply = session.say("USER " + UnknownUser.NAME);
        String detail = "CAPA before TLS announces USER, and USER is answered with " + reply.description();
        return reply.good() ? Verdict.fail(detail) : Verdict.warn(detail);
    }

    /** The list is like that of CAPA; no RFC has it, so that any refusal is right. */
    private static Verdict list(Pop3ProtocolSession session) {
        ObservedPop3Reply reply = session.list("AUTH");
        if (reply.asks()) {
            session.wire().send("*");
            return Verdict.fail("the server begins a login in plaintext: " + reply.description());
        }
        if (!reply.good()) {
            return reply.came() || reply.ended()
                    ? Verdict.pass(reply.description())
                    : Verdict.inconclusive("AUTH was answered with " + reply.description());
        }
        Set<String> mechanisms = Offers.mechanisms(String.join(" ", ((ObservedPop3Reply.Answer) reply).list()));
        String detail = "AUTH before TLS lists " + (mechanisms.isEmpty() ? "nothing" : String.join(", ", mechanisms));
        if (mechanisms.stream().anyMatch(IN_THE_CLEAR::contains)) {
            return Verdict.fail(detail);
        }
        return mechanisms.isEmpty() ? Verdict.pass(detail) : Verdict.warn(detail + "; none reveals the password");
    }

    private static Verdict user(Pop3ProtocolSession session) {
        ObservedPop3Reply reply = session.say("USER " + UnknownUser.NAME);
        if (reply.good()) {
            String asks = "the server waits for the password in plaintext: " + reply.description();
            ObservedPop3Reply refused = session.say("PASS " + UnknownUser.PASSWORD);
            return refused.wantsTls()
                    ? Verdict.warn(asks + "; it asks for TLS only when the password has come: " + refused.description())
                    : Verdict.fail(asks + ", and PASS is answered with " + refused.description());
        }
        if (reply.refusal()) {
            return Verdict.pass(reply.description());
        }
        return reply.ended()
                ? Verdict.pass("the server closes the connection: " + reply.description())
                : reply.inconclusive("USER was answered with " + reply.description());
    }
}
