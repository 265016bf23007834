package dev.starttls.conformance.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
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
 * @param bad id and mark of each check that must fail or warn, as in {@code "SMTP-S-04 fail"}
 * @param blind whether other checks may be inconclusive, because the fault hides what they look at
 */
public record Expected<H extends Enum<H>>(Scheme scheme, List<H> habits, Set<String> bad, boolean blind) {
    public Expected {
        habits = List.copyOf(habits);
        bad = Set.copyOf(bad);
    }

    /**
     * Of a server with this habit.
     *
     * @param rows of the checks that must fail, as in {@code "04"}; a question mark behind stands for a warning
     */
    public static <H extends Enum<H>> Expected<H> on(Scheme scheme, H habit, String... rows) {
        Set<String> bad = Arrays.stream(rows)
                .map(each ->
                        scheme.protocol() + "-S-" + (each.endsWith("?") ? each.replace("?", " warn") : each + " fail"))
                .collect(Collectors.toSet());
        return new Expected<H>(scheme, List.of(habit), bad, false);
    }

    /** Of the plain, right server. */
    public static <H extends Enum<H>> Expected<H> right(Scheme scheme) {
        return new Expected<H>(scheme, List.of(), Set.of(), false);
    }

    public Expected<H> blinding() {
        return new Expected<H>(scheme, habits, bad, true);
    }

    public Expected<H> and(H other) {
        return new Expected<H>(
                scheme, Stream.concat(habits.stream(), Stream.of(other)).toList(), bad, blind);
    }

    /**
     * Asserts that the checks meant for it, and no others, caught the server.
     *
     * @param racing ids of checks whose outcome on such a server hangs on the network's timing
     */
    public void assertCaught(TargetReport report, Set<String> racing) {
        assertThat(caught(report, racing, Mark.FAIL, Mark.WARN))
                .as(told(report))
                .isEqualTo(bad);
        if (!blind) {
            assertThat(caught(report, racing, Mark.INCONCLUSIVE))
                    .as(told(report))
                    .isEmpty();
        }
    }

    /** Asserts that nothing is wrong with the server. */
    public static void assertRight(TargetReport report) {
        assertThat(report.survey().problem()).isEmpty();
        assertThat(report.results()).isNotEmpty();
        assertThat(caught(report, Set.of(), Mark.FAIL, Mark.WARN, Mark.INCONCLUSIVE))
                .as(told(report))
                .isEmpty();
    }

    /** Asserts that each check of the report is meant for some broken server, or is one of these. */
    public static <H extends Enum<H>> void assertEachCatches(
            TargetReport report, Stream<Expected<H>> broken, Set<String> others) {
        Set<String> caught = broken.flatMap(each -> each.bad().stream())
                .map(each -> each.substring(0, each.indexOf(' ')))
                .collect(Collectors.toCollection(HashSet::new));
        caught.addAll(others);
        assertThat(report.results().stream().map(result -> result.check().id()).toList())
                .allMatch(caught::contains);
    }

    private static Set<String> caught(TargetReport report, Set<String> racing, Mark... marks) {
        return Checking.marked(report, List.of(marks)).entrySet().stream()
                .filter(entry -> !racing.contains(entry.getKey()))
                .map(entry -> entry.getKey() + " " + entry.getValue().key())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String told(TargetReport report) {
        return report.survey().problem() + " "
                + report.results().stream()
                        .filter(result -> result.verdict().mark() != Mark.PASS)
                        .map(Expected::told)
                        .collect(Collectors.joining("\n"));
    }

    private static String told(CheckResult result) {
        return result.check().id() + ": " + result.verdict().mark() + ": "
                + result.verdict().detail();
    }

    @Override
    public String toString() {
        return scheme + " " + habits;
    }
}
