package dev.starttls.conformance.report;

import dev.starttls.conformance.run.TargetReport;
import java.io.Closeable;

/** One rendering of the results. Targets come one by one, so that an endless list of them is reported as it goes. */
public interface Report extends Closeable {
    /** Writes one target, and sees to it that a reader has it at once. */
    void add(TargetReport report);

    /** No target will follow. */
    @Override
    void close();
}
