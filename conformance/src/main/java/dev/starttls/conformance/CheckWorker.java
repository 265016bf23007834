package dev.starttls.conformance;

import dev.starttls.conformance.reach.Addresses;
import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Checks targets with a runner of its own. */
final class CheckWorker implements Fleet.Worker {
    private final Runner runner;
    private final TargetSettings settings;
    private final ConnectionRate rate;
    private final UnaryOperator<TargetReport> assessment;
    private volatile Optional<Runner.Running> last = Optional.empty();

    /**
     * A worker that has checked nothing yet.
     *
     * @param rate of the connections of all workers together
     * @param assessment judges by profiles, and marks what is accepted and what changed
     */
    CheckWorker(Runner runner, TargetSettings settings, ConnectionRate rate, UnaryOperator<TargetReport> assessment) {
        this.runner = runner;
        this.settings = settings;
        this.rate = rate;
        this.assessment = assessment;
    }

    @Override
    public TargetReport check(Target target) {
        Target settled = Addresses.settled(target, settings, rate);
        Runner.Running running =
                runner.begin(settled, settings, Suite.dialect(target.scheme().protocol()));
        last = Optional.of(running);
        return assessment.apply(running.report());
    }

    /** What is known by now of the target that is being checked, or was checked last. */
    Optional<TargetReport> soFar() {
        return last.flatMap(Runner.Running::soFar).map(assessment);
    }

    @Override
    public void close() {
        runner.close();
    }
}
