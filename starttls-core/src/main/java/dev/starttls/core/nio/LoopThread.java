package dev.starttls.core.nio;

import java.util.function.Consumer;

/** The thread of a loop, which code of the application borrows: what that code leaves there is dealt with here. */
final class LoopThread {

    private LoopThread() {}

    /** Does one connection's work: what that throws, which it should not, ends it and is reported. */
    static void contained(Runnable work, Consumer<Throwable> broken) {
        try {
            work.run();
        } catch (Throwable fault) {
            try {
                broken.accept(fault);
            } catch (Throwable second) {
                fault.addSuppressed(second);
            }
            report(fault);
        }
        takeInterrupt();
    }

    /** A fault in the author's code goes where uncaught exceptions of this thread go; the loop serves the others on. */
    static void report(Throwable fault) {
        Thread thread = Thread.currentThread();
        boolean interrupted = thread.isInterrupted();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        } catch (Throwable e) {
            // There is nothing else to report it to, and the connections of others go on.
            fault.addSuppressed(e);
        }
        if (!interrupted) {
            // One that the handler has left is not reported to the handler.
            boolean unused = Thread.interrupted();
        }
    }

    /**
     * Code of the application has run on the loop's thread. An interrupt that it left set would close the channel that is
     * read next, of whichever connection, and end the loop: it is taken back, and reported. One that comes from elsewhere in just
     * this time looks the same; {@link UpgradeLoop#closeNow} ends a loop at any time.
     */
    static void takeInterrupt() {
        if (Thread.interrupted()) {
            report(new IllegalStateException(
                    "Expected code of the application to leave the thread of the loop as it was,"
                            + " got it interrupted; the loop goes on, use UpgradeLoop.closeNow() to end it"));
        }
    }
}
