package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ImapResponse.Condition;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * RFC 9051 sections 6.2.2, 6.2.3 and 11.1: no login in the clear. Servers such as Dovecot call a connection between equal
 * addresses secured and let it log in; what is seen on such a connection tells nothing of others, so another is used where
 * it can be had.
 */
final class LoginTopic implements Topic {
    private static final String FIX = ImapProfile.NO_PLAINTEXT_LOGIN;
    private static final String SAME = ", just as a wrong password is refused inside TLS";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("IMAP-S-08a", "LOGINDISABLED is announced before TLS, or LOGIN is not possible")
                        .clause("RFC 9051 section 6.2.3")
                        .level(Level.MUST)
                        .why("LOGINDISABLED is what keeps an honest client from sending its password before TLS.")
                        .fix(FIX)
                        .onUpgraded(Protocol.IMAP)
                        .run(ImapProfile.STAGES
                                .introducedFromElsewhere()
                                .thenAsStranger(
                                        (talk, subject) -> talk.capabilities().has("LOGINDISABLED")
                                                ? Verdict.pass("announced")
                                                : notAnnounced(subject, talk.say("LOGIN " + Nobody.ARGUMENTS)))),
                Check.of("IMAP-S-09", "LOGIN before TLS is refused, and not for the password's sake")
                        .clause("RFC 9051 section 6.2.3, RFC 5530 section 3")
                        .level(Level.SECURITY)
                        .why("Not announcing it is not enough: a client may not ask, and someone on the path may take"
                                + " LOGINDISABLED out of the answer. A server that tries the password rewards the client"
                                + " for showing it; PRIVACYREQUIRED tells it what to do instead.")
                        .fix(FIX)
                        .onUpgraded(Protocol.IMAP)
                        .run(ImapProfile.STAGES.introducedFromElsewhere().thenAsStranger(LoginTopic::login)));
    }

    private static Verdict notAnnounced(CheckContext subject, Answer login) throws IOException {
        String told = "LOGINDISABLED is not announced; LOGIN: " + login.told();
        if (login.ok()) {
            return Verdict.fail(told);
        }
        if (login.farewell() || login.ended()) {
            return Verdict.pass(told);
        }
        if (!login.refusal()) {
            return Verdict.inconclusive(told);
        }
        return privacyRequired(login) || !login.is(Condition.NO)
                ? Verdict.pass(told)
                : againstControl(
                        subject,
                        login,
                        Verdict.fail(told + SAME),
                        Verdict.pass(told + ", which is not what a wrong password is answered with"));
    }

    private static Verdict login(ImapProtocolSession talk, CheckContext subject) throws IOException {
        Answer login = talk.say("LOGIN " + Nobody.ARGUMENTS);
        String told = login.told();
        if (login.ok()) {
            return Verdict.fail("LOGIN in the clear was answered with " + told);
        }
        if (login.farewell() || login.ended()) {
            return Verdict.pass("the server ends the session: " + told);
        }
        if (login.is(Condition.BAD)) {
            return Verdict.warn("refused, but with BAD, which tells the client that its command was wrong: " + told);
        }
        if (!login.is(Condition.NO)) {
            return Verdict.inconclusive("LOGIN was answered with " + told);
        }
        if (privacyRequired(login)) {
            return Verdict.pass(told);
        }
        return againstControl(
                subject,
                login,
                talk.capabilities().has("LOGINDISABLED")
                        ? Verdict.inconclusive(told + SAME + "; whether the password was tried cannot be seen")
                        : Verdict.fail("the password was tried in the clear: " + told + SAME),
                Verdict.pass("refused, and not as a wrong password is, though without [PRIVACYREQUIRED]: " + told));
    }

    private static boolean privacyRequired(Answer login) {
        return login.code().filter("PRIVACYREQUIRED"::equals).isPresent();
    }

    /** LOGIN was refused with NO: in the words that a wrong password is refused with inside TLS? */
    private static Verdict againstControl(CheckContext subject, Answer login, Verdict same, Verdict other)
            throws IOException {
        ImapProtocolSession control = ImapProfile.STAGES.open(subject);
        control.wire().note("control: how is the same LOGIN refused inside TLS?");
        Optional<Verdict> obstacle = ImapProfile.STAGES.inside().reach(control, subject);
        if (obstacle.isPresent()) {
            return Verdict.inconclusive(login.told() + "; how a wrong password is refused cannot be seen: "
                    + obstacle.get().detail());
        }
        Answer inside = control.say("LOGIN " + Nobody.ARGUMENTS);
        return wording(inside).equals(wording(login)) ? same : other;
    }

    private static String wording(Answer answer) {
        return answer.end() instanceof ImapResponse.Tagged tagged ? tagged.condition() + " " + tagged.text() : "";
    }
}
