package dev.starttls.conformance.run;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.target.Target;

/** Receives the progress of a run; called from several threads, one at a time. */
public interface RunListener {
    /** A target is surveyed; {@link #over} follows. */
    void asks(Target target);

    /** The checks of a target begin. */
    void begun(Target target, int checks);

    /** One check is done. */
    void done(CheckResult result);

    /** The checks of the target are over. */
    void over();

    /** A listener that ignores everything. */
    static RunListener none() {
        return new RunListener() {
            @Override
            public void asks(Target target) {}

            @Override
            public void begun(Target target, int checks) {}

            @Override
            public void done(CheckResult result) {}

            @Override
            public void over() {}
        };
    }
}
