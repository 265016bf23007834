package dev.starttls.conformance.run;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.target.Subject;

/**
 * Throws at each result.
 *
 * @param error what it throws
 */
public record FailingListener(Error error) implements RunListener {
    @Override
    public void asks(Subject target) {}

    @Override
    public void begun(Subject target, int checks) {}

    @Override
    public void done(CheckResult result) {
        throw error;
    }

    @Override
    public void over() {}
}
