package dev.starttls.conformance.run;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.target.Target;

/** Told how a run goes on; calls come from several threads, one at a time. */
public interface Progress {
    /** A target is looked for; {@link #over} follows. */
    void asks(Target target);

    /** The checks of a target begin. */
    void begun(Target target, int checks);

    /** One check is done. */
    void done(CheckResult result);

    /** The checks of the target are over. */
    void over();

    /** Tells nobody. */
    static Progress none() {
        return new Progress() {
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
