package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.UnknownUser;
import java.io.IOException;
import java.util.Optional;

/**
 * After a user was named in plaintext, by an invented name: does PASS inside TLS take that user? The text of the refusal
 * shows it: it is either that for a password without a user, or that for a wrong password.
 */
record UserBeforeTls(CheckContext context) {
    private static final String PASS = "PASS " + UnknownUser.PASSWORD;

    /** PASS and QUIT inside TLS are answered once each; an extra answer belongs to the USER before. */
    private static Optional<Verdict> counted(Pop3ProtocolSession session, String naming) {
        long more = session.quit().stream().filter(ObservedPop3Reply::came).count() - 1;
        return more > 0
                ? Optional.of(Verdict.fail(
                        "PASS and QUIT inside TLS had " + more + " extra answers: " + naming + " was executed"))
                : Optional.empty();
    }

    /**
     * Judges right after the handshake.
     *
     * @param naming how the user was named, for a detail
     */
    Verdict judge(Pop3ProtocolSession session, String naming) {
        return judged(session.say(PASS), naming);
    }

    /** The same, where the naming itself may be answered inside TLS. */
    Verdict judgeCounting(Pop3ProtocolSession session, String naming) {
        ObservedPop3Reply reply = session.say(PASS);
        return counted(session, naming).orElseGet(() -> judged(reply, naming));
    }

    private Verdict judged(ObservedPop3Reply reply, String naming) {
        String detail = "PASS inside TLS: " + reply.description();
        if (reply.ended()) {
            return Verdict.pass(detail);
        }
        if (!reply.refusal()) {
            return reply.good()
                    ? Verdict.fail(detail + ", on " + naming)
                    : reply.inconclusive("PASS inside TLS was answered with " + reply.description());
        }
        try {
            RefusedPasswords others = RefusedPasswords.of(context);
            return others.wrong()
                    .map(wrong -> compared(detail, naming, reply, others.unnamed(), wrong))
                    .orElseGet(() -> Verdict.pass(detail + "; USER is refused inside TLS: "
                            + others.user().description()));
        } catch (IOException e) {
            return Verdict.inconclusive(detail + "; it could not be compared: " + e.getMessage());
        }
    }

    private static Verdict compared(
            String detail, String naming, ObservedPop3Reply reply, ObservedPop3Reply unnamed, ObservedPop3Reply wrong) {
        if (unnamed.wording().equals(wrong.wording())) {
            return Verdict.undecided(
                    detail + ", the same as without a user and as for a wrong password; only a real name, which is"
                            + " never sent in plaintext, would show the difference");
        }
        if (reply.wording().equals(unnamed.wording())) {
            return Verdict.pass(detail + ", the same as without a user");
        }
        return reply.wording().equals(wrong.wording())
                ? Verdict.fail(detail + ": it was taken as the password of " + naming + "; without a user it is "
                        + unnamed.description())
                : Verdict.undecided(detail + "; without a user it is " + unnamed.description());
    }
}
