package dev.starttls.conformance.report;

import dev.starttls.conformance.run.TargetReport;
import java.io.Closeable;

/** One format of the results. Targets are added one by one, so that an endless list of them can be reported. */
public interface Report extends Closeable {
    /** Writes one target, and flushes it so that a reader has it at once. */
    void add(TargetReport report);

    /** No target will follow. */
    @Override
    void close();
}
