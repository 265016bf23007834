package dev.starttls.benchmarks.link;

/** The directions of a transfer. */
enum Direction {
    /** From the client to the server. */
    ONE_WAY,
    /** Both ways at the same time, each side with a thread for either. */
    FULL_DUPLEX
}
