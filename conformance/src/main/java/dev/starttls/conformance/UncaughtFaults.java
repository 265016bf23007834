package dev.starttls.conformance;

import java.lang.Thread.UncaughtExceptionHandler;

/**
 * What a thread of the process throws and nothing catches: a fault of the suite, which no run may end without reporting.
 * Of an {@link Error}, such as that there is no memory, nothing is known of what waits for that thread: the process ends
 * as after an interrupt, so that the reports have what is done.
 */
final class UncaughtFaults implements UncaughtExceptionHandler {
    private final CommandEnvironment environment;
    private volatile boolean seen;

    UncaughtFaults(CommandEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable fault) {
        seen = true;
        try {
            environment.fault(fault);
        } finally {
            if (fault instanceof Error) {
                end();
            }
        }
    }

    private static void end() {
        try {
            System.exit(ExitStatus.FAULT);
        } finally {
            // The exit needs memory too, for what is done at the end.
            Runtime.getRuntime().halt(ExitStatus.FAULT);
        }
    }

    /** The exit status of a run that ended with this one. */
    int status(int ofRun) {
        return seen ? ExitStatus.FAULT : ofRun;
    }
}
