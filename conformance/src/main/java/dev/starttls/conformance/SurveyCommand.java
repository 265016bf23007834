package dev.starttls.conformance;

import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.FleetSettings;
import dev.starttls.conformance.survey.SurveyPace;
import dev.starttls.conformance.survey.SurveyRun;
import dev.starttls.conformance.survey.Surveyor;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** One run of the command with {@code --survey}: the targets of the command line, then those of the file. */
final class SurveyCommand {
    private final CommandEnvironment environment;
    private final Options options;
    private final TargetSettings settings;
    private final SurveyPace pace;
    private final RecentTargets recent = new RecentTargets();

    SurveyCommand(CommandEnvironment environment, Options options) throws UsageException {
        this.environment = environment;
        this.options = options;
        this.settings = Settings.of(options);
        this.pace = options.fleet.pace(options.rate);
        if (!options.only.isEmpty() || !options.skip.isEmpty() || !options.profiles.isEmpty()) {
            throw new UsageException("--survey runs no checks: leave out --only, --skip and --profile");
        }
        if (options.urls.isEmpty() && options.targetsFile.isEmpty()) {
            throw new UsageException("--survey needs targets: write URLs, or --targets-file FILE");
        }
    }

    /**
     * Runs.
     *
     * @return the exit status
     * @throws UnwritableReportException if the file of a report cannot be created
     */
    int run() throws UsageException, UnwritableReportException {
        options.domains.requireDomain(options.urls, options.targetsFile.isPresent());
        NamedTargets named = new NamedTargets(options.urls, recent, options.domains.addresses(), options.fleet.order());
        if (options.targetsFile.isEmpty() && named.obstacles().size() == options.urls.size()) {
            throw new UsageException(String.join("; ", named.obstacles()));
        }
        Optional<InputStream> file = Optional.empty();
        if (options.targetsFile.isPresent()) {
            file = Optional.of(TargetSource.open(options.targetsFile.get(), environment.in()));
        }
        Blocklist refused = options.fleet.refused();
        DoneTargets done = options.fleet.done(options.addresses.choice());
        try (Metrics metrics = options.fleet.metrics()) {
            SurveyResults results =
                    SurveyResults.open(options.output.formats, options.filesRead(), options.fleet.resume, environment);
            done.description().ifPresent(results::note);
            named.obstacles().forEach(results::wrong);
            Optional<TargetLines> lines = file.map(in -> new TargetLines(
                            in,
                            TargetSource.name(options.targetsFile),
                            target -> Optional.empty(),
                            recent,
                            results,
                            options.fleet.order())
                    .with(options.domains.addresses()));
            Fleet.Source listed = options.fleet.ordered(() -> lines.flatMap(TargetLines::next));
            Fleet.Source each = () -> named.next().or(listed::next);
            Interrupts.Watch watch = environment.interrupts().on(results::interrupted);
            try {
                Remaining remaining = new Remaining(
                        new EachAddress(each, options.addresses.choice()), done::contains, refused::refuses);
                survey(remaining, results, metrics);
                remaining.description().ifPresent(results::note);
            } finally {
                results.end();
                watch.close();
            }
            return results.exitStatus();
        }
    }

    private void survey(Fleet.Source source, SurveyResults results, Metrics metrics) {
        int max = FleetSettings.fitting(1, 1).probed();
        SurveyProgress progress = new SurveyProgress(results.tally(), total(), System::nanoTime);
        metrics.publish(() -> results.tally().metrics(pace.slowed()), results::metricsLost, results::fault);
        ProgressTimer timer =
                ProgressTimer.on(environment.terminal(), () -> results.showProgress(progress::line), results::fault);
        try (Surveyor surveyor = Surveyor.open(max, settings)) {
            new SurveyRun(surveyor::ask, max, pace, results, results.tally()).run(source);
        } catch (IOException e) {
            results.unreachable("cannot connect to targets: " + e.getMessage());
        } finally {
            timer.close();
        }
    }

    /** How many targets there are, if the list is a file. */
    private Optional<Long> total() {
        Optional<Long> listed = options.targetsFile.isEmpty()
                ? Optional.of(0L)
                : options.targetsFile
                        .filter(name -> !name.equals("-"))
                        .map(Path::of)
                        .flatMap(SurveyProgress::count);
        return listed.map(count -> count + options.urls.size());
    }
}
