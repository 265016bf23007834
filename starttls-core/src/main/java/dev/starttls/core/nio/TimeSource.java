package dev.starttls.core.nio;

/** The time in nanoseconds of a clock that never goes back: the system's, or in a test one that the test moves. */
interface TimeSource {

    long nanos();

    /** The clock of this machine. Not a lambda, which the first upgrade would have to link. */
    enum Machine implements TimeSource {
        CLOCK;

        @Override
        public long nanos() {
            return System.nanoTime();
        }
    }
}
