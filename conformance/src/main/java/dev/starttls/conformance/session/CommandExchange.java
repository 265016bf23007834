package dev.starttls.conformance.session;

import java.util.List;

/**
 * The capability command and the goodbye, sent inside TLS, and all answers until the session ended. Each of the two is
 * answered once; an extra answer belongs to a command that was not sent there. The timing of the answers does not
 * matter.
 *
 * @param answers all of them, in their order
 * @param listed whether the first is the answer to the capability command
 * @param foreign whether one of them names another command, as a tag of IMAP does
 * @param ended whether the connection ended; otherwise nothing more came in time
 */
public record CommandExchange(List<Response> answers, boolean listed, boolean foreign, boolean ended) {
    /** The number of commands sent, and so of answers expected. */
    public static final int EXPECTED = 2;

    public CommandExchange {
        answers = List.copyOf(answers);
    }

    /** Whether each command was answered as it should be, and nothing else was. */
    public boolean sound() {
        return answers.size() == EXPECTED
                && listed
                && !foreign
                && (answers.get(1).goodbye() || answers.get(1).done());
    }

    /** The answers, for a detail. */
    public String description() {
        return Response.description(answers);
    }
}
