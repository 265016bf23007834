package dev.starttls.conformance.run;

/**
 * How many targets may be asked at once, as the reader of targets sees it. It begins small and grows with every one that
 * was asked: thousands of hosts that are silent are asked at once, but where all answer at once, this machine and they are
 * not drowned in handshakes. While enough targets wait for a lane, none is asked at all.
 */
final class AdmissionLimit {
    private static final int FIRST = 128;

    private final int most;
    private final int maxWaiting;
    private int limit;
    private int asked;
    private int waiting;

    AdmissionLimit(int most, int maxWaiting) {
        this.most = most;
        this.maxWaiting = maxWaiting;
        this.limit = Math.min(FIRST, most);
    }

    /** Waits until there is room for one more. */
    synchronized void enter() throws InterruptedException {
        while (asked >= limit || waiting >= maxWaiting) {
            wait();
        }
        asked++;
    }

    /** One of those asked waits for a lane now. */
    synchronized void queue() {
        waiting++;
        leave();
    }

    /** One of those asked is done with. */
    synchronized void leave() {
        asked--;
        limit = Math.min(most, limit + 1);
        notifyAll();
    }

    /** One of those waiting has its lane. */
    synchronized void serve() {
        waiting--;
        notifyAll();
    }

    /** Waits until nobody is asked and nobody waits. */
    synchronized void awaitEmpty() throws InterruptedException {
        while (asked > 0 || waiting > 0) {
            wait();
        }
    }
}
