package dev.starttls.conformance.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A scripted server and what must come of it.
 *
 * @param bad id and mark of each check that must fail or warn, as in {@code "UP-S-04 fail"}
 * @param blind whether other checks may be inconclusive, because the fault hides what they look at
 */
public record ExpectedFindings(Scheme scheme, List<Fault> faults, Set<String> bad, boolean blind) {
    public ExpectedFindings {
        faults = List.copyOf(faults);
        bad = Set.copyOf(bad);
    }

    /**
     * Of a server with this fault.
     *
     * @param rows of the checks that must fail: {@code "04"} of the shared ones, {@code "SMTP-21"} of the protocol's own; a
     *     question mark after it stands for a warning
     */
    public static ExpectedFindings on(Scheme scheme, Fault fault, String... rows) {
        return new ExpectedFindings(scheme, List.of(fault), bad(rows), false);
    }

    private static Set<String> bad(String... rows) {
        return Arrays.stream(rows)
                .map(row -> row.contains("-") ? row.replace("-", "-S-") : "UP-S-" + row)
                .map(row -> row.endsWith("?") ? row.replace("?", " warn") : row + " fail")
                .collect(Collectors.toSet());
    }

    /** The same, but these checks must fail as well. */
    public ExpectedFindings also(String... rows) {
        return new ExpectedFindings(
                scheme, faults, Stream.concat(bad.stream(), bad(rows).stream()).collect(Collectors.toSet()), blind);
    }

    /** Of the plain, sound server. */
    public static ExpectedFindings sound(Scheme scheme) {
        return new ExpectedFindings(scheme, List.of(), Set.of(), false);
    }

    public ExpectedFindings blinding() {
        return new ExpectedFindings(scheme, faults, bad, true);
    }

    public ExpectedFindings and(Fault other) {
        return new ExpectedFindings(
                scheme, Stream.concat(faults.stream(), Stream.of(other)).toList(), bad, blind);
    }

    /**
     * Asserts that the checks meant for it, and no others, caught the server.
     *
     * @param racing ids of checks whose outcome on such a server hangs on the network's timing
     */
    public void assertCaught(TargetReport report, Set<String> racing) {
        assertThat(caught(report, racing, Status.FAIL, Status.WARN))
                .as(description(report))
                .isEqualTo(bad);
        if (!blind) {
            assertThat(caught(report, racing, Status.INCONCLUSIVE))
                    .as(description(report))
                    .isEmpty();
        }
    }

    /** Asserts that nothing is wrong with the server. */
    public static void assertSound(TargetReport report) {
        assertThat(report.survey().problem()).isEmpty();
        assertThat(report.results()).isNotEmpty();
        assertThat(caught(report, Set.of(), Status.FAIL, Status.WARN, Status.INCONCLUSIVE))
                .as(description(report))
                .isEmpty();
    }

    /** Asserts that each check of the report whose id begins so is meant for some faulty server, or is one of these. */
    public static void assertEachCatches(
            TargetReport report, String prefix, Stream<ExpectedFindings> broken, Set<String> others) {
        Set<String> caught = broken.flatMap(each -> each.bad().stream())
                .map(each -> each.substring(0, each.indexOf(' ')))
                .collect(Collectors.toCollection(HashSet::new));
        caught.addAll(others);
        // What does not apply to the scheme is skipped for that reason, and seen on another.
        assertThat(report.results().stream()
                        .map(CheckResult::check)
                        .filter(check -> check.notFor((Target) report.target()).isEmpty())
                        .map(Check::id)
                        .filter(id -> id.startsWith(prefix)))
                .isNotEmpty()
                .allMatch(caught::contains);
    }

    private static Set<String> caught(TargetReport report, Set<String> racing, Status... statuses) {
        return CheckHarness.withStatus(report, List.of(statuses)).entrySet().stream()
                .filter(entry -> !racing.contains(entry.getKey()))
                .map(entry -> entry.getKey() + " " + entry.getValue().key())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String description(TargetReport report) {
        return report.survey().problem() + " "
                + report.results().stream()
                        .filter(result -> result.verdict().status() != Status.PASS)
                        .map(ExpectedFindings::description)
                        .collect(Collectors.joining("\n"));
    }

    private static String description(CheckResult result) {
        return result.check().id() + ": " + result.verdict().status() + ": "
                + result.verdict().detail();
    }

    @Override
    public String toString() {
        return scheme + " " + faults;
    }
}
