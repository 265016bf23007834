package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.Stage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Checks that there is no login in plaintext. */
final class LoginTopic extends UpgradeTopic {
    /** Mechanisms that send the password, or a token equivalent to it, readable by anyone on the path. */
    private static final Set<String> IN_THE_CLEAR = Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");

    LoginTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                check(
                                "UP-S-20",
                                "no mechanism that reveals the password is offered before TLS",
                                Level.SECURITY,
                                Rule.MECHANISMS)
                        .why("A client that sees such an offer in plaintext may use it, and anyone on the path can"
                                + " read the password. If the mechanism is offered inside TLS only, the safe"
                                + " way is the only one.")
                        .run(fromStranger(this::mechanisms)),
                refused("UP-S-21a", "PLAIN"),
                refused("UP-S-21b", "LOGIN"));
    }

    private CheckBody fromStranger(Stage.Rest<ProtocolSession> rest) {
        return profile().trustsOwnAddress()
                ? stages().introducedFromElsewhere().thenAsStranger(rest)
                : stages().introduced().then(rest);
    }

    private Verdict mechanisms(ProtocolSession session, CheckContext context) {
        Set<String> mechanisms = session.offers().mechanisms();
        if (mechanisms.isEmpty()) {
            return Verdict.pass("no mechanism is offered");
        }
        Set<String> clear = new TreeSet<>(mechanisms);
        clear.retainAll(IN_THE_CLEAR);
        String detail = words().capabilities() + " before TLS offers " + String.join(", ", mechanisms);
        if (clear.isEmpty()) {
            return Verdict.warn(detail + "; none reveals the password, but what follows the login is not protected");
        }
        return profile().expectsLogin(context.target().scheme())
                ? Verdict.fail(detail)
                : Verdict.warn(detail + "; on a port for mail between servers no client should log in at all");
    }

    private Check refused(String id, String mechanism) {
        return check(
                        id,
                        "authentication by " + mechanism + " before TLS is refused at once",
                        Level.SECURITY,
                        Rule.LOGIN)
                .why("Not offering it is not enough: a client may remember an earlier offer, and an attacker on the"
                        + " path may insert one into the answer. A server that asks the client to continue asks for the"
                        + " password in plaintext; only a refusal keeps the password off the network.")
                .run(fromStranger(
                        (session, context) -> authenticate(session, profile().authenticate(mechanism))));
    }

    private static Verdict authenticate(ProtocolSession session, String command) {
        Response answer = session.say(command);
        if (answer.asks()) {
            // A line with an asterisk ends the exchange (RFC 4954 section 4, RFC 9051 section 6.2.2, RFC 5034 section
            // 4).
            session.wire().send("*");
            return Verdict.fail("the server asks for the password in plaintext: " + answer.description());
        }
        if (answer.done() || answer.goAhead()) {
            return Verdict.fail(command + " was answered with " + answer.description());
        }
        if (answer.endsSession() || answer.ended()) {
            return Verdict.pass("the server ends the session: " + answer.description());
        }
        return answer.refusal() ? Verdict.pass(answer.description()) : notDone(command, answer);
    }
}
