package dev.starttls.core.upgrade;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a dialogue leaves behind when its connection is ready: last lines that are to leave before the application's octets, and
 * the report of its end, which is due when the connection is handed over or cannot be. Before that there is nothing.
 */
final class DialogueEnd {

    /** Shared by all connections; nothing is ever added. */
    private static final PendingOutput NO_LINES = new PendingOutput();

    private volatile PendingOutput lines = NO_LINES;
    private volatile Optional<EndReport> report = Optional.empty();

    void begin(PendingOutput last, EndReport due) {
        lines = last.isEmpty() ? NO_LINES : last;
        report = Optional.of(due);
    }

    /** The last lines, perhaps none; to be followed by {@link #settled} when some of them were taken. */
    PendingOutput lines() {
        return lines;
    }

    /** Returns whether all of them have left, and the application's octets may follow. */
    boolean settled() {
        boolean all = lines.isEmpty();
        if (all) {
            lines = NO_LINES;
        }
        return all;
    }

    /** Gives them out as they are, in plaintext. Returns as {@link #settled}. */
    boolean drain(ByteBuffer network) {
        if (!lines.isEmpty()) {
            lines.drain(network);
        }
        return settled();
    }

    void forgetLines() {
        PendingOutput last = lines;
        if (last != NO_LINES) {
            last.clear();
            lines = NO_LINES;
        }
    }

    /** Reports the end, unless that was done. */
    void report(SessionEnd how) {
        Optional<EndReport> due = report;
        if (due.isPresent()) {
            report = Optional.empty();
            due.get().make(how);
        }
    }

    /** The transport has failed. No effect once the end was reported: it is the application's matter. */
    void lost(IOException thrown, Phase phase) throws UpgradeException {
        if (report.isEmpty()) {
            return;
        }
        UpgradeException why = new UpgradeException(
                FailureReason.CONNECTION_CLOSED,
                phase,
                "Expected the dialogue's last octets to leave before the connection is handed over, got: "
                        + (thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage()));
        why.initCause(thrown);
        report(SessionEnd.of(why));
        throw why;
    }
}
