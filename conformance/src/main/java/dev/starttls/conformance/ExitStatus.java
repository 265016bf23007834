package dev.starttls.conformance;

/** Statuses beyond the contract's: they say nothing of any target. The numbers are those of sysexits.h and of shells. */
final class ExitStatus {
    /** The suite itself is at fault (EX_SOFTWARE). */
    static final int FAULT = 70;

    /** A report could not be written (EX_IOERR). */
    static final int OUTPUT_LOST = 74;

    /** Whoever read standard output has had enough (128 + SIGPIPE). */
    static final int READER_GONE = 141;

    private ExitStatus() {}
}
