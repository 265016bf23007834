package dev.starttls.conformance.client.subject;

/**
 * How one run of the client ended.
 *
 * @param words the exit status or the exception, for people
 * @param output the last lines that it printed; empty if there are none
 */
public record Ending(Kind kind, String words, String output) {
    /** What the client says of its run. */
    public enum Kind {
        /** It did what it is for. */
        SUCCESS,
        /** It failed. */
        FAILURE,
        /** It was ended by a signal that means a fault in its code. */
        CRASHED,
        /** It cannot do this case, and says so. */
        UNABLE,
        /** It was not run: what has to be done before each run failed. */
        UNPREPARED,
        /** It was ended because its time was over. */
        TIMED_OUT,
        /** Nobody knows: it has no exit status. */
        UNKNOWN
    }

    /** Without output. */
    public static Ending of(Kind kind, String words) {
        return new Ending(kind, words, "");
    }
}
