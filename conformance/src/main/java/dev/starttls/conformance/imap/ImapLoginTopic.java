package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;

/**
 * Checks that there is no login in plaintext (RFC 9051 sections 6.2.2, 6.2.3 and 11.1). Servers such as Dovecot treat a
 * connection between equal addresses as secured and let it log in; such a connection shows nothing about others, so
 * another address is used where possible.
 */
final class ImapLoginTopic implements Topic {
    private static final String FIX = ImapProfile.NO_PLAINTEXT_LOGIN;
    private static final String SAME = ", the same as for a wrong password inside TLS";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("IMAP-S-08a", "LOGINDISABLED is announced before TLS, or LOGIN is not possible")
                        .clause("RFC 9051 sections 6.2.3 and 11.1")
                        .level(Level.MUST)
                        .why(
                                "LOGINDISABLED tells a client that it must not send its password before TLS. If only the answer"
                                        + " to LOGIN says so, the password has crossed the network.")
                        .fix(FIX)
                        .onUpgraded(Protocol.IMAP)
                        .run(ImapProfile.STAGES
                                .introducedFromElsewhere()
                                .thenAsStranger((session, context) -> session.capabilities()
                                                .has("LOGINDISABLED")
                                        ? Verdict.pass("announced")
                                        : notAnnounced(context, session.say("LOGIN " + UnknownUser.LOGIN_ARGUMENTS)))),
                Check.of("IMAP-S-09", "LOGIN before TLS is refused without trying the password")
                        .clause("RFC 9051 section 6.2.3, RFC 5530 section 3")
                        .level(Level.SECURITY)
                        .why("The announcement is not enough: a client may not ask, and an attacker on the path may"
                                + " remove LOGINDISABLED from the answer. A server that tries the password encourages"
                                + " clients to send it in plaintext; PRIVACYREQUIRED tells them to use TLS instead.")
                        .fix(FIX)
                        .onUpgraded(Protocol.IMAP)
                        .run(ImapProfile.STAGES.introducedFromElsewhere().thenAsStranger(ImapLoginTopic::login)));
    }

    private static Verdict notAnnounced(CheckContext context, ImapCommandResult login) throws IOException {
        String detail = "LOGINDISABLED is not announced; LOGIN: " + login.description();
        if (login.ok()) {
            return Verdict.fail(detail);
        }
        if (login.bye() || login.ended()) {
            return Verdict.warn(detail + "; a client that is not told sends its password first");
        }
        if (!login.refusal()) {
            return login.inconclusive(detail);
        }
        Verdict refused = Verdict.warn(detail + "; a client that is not told sends its password first");
        return privacyRequired(login) || !login.is(Condition.NO)
                ? refused
                : againstControl(context, login, Verdict.fail(detail + SAME), refused);
    }

    private static Verdict login(ImapProtocolSession session, CheckContext context) throws IOException {
        ImapCommandResult login = session.say("LOGIN " + UnknownUser.LOGIN_ARGUMENTS);
        String detail = login.description();
        if (login.ok()) {
            return Verdict.fail("LOGIN in plaintext was answered with " + detail);
        }
        if (login.bye() || login.ended()) {
            return Verdict.pass("the server ends the session: " + detail);
        }
        if (login.is(Condition.BAD)) {
            return Verdict.warn("refused, but with BAD, which says that the command was wrong: " + detail);
        }
        if (!login.is(Condition.NO)) {
            return login.inconclusive("LOGIN was answered with " + detail);
        }
        if (privacyRequired(login)) {
            return Verdict.pass(detail);
        }
        return againstControl(
                context,
                login,
                session.capabilities().has("LOGINDISABLED")
                        ? Verdict.warn(detail + SAME + "; whether the password was tried cannot be observed, and the"
                                + " client does not learn that it must use TLS")
                        : Verdict.fail("the password was tried in plaintext: " + detail + SAME),
                Verdict.pass("refused otherwise than a wrong password, though without [PRIVACYREQUIRED]: " + detail));
    }

    private static boolean privacyRequired(ImapCommandResult login) {
        return login.code().filter("PRIVACYREQUIRED"::equals).isPresent();
    }

    /** LOGIN was refused with NO: with the same text as a wrong password inside TLS? */
    private static Verdict againstControl(CheckContext context, ImapCommandResult login, Verdict same, Verdict other)
            throws IOException {
        try {
            return wording(WrongPassword.of(context).answer()).equals(wording(login)) ? same : other;
        } catch (WrongPassword.UnobservedException e) {
            return Verdict.inconclusive(
                    login.description() + "; how a wrong password is refused could not be observed: " + e.detail());
        }
    }

    private static String wording(ImapCommandResult answer) {
        return answer.end() instanceof ObservedImapResponse.Tagged tagged
                ? tagged.condition() + " " + tagged.text()
                : "";
    }
}
