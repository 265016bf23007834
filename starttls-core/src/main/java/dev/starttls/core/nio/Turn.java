package dev.starttls.core.nio;

/**
 * How much of a thread one connection may use before others are served: a peer that keeps sending keeps nobody waiting for
 * longer than that. What one step does within a turn is bounded by the connection itself, in lines and records.
 */
final class Turn {

    /** Octets taken from the peer: four records of the greatest length, two of the buffers of this package. */
    static final int OCTETS = 65_536;
    /**
     * Nanoseconds after which no step begins. The step that is under way then takes less than as much again, so that a turn
     * stays below 1 ms: with a hundred connections that all have work, each is served ten times a second.
     */
    static final long NANOS = 500_000;

    private final TimeSource time;
    private final boolean shared;
    private final boolean reads;
    private final long began;
    private int octets;

    private Turn(TimeSource time, boolean shared, boolean reads) {
        this.time = time;
        this.shared = shared;
        this.reads = reads;
        this.began = time.nanos();
    }

    /** A turn among others on the calling thread. */
    static Turn amongOthers(TimeSource time) {
        return new Turn(time, true, true);
    }

    /** The thread is this connection's alone: there is nobody to make room for. */
    static Turn alone() {
        return new Turn(TimeSource.Machine.CLOCK, false, true);
    }

    /** For what has been read already and what follows from it, of which no selector tells: bounded by a buffer. */
    static Turn ofWhatIsHeld() {
        return new Turn(TimeSource.Machine.CLOCK, false, false);
    }

    /** Whether more may be read. */
    boolean reads() {
        return reads;
    }

    long now() {
        return time.nanos();
    }

    void taken(int count) {
        octets += count;
    }

    /** Whether it is the turn of others. */
    boolean over(long now) {
        return shared && (octets >= OCTETS || now - began >= NANOS);
    }
}
