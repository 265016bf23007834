package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.reach.Addresses;
import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.reach.Contact;
import dev.starttls.conformance.reach.Reach;
import dev.starttls.conformance.report.TerminalProgress;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.run.FleetSettings;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Subject;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One run of the command: checks the named servers side by side and reports them in their order; then those of a file,
 * in the order in which they finish; and without either the built-in servers.
 */
final class ServerCheck {
    private static final String NONE_ASKED = "no target was asked: all are on the blocklist";

    private final CommandEnvironment environment;
    private final EmbeddedServers embedded;
    private final Catalogue catalogue;
    private final Selection selection;
    private final Options options;
    private final TargetSettings settings;
    private final RunSettings run;
    private final Expectations expectations;
    private final ConnectionRate rate;
    private final RecentTargets recent = new RecentTargets();
    private final DoneTargets done;
    private final Blocklist refused;
    private final DomainTargets domains;

    ServerCheck(
            CommandEnvironment environment,
            EmbeddedServers embedded,
            Catalogue catalogue,
            Selection selection,
            Expectations expectations,
            Options options)
            throws UsageException {
        this.environment = environment;
        this.embedded = embedded;
        this.catalogue = catalogue;
        this.selection = selection;
        this.options = options;
        this.settings = Settings.of(options);
        this.run = Settings.run(options, settings);
        this.rate = options.fleet.rate();
        this.expectations = expectations;
        this.done = options.fleet.done(addresses());
        this.refused = options.fleet.refused();
        this.domains = new DomainTargets(options.domains, settings, selection, done, refused, environment::say);
    }

    /**
     * Runs.
     *
     * @param columns the width of the terminal, if there is one
     * @return the exit status
     * @throws UnwritableReportException if the file of a report cannot be created
     */
    int run(int columns) throws UsageException, UnwritableReportException {
        options.domains.requireDomain(options.urls, options.targetsFile.isPresent());
        List<Target> named = new ArrayList<>();
        List<String> unchecked = new ArrayList<>();
        List<String> repeated = new ArrayList<>();
        List<DomainTarget> wanted = new ArrayList<>();
        for (String url : options.urls) {
            Optional<DomainTarget> domain = TargetSource.domain(url);
            if (domain.isPresent()) {
                if (recent.namedBefore(domain.get(), "the command line").isEmpty()) {
                    wanted.add(domain.get());
                }
                continue;
            }
            Target target = TargetSource.parse(url);
            Optional<String> reason = uncheckable(target);
            reason.map(why -> target.url() + ": " + why).ifPresent(unchecked::add);
            if (recent.namedBefore(target, "the command line").isPresent()) {
                repeated.add(target.url() + " was named before; it is checked once");
            } else if (reason.isEmpty()) {
                named.add(target);
            }
        }
        if (named.isEmpty() && wanted.isEmpty() && !unchecked.isEmpty() && options.targetsFile.isEmpty()) {
            throw new UsageException(String.join("; ", unchecked));
        }
        Optional<InputStream> file = Optional.empty();
        if (options.targetsFile.isPresent()) {
            file = Optional.of(TargetSource.open(options.targetsFile.get(), environment.in()));
        }
        if (!wanted.isEmpty()) {
            var unused = domains.open();
        }
        try (Metrics metrics = options.fleet.metrics()) {
            RunResults results = new RunResults(
                    Reports.open(
                            options.output.formats, options.filesRead(), options.fleet.resume, environment, columns),
                    environment);
            Interrupts.Watch watch = environment.interrupts().on(results::interrupted);
            domains.warnBy(results::note);
            unchecked.forEach(results::wrong);
            repeated.forEach(results::note);
            done.description().ifPresent(results::note);
            metrics.publish(() -> results.tally().metrics(), results::metricsLost, results::fault);
            try {
                if (options.urls.isEmpty() && file.isEmpty()) {
                    builtIn(results);
                } else {
                    named(named, wanted, results);
                    if (file.isPresent() && results.open()) {
                        fleet(file.get(), results);
                    }
                }
            } finally {
                results.end();
                watch.close();
            }
            if (environment.terminal().progress()) {
                results.conclusion();
            }
            return results.exitStatus();
        }
    }

    /** Why there is nothing to do for a target: no check that was selected is for it; empty if one is. */
    private Optional<String> uncheckable(Target target) {
        if (catalogue.concerning(target).stream().anyMatch(selection::takes)) {
            return Optional.empty();
        }
        String named =
                options.only.isEmpty() ? "" : options.only.stream().collect(Collectors.joining("' or '", " of '", "'"));
        boolean reduced = !options.skip.isEmpty() || options.expectations.level != ExpectationOptions.Depth.all;
        return Optional.of("no check" + named + (reduced ? " that --skip and --level leave" : "") + " is for "
                + target.scheme().key() + "://");
    }

    private void builtIn(RunResults results) {
        try (EmbeddedServers.Running running = embedded.start()) {
            List<Target> targets = running.targets().stream()
                    .filter(target -> uncheckable(target).isEmpty())
                    .toList();
            TargetSettings how = settings.withTrust(running.trust()).withLogin(running.login());
            inOrder(targets, how, RunListener.none(), results);
        } catch (IOException e) {
            results.unreachable("the built-in servers did not start: " + e.getMessage());
        }
    }

    private void named(List<Target> targets, List<DomainTarget> wanted, RunResults results) throws UsageException {
        List<Target> all = targets.stream()
                .flatMap(target -> addresses().of(target).stream())
                .toList();
        List<Target> each = new ArrayList<>(
                all.stream().filter(target -> !done.contains(target)).toList());
        boolean resumed = each.size() < all.size();
        for (DomainTarget domain : wanted) {
            each.addAll(domains.begin(domain));
        }
        List<Target> left = each.stream().filter(refused::refuses).toList();
        each.removeAll(left);
        left.forEach(domains::leftOut);
        Remaining.description(left.size()).ifPresent(results::note);
        boolean alone = wanted.isEmpty() && options.targetsFile.isEmpty() && !resumed;
        if (alone && each.isEmpty() && !left.isEmpty()) {
            results.unreachable(NONE_ASKED);
        }
        boolean shown = each.size() == 1 && environment.terminal().progress();
        inOrder(each, settings, shown ? new TerminalProgress(environment.err()) : RunListener.none(), results);
        report(domains.remaining(), results);
    }

    private List<Target> begin(DomainTarget domain, RunResults results) {
        try {
            List<Target> servers = domains.begin(domain);
            // It may have none that has to be waited for.
            report(domains.complete(), results);
            return servers;
        } catch (UsageException e) {
            results.wrong(domain.url() + ": " + e.getMessage());
            return List.of();
        }
    }

    /** Writes the reports of the domains whose servers have all theirs. */
    private void report(List<TargetReport> complete, RunResults results) {
        for (TargetReport report : complete) {
            results.tally().begun();
            var unused = results.add(expectations.apply(report));
        }
    }

    /** The results for the servers of domains too, some of which are shown in their domains' reports alone. */
    private Fleet.Sink sink(RunResults results, boolean named) {
        return new Fleet.Sink() {
            @Override
            public boolean add(TargetReport report) {
                boolean shown = shown(report.target());
                if (!shown) {
                    results.tally().omitted();
                }
                boolean more = shown ? results.add(report) : results.open();
                domains.done(report);
                if (!named) {
                    ServerCheck.this.report(domains.complete(), results);
                }
                return more;
            }

            @Override
            public void fault(Throwable fault) {
                results.fault(fault);
            }
        };
    }

    /** Not if no check was selected for it, nor if it has a result of an earlier run and a domain without one needed it again. */
    private boolean shown(Subject subject) {
        return !(subject instanceof Target target) || (uncheckable(target).isEmpty() && !done.containsAt(target));
    }

    private Addresses addresses() {
        return options.addresses.choice();
    }

    /** Checks all of them side by side. They are not probed: few are worth a connection more, or a wait. */
    private void inOrder(List<Target> targets, TargetSettings how, RunListener progress, RunResults results) {
        if (targets.isEmpty()) {
            return;
        }
        int workers = Math.min(targets.size(), options.fleet.atOnce(options.targets));
        Iterator<Target> each = targets.iterator();
        results.inOrder(targets.stream().filter(this::shown).toList());
        fleet(
                target -> CompletableFuture.completedFuture(new Contact.Made()),
                how,
                new FleetSettings(workers, workers),
                () -> each.hasNext() ? Optional.of(each.next()) : Optional.empty(),
                progress,
                results,
                sink(results, true));
    }

    /** Whether a target is never connected to; the domains that have it are judged without it. */
    private boolean leftOut(Target target) {
        boolean left = refused.refuses(target);
        if (left) {
            domains.leftOut(target);
        }
        return left;
    }

    private void fleet(InputStream file, RunResults results) {
        FleetSettings size = FleetSettings.fitting(options.fleet.atOnce(options.targets), options.parallel);
        try (Reach reach = Reach.open(size.probed(), settings, rate, run.greeting())) {
            Fleet.Source lines = new TargetLines(
                            file,
                            TargetSource.name(options.targetsFile),
                            this::uncheckable,
                            recent,
                            results,
                            options.fleet.order())
                    .with(options.domains.addresses())
                    .expanding(domain -> begin(domain, results));
            Remaining remaining = new Remaining(
                    new EachAddress(options.fleet.ordered(lines), addresses()),
                    target -> done.contains(target) && !domains.awaits(target),
                    this::leftOut);
            fleet(reach::ask, settings, size, remaining, RunListener.none(), results, sink(results, false));
            remaining.description().ifPresent(results::note);
            report(domains.remaining(), results);
            if (remaining.allRefused() && results.empty()) {
                results.unreachable(NONE_ASKED);
            }
        } catch (IOException e) {
            results.unreachable("cannot connect to targets: " + e.getMessage());
        }
        if (environment.terminal().progress()) {
            results.summary();
        }
    }

    private void fleet(
            Function<Target, CompletableFuture<Contact>> reach,
            TargetSettings how,
            FleetSettings size,
            Fleet.Source source,
            RunListener progress,
            RunResults results,
            Fleet.Sink sink) {
        List<CheckWorker> workers = new CopyOnWriteArrayList<>();
        results.onInterrupt(() ->
                workers.stream().flatMap(worker -> worker.soFar().stream()).toList());
        boolean shown = progress instanceof TerminalProgress;
        ProgressTimer timer = ProgressTimer.on(
                shown ? Terminal.ABSENT : environment.terminal(),
                () -> results.showProgress(results.tally()::status),
                results::fault);
        try {
            Supplier<Fleet.Worker> worker = () -> {
                CheckWorker made = new CheckWorker(runner(progress), how, rate, expectations);
                workers.add(made);
                return made;
            };
            new Fleet(reach, worker, size, sink, results.tally()).run(source);
        } finally {
            timer.close();
        }
    }

    private Runner runner(RunListener progress) {
        return new Runner(catalogue, selection, run, progress, rate);
    }
}
