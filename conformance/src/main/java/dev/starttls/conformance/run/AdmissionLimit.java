package dev.starttls.conformance.run;

/**
 * Limits how many targets are probed at the same time. The limit starts low and grows with every probed target:
 * thousands of silent hosts are probed at the same time, but if all of them answer, neither this machine nor they are
 * overloaded with handshakes. While enough targets wait for a lane, no target is probed.
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

    /** Waits until one more target may be probed. */
    synchronized void enter() throws InterruptedException {
        while (asked >= limit || waiting >= maxWaiting) {
            wait();
        }
        asked++;
    }

    /** A probed target now waits for a lane. */
    synchronized void queue() {
        waiting++;
        leave();
    }

    /** A probed target is finished. */
    synchronized void leave() {
        asked--;
        limit = Math.min(most, limit + 1);
        notifyAll();
    }

    /** A waiting target has its lane. */
    synchronized void serve() {
        waiting--;
        notifyAll();
    }

    /** Waits until no target is being probed and none waits. */
    synchronized void awaitEmpty() throws InterruptedException {
        while (asked > 0 || waiting > 0) {
            wait();
        }
    }
}
