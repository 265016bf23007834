package dev.starttls.conformance;

import dev.starttls.conformance.domain.DomainExpansion;
import dev.starttls.conformance.domain.DomainJudge;
import dev.starttls.conformance.domain.DomainSettings;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The targets of a run that are domains. A resolver is opened when the first one is named. Safe for use by several threads.
 *
 * <p>A domain that has a result of an earlier run is left out. One that has none is judged by its servers as they are now: all of
 * them are asked, also those with a result of their own, which does not have the certificates that the rows stand on.
 */
final class DomainTargets {
    private final DomainOptions options;
    private final TargetSettings settings;
    private final Selection selection;
    private final DoneTargets done;
    private final Blocklist refused;
    private Consumer<String> warning;
    private Optional<DomainReports> reports = Optional.empty();

    /**
     * None yet.
     *
     * @param selection the checks to judge by
     * @param done what an earlier run has done
     * @param refused the servers that are never connected to
     * @param warning is called if the resolver is silent
     */
    DomainTargets(
            DomainOptions options,
            TargetSettings settings,
            Selection selection,
            DoneTargets done,
            Blocklist refused,
            Consumer<String> warning) {
        this.warning = warning;
        this.options = options;
        this.settings = settings;
        this.selection = selection;
        this.done = done;
        this.refused = refused;
    }

    /** Warns by this from now on. */
    synchronized void warnBy(Consumer<String> other) {
        warning = other;
    }

    /**
     * Opens the resolver, unless it is open.
     *
     * @throws UsageException if the options of domains do not fit together
     */
    synchronized DomainReports open() throws UsageException {
        if (reports.isEmpty()) {
            DomainSettings how = options.settings(settings, refused, warning);
            reports = Optional.of(new DomainReports(new DomainExpansion(how), new DomainJudge(how, selection)));
        }
        return reports.get();
    }

    private synchronized Optional<DomainReports> opened() {
        return reports;
    }

    /**
     * Finds the servers of a domain.
     *
     * @return those that are to be checked
     * @throws UsageException if the options of domains do not fit together
     */
    List<Target> begin(DomainTarget domain) throws UsageException {
        return done.contains(domain) ? List.of() : open().begin(domain);
    }

    /** Whether a domain stands on the report of this server, which it does not have yet. */
    boolean awaits(Target server) {
        return opened().filter(all -> all.awaits(server)).isPresent();
    }

    /** Takes the report of a server, whether a domain has it or not. */
    void done(TargetReport report) {
        opened().ifPresent(all -> all.done(report));
    }

    /** This server will have no report. */
    void leftOut(Target server) {
        opened().ifPresent(all -> all.leftOut(server));
    }

    /** The domains whose servers all have their reports, judged, each once. */
    List<TargetReport> complete() {
        return opened().map(DomainReports::complete).orElseGet(List::of);
    }

    /** All that are left, whose missing servers will have no report. */
    List<TargetReport> remaining() {
        return opened().map(DomainReports::remaining).orElseGet(List::of);
    }
}
