package dev.starttls.conformance.check;

import java.io.IOException;

/** What a check sends, and how it judges the answer. */
@FunctionalInterface
public interface CheckBody {
    /**
     * Runs the check on one target.
     *
     * @throws IOException if a connection could not be made; the verdict is inconclusive then
     */
    Verdict run(CheckContext context) throws IOException;
}
