package dev.starttls.conformance;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Where the counts of a run go while it lasts, in Prometheus's text format. */
interface Metrics extends AutoCloseable {
    /**
     * Begins.
     *
     * @param counts the text at any time; called by any thread
     * @param lost hears, any number of times, that it could not be written
     * @param fault takes what else is thrown on the threads of this, any number of times
     */
    void publish(Supplier<String> counts, Consumer<IOException> lost, Consumer<Throwable> fault);

    /** Says the last of it. */
    @Override
    void close();

    /** Nobody wants them. */
    static Metrics none() {
        return new Metrics() {
            @Override
            public void publish(Supplier<String> counts, Consumer<IOException> lost, Consumer<Throwable> fault) {
                // They are not read.
            }

            @Override
            public void close() {
                // There is nothing to end.
            }
        };
    }
}
