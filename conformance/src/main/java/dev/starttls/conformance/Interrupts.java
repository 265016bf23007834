package dev.starttls.conformance;

/** Reports that the run is ended from outside: by control-C, or by a signal that asks to terminate. */
@FunctionalInterface
public interface Interrupts {
    /** No interrupts. */
    Interrupts NONE = last -> () -> {};

    /** Reports interrupts while it is open. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Runs this on another thread when the interrupt comes; after it the process ends, with the status that the signal
     * has by convention: 130 for SIGINT, 143 for SIGTERM.
     */
    Watch on(Runnable last);

    /** The interrupts of this process. */
    static Interrupts ofProcess() {
        return last -> {
            Thread hook = new Thread(last, "interrupt");
            // The process waits for this thread to end; the exit of another handler would wait for the process.
            hook.setUncaughtExceptionHandler((thread, fault) -> {
                try {
                    fault.printStackTrace();
                } finally {
                    Runtime.getRuntime().halt(ExitStatus.FAULT);
                }
            });
            Runtime.getRuntime().addShutdownHook(hook);
            return () -> {
                try {
                    Runtime.getRuntime().removeShutdownHook(hook);
                } catch (IllegalStateException e) {
                    // Too late: the hook is running, and then the process ends.
                    return;
                }
            };
        };
    }
}
