package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.util.Optional;

/**
 * The connection that a loop makes where the server does not take what was said unasked on the first: in its place, so that
 * a loop that is full or shut down in order serves it as it served the first. Made beforehand, as the setup may have been
 * changed by then. Only the loop's thread begins it.
 *
 * @param <D> the protocol's dialogue
 */
final class SecondConnection<D extends Dialogue> {

    private final FirstAttempt first;
    private final D dialogue;
    private final UpgradeConnection connection;
    private volatile Optional<UpgradeException> failed = Optional.empty();

    SecondConnection(FirstAttempt first, D dialogue, UpgradeConnection connection) {
        this.first = first;
        this.dialogue = dialogue;
        this.connection = connection;
    }

    /**
     * Says what the first has failed with.
     *
     * @param awaited whether a caller waits for another
     * @return the connection that is to be made now; empty if that was the end
     */
    Optional<UpgradeConnection> after(UpgradeException why, boolean awaited) {
        if (!first.repeatable(why, awaited)) {
            return Optional.empty();
        }
        failed = Optional.of(why);
        connection.precededBy(why);
        return Optional.of(connection);
    }

    /** What the first has failed with, if this one was begun. */
    Optional<UpgradeException> failed() {
        return failed;
    }

    /** Its dialogue if it was begun, else that of the first. */
    D dialogueOr(D ofFirst) {
        return failed.isPresent() ? dialogue : ofFirst;
    }
}
