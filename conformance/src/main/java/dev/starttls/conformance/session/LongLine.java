package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * A line longer than a server has to take. The proof is in the count: it and the goodbye behind it are answered once each.
 *
 * @param greeted where it is sent, and how far a connection must come after it
 * @param command what it begins with, as in {@code "NOOP "}
 * @param refusal the proper refusal, as details call it
 */
public record LongLine<T extends Talk>(Stage<T> greeted, String command, String refusal) {
    /** A server that takes so much for a command sets no bound worth the name. */
    private static final int MUCH = 4096;

    /** A line of so many octets, its CRLF included. */
    public CheckBody of(int octets) {
        return greeted.then((talk, subject) -> send(talk, subject, octets));
    }

    private Verdict send(T talk, Subject subject, int octets) {
        talk.wire().sendRaw(command + "x".repeat(octets - command.length() - 2) + "\r\n");
        List<? extends Response> responses = talk.quit();
        List<? extends Response> answers =
                responses.stream().filter(Response::came).toList();
        Optional<Verdict> gone = greeted.tryAfresh(subject);
        if (gone.isPresent()) {
            return Verdict.warn("after it, on a new connection: " + gone.get().detail());
        }
        Response last = responses.get(responses.size() - 1);
        if (answers.isEmpty()) {
            return last.ended() ? Verdict.pass("the server hangs up") : Verdict.warn("no answer: " + last.told());
        }
        Response first = answers.get(0);
        if (answers.size() > 2) {
            return Verdict.warn("the line and the goodbye behind it were answered with " + answers.size() + " replies: "
                    + Response.told(answers) + "; the line was cut into several");
        }
        if (first.refusal()) {
            return Verdict.pass(first.told());
        }
        return octets > MUCH
                ? Verdict.warn("taken as a command: " + first.told() + "; " + refusal + " would tell the client")
                : Verdict.pass("taken, longer than it has to be: " + first.told());
    }
}
