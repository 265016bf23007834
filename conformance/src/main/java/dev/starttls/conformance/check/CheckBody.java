package dev.starttls.conformance.check;

import java.io.IOException;

/** The stimulus of a check and its judgement. */
@FunctionalInterface
public interface CheckBody {
    /**
     * Looks at the subject.
     *
     * @throws IOException if a connection could not be made; the verdict is inconclusive then
     */
    Verdict run(CheckContext subject) throws IOException;
}
