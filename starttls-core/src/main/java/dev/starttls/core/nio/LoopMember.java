package dev.starttls.core.nio;

import java.nio.channels.SelectionKey;
import java.util.Optional;

/** What a key of a loop's selector belongs to, as the loop knows it; called by the loop's thread. */
interface LoopMember {

    /** Its key is ready. */
    void selected(SelectionKey key);

    /** Whether it is served before those that are not. */
    default boolean insideTls() {
        return false;
    }

    /** It has waited for the loop, with work to do, for so many nanoseconds. */
    default void waited(long nanos) {
        // What it waits for has no time of its own, or has come.
    }

    /** To do some of the work that was left in the turn before. */
    void turn();

    /** To accept nothing more, since the loop ends when what is underway has come to its end. */
    default void stopAccepting() {
        // It accepts nothing.
    }

    /** To be closed, since its own work threw something that it did not expect. */
    void broken(Throwable thrown);

    /** To be closed, for a reason of the loop's or the caller's. */
    void abandoned(String detail, Optional<Throwable> cause);

    /** To be closed since the loop is shut down, after what a server says then, if its client takes that at once. */
    default void shutDown(String detail) {
        abandoned(detail, Optional.empty());
    }
}
