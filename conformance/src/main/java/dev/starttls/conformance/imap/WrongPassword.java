package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.UnknownUser;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * How the server refuses a wrong password as the first command inside TLS: tried once, for all checks that compare a
 * refusal before TLS with it, because servers delay each further answer to a wrong password.
 *
 * @param evidence how it was got
 */
record WrongPassword(ImapCommandResult answer, List<Transcript.Entry> evidence) {

    WrongPassword {
        evidence = List.copyOf(evidence);
    }

    /** It could not be observed. */
    static final class UnobservedException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Verdict obstacle;

        UnobservedException(Verdict obstacle) {
            super(obstacle.detail());
            this.obstacle = obstacle;
        }

        String detail() {
            return obstacle.detail();
        }
    }

    /**
     * Tries it, unless another check has; the check's earlier connections are closed.
     *
     * @throws IOException if no connection could be made
     */
    static WrongPassword of(CheckContext context) throws IOException, UnobservedException {
        // Another check that tries it may need the connection.
        context.close();
        Transcript transcript = context.transcript();
        boolean[] tried = new boolean[1];
        WrongPassword made = context.shared().once(WrongPassword.class, () -> {
            tried[0] = true;
            int before = transcript.entries().size();
            ImapCommandResult answer = attempt(context);
            List<Transcript.Entry> all = transcript.entries();
            return new WrongPassword(answer, all.subList(Math.min(before, all.size()), all.size()));
        });
        if (!tried[0]) {
            transcript.note(0, "a wrong password was tried once inside TLS, for all checks that compare with it:");
            transcript.repeat(made.evidence());
        }
        return made;
    }

    private static ImapCommandResult attempt(CheckContext context) throws IOException, UnobservedException {
        ImapProtocolSession control = ImapProfile.STAGES.open(context);
        control.wire().note("control: how is LOGIN refused inside TLS?");
        Optional<Verdict> obstacle = ImapProfile.STAGES.inside().reach(control, context);
        if (obstacle.isPresent()) {
            throw new UnobservedException(obstacle.get());
        }
        ImapCommandResult answer = control.say("LOGIN " + UnknownUser.LOGIN_ARGUMENTS);
        if (!answer.came()) {
            throw new UnobservedException(Verdict.inconclusive("LOGIN was not answered: " + answer.description()));
        }
        return answer;
    }
}
