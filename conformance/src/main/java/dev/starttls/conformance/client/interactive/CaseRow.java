package dev.starttls.conformance.client.interactive;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Transcript;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a case stands, for the page and the terminal.
 *
 * @param port where its server listens; 0 while it does not
 * @param run the number of this run of the client, from 1
 * @param runs how many runs the case needs
 * @param verdict when the case is done; while it is repeated, the one that it had before
 * @param lookFor what the client must not show, for the person to look for in this run, or to say whether it was shown
 * @param actions what a person can do with it now
 * @param lastLines of the transcript
 */
public record CaseRow(
        String id,
        String title,
        State state,
        int port,
        int run,
        int runs,
        Optional<Verdict> verdict,
        Optional<String> lookFor,
        Set<Action> actions,
        List<Transcript.Entry> lastLines) {
    public CaseRow {
        actions = Set.copyOf(actions);
        lastLines = List.copyOf(lastLines);
    }

    /** Where it stands. */
    public enum State {
        /** It comes after another, and its server does not listen. */
        LATER("later"),
        /** Its server listens, and nothing has connected in this run. */
        WAITING("waiting for the client"),
        /** The client has connected in this run. */
        CONNECTED("connected"),
        /** It has a verdict: the client came and went, or nothing can be said of this client. */
        JUDGED("judged"),
        /** It has a verdict by what was seen until the person ended it. */
        ENDED("ended by you");

        private final String words;

        State(String words) {
            this.words = words;
        }
    }

    /** What a person can do with a case. */
    public enum Action {
        /** End this run of the client, so that the case is judged by what was seen, or goes on to its next run. */
        END,
        /** Begin the case, now or once more. */
        BEGIN,
        /** Say whether the client showed what it must not show. */
        SAY
    }

    /** The state, and the verdict with its sentence. */
    public String words() {
        if (open()) {
            return state.words
                    + (runs > 1 ? ", run " + run + " of " + runs : "")
                    + verdict.map(before -> " (before: " + before.status().key() + ")")
                            .orElse("");
        }
        return (state == State.JUDGED ? "" : state.words)
                + (state == State.ENDED ? ": " : "")
                + verdict.map(done -> done.status().key() + ": " + done.detail())
                        .orElse("");
    }

    /** Whether its server listens. */
    public boolean open() {
        return state == State.WAITING || state == State.CONNECTED;
    }

    /** Whether it has a verdict, and no run of the client is awaited. */
    public boolean done() {
        return state == State.JUDGED || state == State.ENDED;
    }
}
