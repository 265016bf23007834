package dev.starttls.conformance.client.interactive;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Transcript;
import java.util.List;
import java.util.Optional;

/**
 * Where a case stands, for the page and the terminal.
 *
 * @param port where its server listens; 0 while it does not
 * @param run the number of this run of the client, from 1
 * @param runs how many runs the case needs
 * @param verdict when the case is done
 * @param lastLines of the transcript
 */
public record CaseRow(
        String id,
        String title,
        State state,
        int port,
        String user,
        String password,
        int run,
        int runs,
        Optional<Verdict> verdict,
        List<Transcript.Entry> lastLines) {
    public CaseRow {
        lastLines = List.copyOf(lastLines);
    }

    /** Where it stands. */
    public enum State {
        /** It comes after another. */
        LATER("later"),
        /** Its server listens, and the client has not connected. */
        WAITING("waiting for the client"),
        /** The client has connected. */
        CONNECTED("connected"),
        /** It has a verdict. */
        DONE("done");

        private final String words;

        State(String words) {
            this.words = words;
        }
    }

    /** The state or the verdict in words. */
    public String words() {
        String words =
                verdict.map(done -> done.status().key() + ": " + done.detail()).orElse(state.words);
        return verdict.isEmpty() && runs > 1 ? words + ", run " + run + " of " + runs : words;
    }

    /** Whether its server listens. */
    public boolean open() {
        return state == State.WAITING || state == State.CONNECTED;
    }
}
