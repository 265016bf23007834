package dev.starttls.conformance.session;

import java.util.List;

/**
 * The capability command and the goodbye, sent inside TLS, and all that came until the session ended. Each of the two is
 * answered once; an answer too many is to a command that was not sent there. It does not matter when the answers come.
 *
 * @param answers all of them, in their order
 * @param listed whether the first is the answer to the capability command
 * @param foreign whether one says itself that it answers another command, as a tag of IMAP does
 * @param ended whether the connection ended; else nothing more came in time
 */
public record Exchange(List<Response> answers, boolean listed, boolean foreign, boolean ended) {
    /** As many as the commands that were sent. */
    public static final int EXPECTED = 2;

    public Exchange {
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
    public String told() {
        return Response.told(answers);
    }
}
