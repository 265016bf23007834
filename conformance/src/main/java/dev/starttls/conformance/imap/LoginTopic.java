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
 * Checks that there is no login in plaintext (RFC 9051 sections 6.2.2, 6.2.3 and 11.1). Servers such as Dovecot treat a
 * connection between equal addresses as secured and let it log in; such a connection shows nothing about others, so
 * another address is used where possible.
 */
final class LoginTopic implements Topic {
    private static final String FIX = ImapProfile.NO_PLAINTEXT_LOGIN;
    private static final String SAME = ", the same as for a wrong password inside TLS";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("IMAP-S-08a", "LOGINDISABLED is announced before TLS, or LOGIN is not possible")
                        .clause("RFC 9051 section 6.2.3")
                        .level(Level.MUST)
                        .why("LOGINDISABLED tells a client that it must not send its password before TLS.")
                        .fix(FIX)
                        .onUpgraded(Protocol.IMAP)
                        .run(ImapProfile.STAGES
                                .introducedFromElsewhere()
                                .thenAsStranger(
                                        (talk, subject) -> talk.capabilities().has("LOGINDISABLED")
                                                ? Verdict.pass("announced")
                                                : notAnnounced(subject, talk.say("LOGIN " + Nobody.ARGUMENTS)))),
                Check.of("IMAP-S-09", "LOGIN before TLS is refused without trying the password")
                        .clause("RFC 9051 section 6.2.3, RFC 5530 section 3")
                        .level(Level.SECURITY)
                        .why("The announcement is not enough: a client may not ask, and an attacker on the path may"
                                + " remove LOGINDISABLED from the answer. A server that tries the password encourages"
                                + " clients to send it in plaintext; PRIVACYREQUIRED tells them to use TLS instead.")
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
                        Verdict.pass(told + ", which differs from the answer to a wrong password"));
    }

    private static Verdict login(ImapProtocolSession talk, CheckContext subject) throws IOException {
        Answer login = talk.say("LOGIN " + Nobody.ARGUMENTS);
        String told = login.told();
        if (login.ok()) {
            return Verdict.fail("LOGIN in plaintext was answered with " + told);
        }
        if (login.farewell() || login.ended()) {
            return Verdict.pass("the server ends the session: " + told);
        }
        if (login.is(Condition.BAD)) {
            return Verdict.warn("refused, but with BAD, which says that the command was wrong: " + told);
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
                        ? Verdict.inconclusive(told + SAME + "; whether the password was tried cannot be observed")
                        : Verdict.fail("the password was tried in plaintext: " + told + SAME),
                Verdict.pass("refused otherwise than a wrong password, though without [PRIVACYREQUIRED]: " + told));
    }

    private static boolean privacyRequired(Answer login) {
        return login.code().filter("PRIVACYREQUIRED"::equals).isPresent();
    }

    /** LOGIN was refused with NO: with the same text as a wrong password inside TLS? */
    private static Verdict againstControl(CheckContext subject, Answer login, Verdict same, Verdict other)
            throws IOException {
        ImapProtocolSession control = ImapProfile.STAGES.open(subject);
        control.wire().note("control: how is the same LOGIN refused inside TLS?");
        Optional<Verdict> obstacle = ImapProfile.STAGES.inside().reach(control, subject);
        if (obstacle.isPresent()) {
            return Verdict.inconclusive(login.told() + "; how a wrong password is refused could not be observed: "
                    + obstacle.get().detail());
        }
        Answer inside = control.say("LOGIN " + Nobody.ARGUMENTS);
        return wording(inside).equals(wording(login)) ? same : other;
    }

    private static String wording(Answer answer) {
        return answer.end() instanceof ImapResponse.Tagged tagged ? tagged.condition() + " " + tagged.text() : "";
    }
}
