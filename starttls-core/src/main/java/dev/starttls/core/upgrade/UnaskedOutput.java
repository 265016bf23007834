package dev.starttls.core.upgrade;

/** Whether a dialogue has something to say unasked. Any thread says so; the one that drives the connection asks what. */
final class UnaskedOutput {

    private volatile boolean due;
    private boolean possible;

    /** Gives the dialogue what wakes this connection's driver. */
    void begin(Dialogue dialogue, Waker waker) {
        possible = dialogue.wakeBy(() -> {
            due = true;
            waker.wake();
        });
    }

    /** Whether the dialogue may ever have something. */
    boolean possible() {
        return possible;
    }

    boolean due() {
        return due;
    }

    /** The dialogue is asked now. What it has later is due again. */
    void asked() {
        due = false;
    }
}
