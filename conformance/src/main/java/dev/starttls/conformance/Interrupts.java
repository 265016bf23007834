package dev.starttls.conformance;

/** Tells when the run is ended from outside: by control-C, or by a signal that asks to terminate. */
@FunctionalInterface
public interface Interrupts {
    /** Nobody interrupts. */
    Interrupts NONE = last -> () -> {};

    /** While it is open, an interrupt is heard. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Has something done when the interrupt comes, by another thread; the process ends behind it, with the status that
     * the signal has by convention: 130 for SIGINT, 143 for SIGTERM.
     */
    Watch on(Runnable last);

    /** Those of this process. */
    static Interrupts ofProcess() {
        return last -> {
            Thread hook = new Thread(last, "interrupt");
            Runtime.getRuntime().addShutdownHook(hook);
            return () -> {
                try {
                    Runtime.getRuntime().removeShutdownHook(hook);
                } catch (IllegalStateException e) {
                    // Too late: the hook runs, and ends the process.
                    return;
                }
            };
        };
    }
}
