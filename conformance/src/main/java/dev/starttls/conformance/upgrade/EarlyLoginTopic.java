package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.session.UnknownUser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks that a login that comes before TLS, in whatever form, is not taken there and does not count inside. All names
 * and passwords are invented.
 */
final class EarlyLoginTopic extends UpgradeTopic {
    private static final String WHY =
            "A client that has once seen such a login accepted, or an attacker who inserts the"
                    + " offer, makes the client send its password or token in plaintext, in one command and without being"
                    + " asked. A server that tries it shows the client that this works; one that refuses it because TLS is"
                    + " missing makes the client, or its user, notice.";

    EarlyLoginTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                inOneCommand(
                        "UP-S-50",
                        "a password in the AUTH command itself is not tried before TLS",
                        login("PLAIN", " " + UnknownUser.PLAIN)),
                inOneCommand(
                        "UP-S-51",
                        "a user name in the AUTH command itself is not followed by the question for the password",
                        login("LOGIN", " " + UnknownUser.LOGIN)),
                inOneCommand(
                        "UP-S-52",
                        "a token is neither asked for nor tried before TLS, whether or not it is offered",
                        login("XOAUTH2", ""),
                        login("OAUTHBEARER", ""),
                        login("XOAUTH2", " " + UnknownUser.XOAUTH2),
                        login("OAUTHBEARER", " " + UnknownUser.OAUTHBEARER)),
                check(
                                "UP-S-53",
                                "a login that was refused before TLS does not count inside it",
                                Level.SECURITY,
                                Rule.INSIDE,
                                "Forget at the upgrade who has tried to log in.")
                        .why("What came in plaintext may have come from an attacker on the path, who can put the"
                                + " client into the attacker's account that way, or use an account without its"
                                + " password.")
                        .run(fromStranger(this::counts)),
                check(
                                "UP-S-54",
                                "an authentication begun before TLS cannot be finished inside it",
                                Level.SECURITY,
                                Rule.INSIDE,
                                "Forget at the upgrade an authentication that has begun.")
                        .why("An attacker on the path begins it, and the server takes the client's first line inside"
                                + " TLS for the password: what the client sends is lost, logged, or logs it in as"
                                + " somebody else.")
                        .run(fromStranger(this::finished)),
                check(
                                "UP-S-55",
                                "after a refused upgrade command a login in plaintext is refused as before",
                                Level.SECURITY,
                                Rule.LOGIN)
                        .why("The refused command must not change the session. A server that remembers it as the"
                                + " upgrade takes the plaintext after it for protected, and accepts passwords there.")
                        .run(fromStranger(this::afterRefusal)));
    }

    /** From another address than the server's own, where servers trust that. */
    private CheckBody fromStranger(Stage.Rest<ProtocolSession> rest) {
        return profile().trustsOwnAddress()
                ? stages().introducedFromElsewhere().thenAsStranger(rest)
                : stages().introduced().then(rest);
    }

    private InventedLogin login(String mechanism, String response) {
        return new InventedLogin(profile(), mechanism, profile().authenticate(mechanism) + response);
    }

    private Check inOneCommand(String id, String title, InventedLogin... logins) {
        return check(id, title, Level.SECURITY, Rule.LOGIN).why(WHY).run(fromStranger((session, context) -> {
            List<InventedLogin.Attempt> attempts = new ArrayList<>();
            for (InventedLogin login : logins) {
                InventedLogin.Attempt attempt = login.attempt(session);
                attempts.add(attempt);
                if (attempt.finding().isPresent()) {
                    break;
                }
            }
            for (InventedLogin.Attempt attempt : attempts) {
                Optional<Verdict> verdict = attempt.verdict(context);
                if (verdict.isPresent()) {
                    return verdict.get();
                }
            }
            return Verdict.pass("refused, and nothing was asked for");
        }));
    }

    private static Response said(ProtocolSession session, String command) {
        Response answer = session.say(command);
        if (answer.asks()) {
            InventedLogin.cancel(session);
        }
        return answer;
    }

    private Verdict counts(ProtocolSession session, CheckContext context) throws IOException {
        boolean named = false;
        for (String command : profile().inventedLogins()) {
            Response answer = said(session, command);
            named |= answer.namesCredentials();
            if (!answer.came() || answer.endsSession()) {
                return answer.ended() || answer.endsSession()
                        ? Verdict.pass("the server ends the session at the login: " + answer.description())
                        : notDone(command, answer);
            }
        }
        Optional<Verdict> inside = upgraded(session);
        if (inside.isPresent()) {
            return inside.get();
        }
        Optional<Verdict> obstacle = session.introduced();
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        List<Response> answers = needLogin(profile(), session);
        String detail = profile().needLogin() + " inside TLS: " + Response.description(answers);
        if (!suspicious(answers)) {
            return notCounted(named, detail);
        }
        ProtocolSession control = profile().stages().open(context);
        control.wire().note("control: the same without a login before TLS");
        Optional<Verdict> noControl =
                InventedLogin.inside(profile(), control, context).or(control::introduced);
        if (noControl.isPresent()) {
            return Verdict.inconclusive(
                    detail + "; without the login: " + noControl.get().detail());
        }
        List<Response> without = needLogin(profile(), control);
        return more(answers, without)
                ? Verdict.fail(detail + "; without the login before TLS: " + Response.description(without))
                : notCounted(named, detail + ", the same as without a login before TLS");
    }

    private static Verdict notCounted(boolean tried, String detail) {
        return tried
                ? Verdict.undecided(
                        "the invented login does not count inside TLS; only a right password, which is never"
                                + " sent in plaintext, would show whether one that was tried does: " + detail)
                : Verdict.pass(detail);
    }

    /** The answers to the commands for which a server needs a login. */
    static List<Response> needLogin(UpgradeProfile profile, ProtocolSession session) {
        List<Response> answers = new ArrayList<>();
        profile.needLogin().forEach(command -> answers.add(said(session, command)));
        return answers;
    }

    /** Whether a server that knows nobody could have answered otherwise. */
    private static boolean suspicious(List<Response> answers) {
        Response last = answers.get(answers.size() - 1);
        return answers.get(0).done() || (answers.size() > 1 && !last.asks());
    }

    /** Whether anything is accepted here and refused there; a second login is the other way round. */
    static boolean more(List<Response> here, List<Response> there) {
        boolean more = false;
        for (int i = 0; i < here.size(); i++) {
            more |= here.get(i).done() && there.get(i).refusal();
            more |= here.get(i).refusal() && there.get(i).asks();
        }
        return more;
    }

    /** Upgrades after what was sent before; the verdict if the server does not. */
    private Optional<Verdict> upgraded(ProtocolSession session) {
        if (session.offered().isPresent()) {
            return session.offered();
        }
        Response goAhead = session.say(words().upgrade());
        if (goAhead.goAhead()) {
            return session.secured();
        }
        // A server that is in the middle of an authentication takes any line for its response (RFC 4422 section 3.4).
        return Optional.of(
                !goAhead.done() && (goAhead.came() || goAhead.ended() || goAhead.endsSession() || goAhead.asks())
                        ? Verdict.pass(words().upgrade() + " after it is refused: " + goAhead.description())
                        : notDone(words().upgrade(), goAhead));
    }

    private Verdict finished(ProtocolSession session, CheckContext context) throws IOException {
        Response begun = session.say(profile().authenticate("PLAIN"));
        Optional<Verdict> inside = upgraded(session);
        if (inside.isPresent()) {
            return inside.get();
        }
        session.wire().send(UnknownUser.PLAIN);
        Response answer = session.next();
        String detail = "the response of an authentication that was begun in plaintext (" + begun.description()
                + ") was answered inside TLS with " + answer.description();
        if (answer.endsSession() || answer.ended()) {
            return Verdict.pass(detail);
        }
        if (!answer.came()) {
            return notDone("a line that is no command", answer);
        }
        ProtocolSession control = profile().stages().open(context);
        control.wire().note("control: the same without the authentication before TLS");
        Optional<Verdict> obstacle = InventedLogin.inside(profile(), control, context);
        if (obstacle.isPresent()) {
            return Verdict.inconclusive(
                    detail + "; without it: " + obstacle.get().detail());
        }
        control.wire().send(UnknownUser.PLAIN);
        Response without = control.next();
        if (without.wording().equals(answer.wording())) {
            return answer.refusal()
                    ? Verdict.pass(detail + ", the same as without it")
                    : Verdict.undecided(detail + ", the same as without it");
        }
        String differs = detail + "; without it, with " + without.description();
        boolean taken = answer.done()
                || answer.namesCredentials()
                || (answer.refusesCredentials() && !without.refusesCredentials());
        return taken ? Verdict.fail(differs) : Verdict.warn(differs);
    }

    private Verdict afterRefusal(ProtocolSession session, CheckContext context) {
        if (session.offered().isPresent()) {
            return session.offered().get();
        }
        List<String> commands =
                List.of(profile().authenticate("PLAIN"), profile().begin());
        List<Response> before = new ArrayList<>();
        commands.forEach(command -> before.add(said(session, command)));
        String upgrade = words().upgrade() + " x";
        Response refused = session.say(upgrade);
        if (refused.goAhead() || refused.done()) {
            return Verdict.skip(upgrade + " is not refused: " + refused.description());
        }
        if (!refused.refusal()) {
            return refused.ended() || refused.endsSession()
                    ? Verdict.pass("the server ends the session: " + refused.description())
                    : notDone(upgrade, refused);
        }
        List<Response> after = new ArrayList<>();
        commands.forEach(command -> after.add(said(session, command)));
        for (int i = 0; i < commands.size(); i++) {
            Response then = before.get(i);
            Response now = after.get(i);
            boolean opened = then.refusal() && (now.asks() || now.done());
            if (opened || (then.wantsTls() && now.refusesCredentials())) {
                return Verdict.fail(
                        "after the refused " + upgrade + ", " + profile().authenticate("PLAIN") + " and "
                                + profile().begin() + " in plaintext are answered with " + Response.description(after)
                                + "; before it, with " + Response.description(before));
            }
        }
        return Verdict.pass("answered as before it: " + Response.description(after));
    }
}
