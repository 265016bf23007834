package dev.starttls.conformance.run;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.target.Subject;

/** Receives the progress of a run; called from several threads, one at a time. */
public interface RunListener {
    /** A target is surveyed; {@link #over} follows. */
    void asks(Subject target);

    /** The checks of a target begin. */
    void begun(Subject target, int checks);

    /** One check is done. */
    void done(CheckResult result);

    /** The checks of the target are over. */
    void over();

    /** A listener that ignores everything. */
    static RunListener none() {
        return new RunListener() {
            @Override
            public void asks(Subject target) {}

            @Override
            public void begun(Subject target, int checks) {}

            @Override
            public void done(CheckResult result) {}

            @Override
            public void over() {}
        };
    }
}
