package dev.starttls.conformance.run;

/**
 * Limits how many targets are probed at the same time. The limit starts low and grows with every probed target:
 * thousands of silent hosts are probed at the same time, but if all of them answer, neither this machine nor they are
 * overloaded with handshakes. While enough targets wait for a worker, no target is probed.
 */
final class AdmissionLimit {
    private static final int FIRST = 128;

    private final int max;
    private final int maxWaiting;
    private int limit;
    private int probed;
    private int waiting;

    AdmissionLimit(int max, int maxWaiting) {
        this.max = max;
        this.maxWaiting = maxWaiting;
        this.limit = Math.min(FIRST, max);
    }

    /** Waits until one more target may be probed. */
    synchronized void enter() throws InterruptedException {
        while (probed >= limit || waiting >= maxWaiting) {
            wait();
        }
        probed++;
    }

    /** A probed target now waits for a worker. */
    synchronized void queue() {
        waiting++;
        leave();
    }

    /** A probed target is finished. */
    synchronized void leave() {
        probed--;
        limit = Math.min(max, limit + 1);
        notifyAll();
    }

    /** A waiting target has its worker. */
    synchronized void serve() {
        waiting--;
        notifyAll();
    }

    /** Waits until no target is being probed and none waits. */
    synchronized void awaitEmpty() throws InterruptedException {
        while (probed > 0 || waiting > 0) {
            wait();
        }
    }
}
