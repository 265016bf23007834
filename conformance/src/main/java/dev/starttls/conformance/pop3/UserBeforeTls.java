package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.tls.AuthenticatedServer;
import java.io.IOException;
import java.util.Optional;

/**
 * After USER in plaintext: does PASS inside TLS log that user in? With real credentials the answer is direct. Without
 * them the text of the refusal shows it: it is either that for a password without a user, or that for a wrong password.
 */
record UserBeforeTls(CheckContext context, Optional<Login> login) {
    static UserBeforeTls by(CheckContext context) {
        return new UserBeforeTls(context, context.settings().login());
    }

    /** The user to name in plaintext. */
    String user() {
        return login.map(Login::user).orElse(UnknownUser.NAME);
    }

    /**
     * Judges right after the handshake.
     *
     * @param naming how the user was named, for a detail
     */
    Verdict judge(Pop3ProtocolSession session, HandshakeResult.Done handshake, String naming) {
        if (login.isEmpty()) {
            return withoutPassword(session, naming);
        }
        return AuthenticatedServer.withholds(context, handshake)
                .orElseGet(() -> withPassword(session, login.get(), naming));
    }

    /** PASS and QUIT inside TLS are answered once each; an extra answer belongs to the USER before. */
    private static Optional<Verdict> counted(Pop3ProtocolSession session, String naming) {
        long more = session.quit().stream().filter(ObservedPop3Reply::came).count() - 1;
        return more > 0
                ? Optional.of(Verdict.fail(
                        "PASS and QUIT inside TLS had " + more + " extra answers: " + naming + " was executed"))
                : Optional.empty();
    }

    private static Verdict withPassword(Pop3ProtocolSession session, Login login, String naming) {
        ObservedPop3Reply reply = new Pop3Authentication(session, login).pass();
        Optional<Verdict> obeyed = counted(session, naming);
        if (obeyed.isPresent()) {
            return obeyed.get();
        }
        if (reply.good()) {
            return Verdict.fail("PASS inside TLS logs in, on " + naming);
        }
        // The server's answer may repeat the password, so the detail does not quote it.
        return reply.refusal() || reply.ended()
                ? Verdict.pass("the right password inside TLS does not log the user in: the server has forgotten" + " "
                        + naming)
                : Verdict.inconclusive("PASS inside TLS was not answered");
    }

    private Verdict withoutPassword(Pop3ProtocolSession session, String naming) {
        ObservedPop3Reply reply = session.say("PASS " + UnknownUser.PASSWORD);
        String detail = "PASS inside TLS: " + reply.description();
        Optional<Verdict> obeyed = counted(session, naming);
        if (obeyed.isPresent()) {
            return obeyed.get();
        }
        if (reply.ended()) {
            return Verdict.pass(detail);
        }
        if (!reply.refusal()) {
            return reply.good()
                    ? Verdict.fail(detail + ", on " + naming)
                    : Verdict.inconclusive("PASS inside TLS was answered with " + reply.description());
        }
        try {
            ObservedPop3Reply unnamed = control("how is PASS refused without a user?", false);
            ObservedPop3Reply wrong = control("how is a wrong password refused inside TLS?", true);
            if (unnamed.description().equals(wrong.description())) {
                return Verdict.inconclusive(
                        detail + ", the same as without a user and as for a wrong password; only real credentials would"
                                + " show the difference: give --user and --password-file");
            }
            if (reply.description().equals(unnamed.description())) {
                return Verdict.pass(detail + ", the same as without a user");
            }
            return reply.description().equals(wrong.description())
                    ? Verdict.fail(detail + ": it was taken as the password of " + naming + "; without a user it is "
                            + unnamed.description())
                    : Verdict.inconclusive(detail + "; without a user it is " + unnamed.description());
        } catch (IOException e) {
            return Verdict.inconclusive(detail + "; no connection to compare with could be made: " + e.getMessage());
        }
    }

    private ObservedPop3Reply control(String question, boolean named) throws IOException {
        Pop3ProtocolSession control = Pop3Profile.STAGES.open(context);
        control.wire().note("control: " + question);
        Optional<Verdict> obstacle = Pop3Profile.STAGES.inside().reach(control, context);
        if (obstacle.isPresent()) {
            throw new IOException(obstacle.get().detail());
        }
        if (named) {
            control.say("USER " + UnknownUser.NAME);
        }
        ObservedPop3Reply reply = control.say("PASS " + UnknownUser.PASSWORD);
        control.wire().close();
        return reply;
    }
}
