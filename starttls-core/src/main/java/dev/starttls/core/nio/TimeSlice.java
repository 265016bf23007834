package dev.starttls.core.nio;

/**
 * How much of a thread one connection may use before others are served: no other waits longer than that for a peer that
 * keeps sending. What one step does within a turn is bounded by the connection itself, in lines and records.
 */
final class TimeSlice {

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

    private TimeSlice(TimeSource time, boolean shared, boolean reads) {
        this.time = time;
        this.shared = shared;
        this.reads = reads;
        this.began = time.nanos();
    }

    /** Of a thread that serves others too. */
    static TimeSlice shared(TimeSource time) {
        return new TimeSlice(time, true, true);
    }

    /** The thread is this connection's alone: no other waits for it. */
    static TimeSlice unlimited() {
        return new TimeSlice(TimeSource.Machine.CLOCK, false, true);
    }

    /** For what has been read already and what follows from it, which no selector reports: bounded by a buffer. */
    static TimeSlice ofHeldInput() {
        return new TimeSlice(TimeSource.Machine.CLOCK, false, false);
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

    /** Whether it is used up, and others are to be served. */
    boolean over(long now) {
        return shared && (octets >= OCTETS || now - began >= NANOS);
    }
}
