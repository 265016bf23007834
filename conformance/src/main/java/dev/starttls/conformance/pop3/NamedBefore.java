package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.tls.ProvenServer;
import java.io.IOException;
import java.util.Optional;

/**
 * After USER in plaintext: does PASS inside TLS log that user in? With real credentials the answer is direct. Without
 * them the text of the refusal shows it: it is either that for a password without a user, or that for a wrong password.
 */
record NamedBefore(CheckContext subject, Optional<Login> login) {
    static NamedBefore by(CheckContext subject) {
        return new NamedBefore(subject, subject.settings().login());
    }

    /** The user to name in plaintext. */
    String user() {
        return login.map(Login::user).orElse(Nobody.USER);
    }

    /**
     * Judges right after the handshake.
     *
     * @param naming how the user was named, for a detail
     */
    Verdict judge(Pop3ProtocolSession talk, Handshake.Done handshake, String naming) {
        if (login.isEmpty()) {
            return withoutPassword(talk, naming);
        }
        return ProvenServer.withholds(subject, handshake).orElseGet(() -> withPassword(talk, login.get(), naming));
    }

    /** PASS and QUIT inside TLS are answered once each; an extra answer belongs to the USER before. */
    private static Optional<Verdict> counted(Pop3ProtocolSession talk, String naming) {
        long more = talk.quit().stream().filter(Pop3Reply::came).count() - 1;
        return more > 0
                ? Optional.of(Verdict.fail(
                        "PASS and QUIT inside TLS had " + more + " extra answers: " + naming + " was executed"))
                : Optional.empty();
    }

    private static Verdict withPassword(Pop3ProtocolSession talk, Login login, String naming) {
        Pop3Reply reply = new LogIn(talk, login).pass();
        Optional<Verdict> obeyed = counted(talk, naming);
        if (obeyed.isPresent()) {
            return obeyed.get();
        }
        if (reply.good()) {
            return Verdict.fail("PASS inside TLS logs in, on " + naming);
        }
        // The server's answer may repeat the password, so the detail does not quote it.
        return reply.refusal() || reply.ended()
                ? Verdict.pass("the right password inside TLS does not log the user in: the server has forgotten"
                        + " " + naming)
                : Verdict.inconclusive("PASS inside TLS was not answered");
    }

    private Verdict withoutPassword(Pop3ProtocolSession talk, String naming) {
        Pop3Reply reply = talk.say("PASS " + Nobody.PASSWORD);
        String told = "PASS inside TLS: " + reply.told();
        Optional<Verdict> obeyed = counted(talk, naming);
        if (obeyed.isPresent()) {
            return obeyed.get();
        }
        if (reply.ended()) {
            return Verdict.pass(told);
        }
        if (!reply.refusal()) {
            return reply.good()
                    ? Verdict.fail(told + ", on " + naming)
                    : Verdict.inconclusive("PASS inside TLS was answered with " + reply.told());
        }
        try {
            Pop3Reply unnamed = control("how is PASS refused without a user?", false);
            Pop3Reply wrong = control("how is a wrong password refused inside TLS?", true);
            if (unnamed.told().equals(wrong.told())) {
                return Verdict.inconclusive(
                        told + ", the same as without a user and as for a wrong password; only real credentials would"
                                + " show the difference: give --user and --password-file");
            }
            if (reply.told().equals(unnamed.told())) {
                return Verdict.pass(told + ", the same as without a user");
            }
            return reply.told().equals(wrong.told())
                    ? Verdict.fail(told + ": it was taken as the password of " + naming
                            + "; without a user it is " + unnamed.told())
                    : Verdict.inconclusive(told + "; without a user it is " + unnamed.told());
        } catch (IOException e) {
            return Verdict.inconclusive(told + "; no connection to compare with could be made: " + e.getMessage());
        }
    }

    private Pop3Reply control(String question, boolean named) throws IOException {
        Pop3ProtocolSession control = Pop3Profile.STAGES.open(subject);
        control.wire().note("control: " + question);
        Optional<Verdict> obstacle = Pop3Profile.STAGES.inside().reach(control, subject);
        if (obstacle.isPresent()) {
            throw new IOException(obstacle.get().detail());
        }
        if (named) {
            control.say("USER " + Nobody.USER);
        }
        Pop3Reply reply = control.say("PASS " + Nobody.PASSWORD);
        control.wire().close();
        return reply;
    }
}
