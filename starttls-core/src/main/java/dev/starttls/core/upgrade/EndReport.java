package dev.starttls.core.upgrade;

/** Reports the end of a session to its dialogue, once. */
final class EndReport {

    private final Dialogue dialogue;
    private final UpgradeListener listener;
    private boolean done;

    EndReport(Dialogue dialogue, UpgradeListener listener) {
        this.dialogue = dialogue;
        this.listener = listener;
    }

    /** Takes the first end that is reported; what follows it is no other. */
    void report(SessionEnd end) {
        if (done) {
            return;
        }
        done = true;
        try {
            dialogue.ended(end);
        } catch (Throwable e) {
            // The session is over, and how it ended matters more than this.
            end.failure().ifPresent(why -> why.addSuppressed(e));
            heard(e);
        }
    }

    private void heard(Throwable thrown) {
        try {
            listener.uncaught(thrown);
        } catch (Throwable e) {
            thrown.addSuppressed(e);
        }
    }
}
