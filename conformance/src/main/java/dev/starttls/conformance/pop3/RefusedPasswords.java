package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.UnknownUser;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * How the server answers a password as the first command inside TLS, and after an invented name there: tried once, for
 * all checks that compare with it, because servers delay each further answer to a wrong password.
 *
 * @param unnamed the answer to PASS without USER
 * @param user the answer to USER
 * @param wrong the answer to PASS after it; empty if USER was refused
 * @param evidence how they were got
 */
record RefusedPasswords(
        ObservedPop3Reply unnamed,
        ObservedPop3Reply user,
        Optional<ObservedPop3Reply> wrong,
        List<Transcript.Entry> evidence) {

    RefusedPasswords {
        evidence = List.copyOf(evidence);
    }

    /**
     * Tries it, unless another check has; the check's earlier connections are closed.
     *
     * @throws IOException if a session inside TLS could not be had, or an answer did not come
     */
    static RefusedPasswords of(CheckContext context) throws IOException {
        // Another check that tries it may need the connection.
        context.close();
        Transcript transcript = context.transcript();
        boolean[] tried = new boolean[1];
        RefusedPasswords made = context.shared().once(RefusedPasswords.class, () -> {
            tried[0] = true;
            return attempt(context);
        });
        if (!tried[0]) {
            transcript.note(0, "a wrong password was tried once inside TLS, for all checks that compare with it:");
            transcript.repeat(made.evidence());
        }
        return made;
    }

    private static RefusedPasswords attempt(CheckContext context) throws IOException {
        int before = context.transcript().entries().size();
        String password = "PASS " + UnknownUser.PASSWORD;
        ObservedPop3Reply unnamed = said(inside(context, "how is PASS refused without a user?"), password);
        Pop3ProtocolSession named = inside(context, "how is a wrong password refused inside TLS?");
        ObservedPop3Reply user = said(named, "USER " + UnknownUser.NAME);
        Optional<ObservedPop3Reply> wrong = user.refusal() ? Optional.empty() : Optional.of(said(named, password));
        List<Transcript.Entry> all = context.transcript().entries();
        return new RefusedPasswords(unnamed, user, wrong, all.subList(Math.min(before, all.size()), all.size()));
    }

    private static ObservedPop3Reply said(Pop3ProtocolSession session, String command) throws IOException {
        ObservedPop3Reply reply = session.say(command);
        if (!reply.came()) {
            throw new IOException("the comparison was not answered: " + reply.description());
        }
        return reply;
    }

    private static Pop3ProtocolSession inside(CheckContext context, String question) throws IOException {
        Pop3ProtocolSession control = Pop3Profile.STAGES.open(context);
        control.wire().note("control: " + question);
        Optional<Verdict> obstacle = Pop3Profile.STAGES.inside().reach(control, context);
        if (obstacle.isPresent()) {
            throw new IOException(obstacle.get().detail());
        }
        return control;
    }
}
