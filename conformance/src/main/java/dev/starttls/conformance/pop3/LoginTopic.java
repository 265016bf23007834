package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** RFC 2595 section 2.3, RFC 8314 section 3: no login in the clear. */
final class LoginTopic implements Topic {
    /** Mechanisms that show the password, or a token as good as one, to whoever listens. */
    private static final Set<String> IN_THE_CLEAR = Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");

    private static final String FIX =
            "Dovecot: auth_allow_cleartext = no (disable_plaintext_auth = yes before 2.4), and"
                    + " ssl = required. Cyrus: allowplaintext: no. Courier: POP3_TLS_REQUIRED=1 in pop3d-ssl.";
    private static final Stage<Pop3Talk> INTRODUCED =
            Stage.first(Pop3Talk::fromElsewhere, Pop3Talk::greeted).and(Pop3Talk::introduced);

    @Override
    public List<Check> checks() {
        return List.of(
                check("POP3-S-09a", "USER is not announced before TLS")
                        .why("A client that sees USER in the clear may use it: the password crosses the network for"
                                + " whoever listens.")
                        .run(INTRODUCED.thenAsStranger((talk, subject) -> userAnnounced(talk))),
                check("POP3-S-09b", "USER before TLS is refused")
                        .why("Not announcing it is not enough: a client may not ask, and someone on the path may write"
                                + " USER into the answer to CAPA. Only a refusal keeps the password off the wire.")
                        .run(INTRODUCED.thenAsStranger((talk, subject) -> user(talk))),
                refused("POP3-S-10a", "PLAIN"),
                refused("POP3-S-10b", "LOGIN"),
                check("POP3-S-10c", "no mechanism that shows the password is announced before TLS")
                        .why(
                                "A client that sees SASL PLAIN in the clear may use it: the password crosses the network for"
                                        + " whoever listens.")
                        .run(INTRODUCED.thenAsStranger((talk, subject) -> mechanisms(talk))));
    }

    private static Check.Draft check(String id, String title) {
        return Check.of(id, title)
                .clause("RFC 2595 section 2.3, RFC 8314 section 3")
                .level(Level.SECURITY)
                .fix(FIX)
                .onUpgraded(Protocol.POP3);
    }

    private static Verdict userAnnounced(Pop3Talk talk) {
        if (!talk.capabilities().has("USER")) {
            return Verdict.pass("not announced");
        }
        Pop3Reply reply = talk.say("USER " + Nobody.USER);
        String told = "CAPA before TLS announces USER, and USER is answered with " + reply.told();
        return reply.good() ? Verdict.fail(told) : Verdict.warn(told);
    }

    private static Verdict user(Pop3Talk talk) {
        Pop3Reply reply = talk.say("USER " + Nobody.USER);
        if (reply.good()) {
            return Verdict.fail("the server waits for the password in the clear: " + reply.told());
        }
        return refusalOrEnd("USER", reply);
    }

    private static Verdict refusalOrEnd(String command, Pop3Reply reply) {
        if (reply.refusal()) {
            return Verdict.pass(reply.told());
        }
        return reply.ended()
                ? Verdict.pass("the server hangs up: " + reply.told())
                : Verdict.inconclusive(command + " was answered with " + reply.told());
    }

    private static Check refused(String id, String mechanism) {
        return check(id, "AUTH " + mechanism + " before TLS is refused at once")
                .why("A continuation asks for the password in the clear: a client that answers it has lost it, whatever"
                        + " the server says then.")
                .run(INTRODUCED.thenAsStranger((talk, subject) -> {
                    Pop3Reply reply = talk.say("AUTH " + mechanism);
                    if (reply.asks() || reply.good()) {
                        return Verdict.fail("the server asks for the password in the clear: " + reply.told());
                    }
                    return refusalOrEnd("AUTH " + mechanism, reply);
                }));
    }

    private static Verdict mechanisms(Pop3Talk talk) {
        Set<String> mechanisms = talk.capabilities().mechanisms();
        if (mechanisms.isEmpty()) {
            return Verdict.pass("none is announced");
        }
        Set<String> clear = new TreeSet<>(mechanisms);
        clear.retainAll(IN_THE_CLEAR);
        String told = "CAPA before TLS announces SASL " + String.join(" ", mechanisms);
        return clear.isEmpty()
                ? Verdict.warn(told + "; none shows the password, but what follows the login is not protected")
                : Verdict.fail(told);
    }
}
