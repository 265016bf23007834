package dev.starttls.conformance.junit;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.connection.Transcript;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Makes a result that of the test that is being executed. */
final class ResultAssertion {
    private ResultAssertion() {}

    /** Fails or aborts the test, or reports a warning. */
    static void report(CheckResult result, Warnings warnings) {
        switch (result.verdict().status()) {
            case PASS -> {}
            case WARN -> warnings.warn(result);
            case FAIL -> {
                if (result.failsRun()) {
                    throw new AssertionFailedError(message(result));
                }
                warnings.warn(result);
            }
            case SKIP ->
                throw new TestAbortedException("skipped: " + result.verdict().detail());
            case INCONCLUSIVE ->
                throw new TestAbortedException(
                        "inconclusive: " + result.verdict().detail());
        }
    }

    private static String message(CheckResult result) {
        Check check = result.check();
        StringBuilder message = new StringBuilder();
        message.append(check.id()).append(' ').append(check.title()).append('\n');
        message.append("  found   ").append(result.verdict().detail()).append('\n');
        message.append("  clause  ").append(check.clause()).append('\n');
        message.append("  why     ").append(check.why()).append('\n');
        if (!check.fix().isEmpty()) {
            message.append("  fix     ").append(check.fix()).append('\n');
        }
        for (Transcript.Entry entry : result.transcript()) {
            message.append("  | ").append(entry).append('\n');
        }
        return message.toString();
    }
}
