package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.reach.Contact;
import dev.starttls.conformance.reach.Reach;
import dev.starttls.conformance.report.TerminalProgress;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.FleetSettings;
import dev.starttls.conformance.run.Progress;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One run of the command: checks the named servers, one after the other; then those of a file, many at the same time;
 * and without either the built-in servers, at the same time and reported in their order.
 */
final class ServerCheck {
    private static final int MILLIS_BETWEEN_LOOKS = 200;

    private final CommandEnvironment surroundings;
    private final EmbeddedServers embedded;
    private final Catalogue catalogue;
    private final Selection selection;
    private final Options options;
    private final TargetSettings settings;
    private final RunSettings run;

    ServerCheck(
            CommandEnvironment surroundings,
            EmbeddedServers embedded,
            Catalogue catalogue,
            Selection selection,
            Options options)
            throws UsageException {
        this.surroundings = surroundings;
        this.embedded = embedded;
        this.catalogue = catalogue;
        this.selection = selection;
        this.options = options;
        this.settings = Settings.of(options);
        this.run = RunSettings.of(options.parallel, settings.answer());
    }

    /**
     * Runs.
     *
     * @param columns the width of the terminal, if there is one
     * @return the exit status
     */
    int run(int columns) throws UsageException {
        List<Target> named = new ArrayList<>();
        for (String url : options.urls) {
            named.add(TargetSource.parse(url));
        }
        Optional<InputStream> file = Optional.empty();
        if (options.targetsFile.isPresent()) {
            file = Optional.of(TargetSource.open(options.targetsFile.get(), surroundings.in()));
        }
        Results results = new Results(Reports.open(options.formats, surroundings, columns), surroundings);
        Interrupts.Watch watch = surroundings.interrupts().on(results::interrupted);
        try {
            if (named.isEmpty() && file.isEmpty()) {
                builtIn(results);
            } else if (inOrder(named, settings, results) && file.isPresent()) {
                fleet(file.get(), results);
            }
        } finally {
            results.end();
            watch.close();
        }
        return results.exitStatus();
    }

    private void builtIn(Results results) {
        try (EmbeddedServers.Running running = embedded.start()) {
            List<Target> targets = running.targets();
            int lanes = Math.min(targets.size(), options.targets);
            Iterator<Target> each = targets.iterator();
            results.inOrder(targets);
            // They are known to answer.
            fleet(
                    target -> CompletableFuture.completedFuture(new Contact.Made()),
                    settings.withTrust(running.trust()).withLogin(running.login()),
                    new FleetSettings(lanes, lanes),
                    () -> each.hasNext() ? Optional.of(each.next()) : Optional.empty(),
                    results);
        } catch (IOException e) {
            results.unreachable("the built-in servers did not start: " + e.getMessage());
        }
    }

    /** Returns whether more targets are wanted. */
    private boolean inOrder(List<Target> targets, TargetSettings how, Results results) {
        Progress progress =
                surroundings.terminal().progress() ? new TerminalProgress(surroundings.err()) : Progress.none();
        targets.forEach(target -> results.tally().begun());
        try (CheckLane lane = new CheckLane(runner(progress), how)) {
            for (Target target : targets) {
                if (!results.add(lane.check(target))) {
                    return false;
                }
            }
        }
        return true;
    }

    private void fleet(InputStream file, Results results) {
        FleetSettings size = FleetSettings.fitting(options.targets, options.parallel);
        try (Reach reach = Reach.open(size.asked(), settings)) {
            fleet(reach::ask, settings, size, new TargetLines(file, results), results);
        } catch (IOException e) {
            results.unreachable("cannot connect to targets: " + e.getMessage());
        }
        if (surroundings.terminal().progress()) {
            results.summary();
        }
    }

    private void fleet(
            Function<Target, CompletableFuture<Contact>> reach,
            TargetSettings how,
            FleetSettings size,
            Fleet.Source source,
            Results results) {
        ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
        });
        try {
            if (surroundings.terminal().progress()) {
                var unused = looks.scheduleWithFixedDelay(
                        results::showProgress, 0, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
            }
            new Fleet(reach, () -> new CheckLane(runner(Progress.none()), how), size, results, results.tally())
                    .run(source);
        } finally {
            looks.shutdownNow();
        }
    }

    private Runner runner(Progress progress) {
        return new Runner(catalogue, selection, run, progress);
    }
}
