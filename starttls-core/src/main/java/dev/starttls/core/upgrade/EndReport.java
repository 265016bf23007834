package dev.starttls.core.upgrade;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reports to a dialogue how its session ended: the first end, since what follows it is not another. Once the connection is
 * ready, any thread that uses it may be the one.
 */
final class EndReport {

    private final Dialogue dialogue;
    private final UpgradeListener listener;
    private final AtomicBoolean made = new AtomicBoolean();

    EndReport(Dialogue dialogue, UpgradeListener listener) {
        this.dialogue = dialogue;
        this.listener = listener;
    }

    void make(SessionEnd end) {
        if (made.getAndSet(true)) {
            return;
        }
        try {
            dialogue.ended(end);
        } catch (Throwable e) {
            // The session is over, and how it ended matters more than this.
            end.failure().ifPresent(why -> why.addSuppressed(e));
            uncaught(e);
        }
    }

    private void uncaught(Throwable thrown) {
        try {
            listener.uncaught(thrown);
        } catch (Throwable e) {
            thrown.addSuppressed(e);
        }
    }
}
