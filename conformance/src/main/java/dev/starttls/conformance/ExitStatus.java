package dev.starttls.conformance;

/**
 * Exit statuses besides those of {@link dev.starttls.conformance.run.Outcome}: they say nothing about any target. The
 * numbers are those of sysexits.h and of shells.
 */
final class ExitStatus {
    /** The suite itself failed (EX_SOFTWARE). */
    static final int FAULT = 70;

    /** A report could not be created or written, or a server for a client not be started (EX_IOERR). */
    static final int IO_FAILED = 74;

    /** The run was interrupted by SIGINT (128 + SIGINT): the JVM ends with it. */
    static final int INTERRUPTED = 130;

    /** The reader of standard output has closed it (128 + SIGPIPE). */
    static final int READER_GONE = 141;

    /** The run was ended by SIGTERM (128 + SIGTERM): the JVM ends with it. */
    static final int TERMINATED = 143;

    private ExitStatus() {}
}
