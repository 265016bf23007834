package dev.starttls.conformance;

import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;

/** Checks targets with a runner of its own. */
final class CheckWorker implements Fleet.Worker {
    private final Runner runner;
    private final TargetSettings settings;

    CheckWorker(Runner runner, TargetSettings settings) {
        this.runner = runner;
        this.settings = settings;
    }

    @Override
    public TargetReport check(Target target) {
        return runner.run(target, settings, Suite.dialect(target.scheme().protocol()));
    }

    @Override
    public void close() {
        runner.close();
    }
}
