package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** RFC 4954 section 4, RFC 8314 section 3: no login in the clear. */
final class AuthTopic implements Topic {
    /** Mechanisms that show the password, or a token as good as one, to whoever listens. */
    private static final Set<String> IN_THE_CLEAR = Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");

    private static final String FIX = "Postfix: smtpd_tls_auth_only = yes. Exim: auth_advertise_hosts ="
            + " ${if eq{$tls_in_cipher}{}{}{*}}. Dovecot submission: auth_allow_cleartext = no (disable_plaintext_auth ="
            + " yes before 2.4).";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("SMTP-S-13", "AUTH is not offered before TLS")
                        .clause("RFC 8314 section 3, RFC 4954 section 4")
                        .level(Level.SECURITY)
                        .why("A client that sees AUTH in the clear may use it: the password crosses the network for"
                                + " whoever listens. An offer inside TLS only makes the safe way the only one.")
                        .fix(FIX)
                        .onUpgraded(Protocol.SMTP)
                        .run(Stages.INTRODUCED.then(AuthTopic::offer)),
                refused("SMTP-S-14a", "PLAIN"),
                refused("SMTP-S-14b", "LOGIN"));
    }

    private static Verdict offer(SmtpTalk talk, Subject subject) {
        if (!talk.extensions().has("AUTH")) {
            return Verdict.pass("not offered");
        }
        Set<String> mechanisms = talk.extensions().mechanisms();
        Set<String> clear = new TreeSet<>(mechanisms);
        clear.retainAll(IN_THE_CLEAR);
        String told = "EHLO before TLS offers AUTH " + String.join(" ", mechanisms);
        if (clear.isEmpty()) {
            return Verdict.warn(told + "; none shows the password, but what follows the login is not protected");
        }
        return subject.target().scheme() == Scheme.SUBMISSION
                ? Verdict.fail(told)
                : Verdict.warn(told + "; on a port for mail between servers nobody should log in at all");
    }

    private static Check refused(String id, String mechanism) {
        return Check.of(id, "AUTH " + mechanism + " before TLS is refused")
                .clause("RFC 4954 section 4")
                .level(Level.SECURITY)
                .why("Not offering AUTH is not enough: a client may remember the offer of another day, and someone on"
                        + " the path may write one into the EHLO reply. Only a refusal keeps the password off the"
                        + " wire.")
                .fix(FIX)
                .onUpgraded(Protocol.SMTP)
                .run(Stages.INTRODUCED.then((talk, subject) -> {
                    Reply reply = talk.say("AUTH " + mechanism);
                    if (reply.refusal()) {
                        return Verdict.pass(reply.told());
                    }
                    if (reply.ended()) {
                        return Verdict.pass("the server hangs up: " + reply.told());
                    }
                    return reply.code() == 0
                            ? Verdict.inconclusive("AUTH " + mechanism + ": " + reply.told())
                            : Verdict.fail("the server asks for the password in the clear: " + reply.told());
                }));
    }
}
