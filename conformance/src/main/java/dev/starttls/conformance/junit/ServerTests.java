package dev.starttls.conformance.junit;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * The tests of one server. The first that is executed starts all checks; each test waits for the result of its check.
 */
final class ServerTests {
    private final Target target;
    private final List<Check> checks;
    private final List<Profile> profiles;
    private final Supplier<Runner.Running> start;
    private final UnaryOperator<CheckResult> acceptance;
    private final Warnings warnings;
    private Optional<Runner.Running> running = Optional.empty();
    private Optional<TargetReport> whole = Optional.empty();

    /**
     * The tests of a server.
     *
     * @param profiles whose rules are judged when all checks are done
     * @param acceptance marks a result that is accepted
     */
    ServerTests(
            Target target,
            List<Check> checks,
            List<Profile> profiles,
            Supplier<Runner.Running> start,
            UnaryOperator<CheckResult> acceptance,
            Warnings warnings) {
        this.target = target;
        this.checks = checks;
        this.profiles = List.copyOf(profiles);
        this.start = start;
        this.acceptance = acceptance;
        this.warnings = warnings;
    }

    Stream<DynamicNode> nodes() {
        Map<String, List<DynamicTest>> families = new LinkedHashMap<>();
        for (Check check : checks) {
            add(families, check, () -> answering().result(check).join());
        }
        for (Profile profile : profiles) {
            for (Check rule : profile.checks()) {
                add(families, rule, () -> judged(profile, rule));
            }
        }
        Stream<DynamicNode> answers =
                Stream.of(DynamicTest.dynamicTest(target.url() + " answers", this::requireAnswer));
        Stream<DynamicNode> tests = families.entrySet().stream()
                .map(family -> DynamicContainer.dynamicContainer(family.getKey(), family.getValue()));
        Stream<DynamicNode> survives =
                Stream.of(DynamicTest.dynamicTest(target.url() + " still answers after the checks", this::survived));
        return Stream.concat(Stream.concat(answers, tests), survives);
    }

    private void add(Map<String, List<DynamicTest>> families, Check check, Supplier<CheckResult> result) {
        families.computeIfAbsent(check.family(), family -> new ArrayList<>())
                .add(DynamicTest.dynamicTest(
                        check.id() + " " + check.title(),
                        () -> ResultAssertion.report(acceptance.apply(result.get()), warnings)));
    }

    private CheckResult judged(Profile profile, Check rule) {
        return profile.judge(whole()).results().stream()
                .filter(result -> result.check().equals(rule))
                .findFirst()
                .orElseThrow();
    }

    private synchronized Runner.Running running() {
        if (running.isEmpty()) {
            running = Optional.of(start.get());
        }
        return running.get();
    }

    private void requireAnswer() {
        running().survey().problem().ifPresent(problem -> {
            throw new AssertionFailedError(problem);
        });
    }

    private Runner.Running answering() {
        Survey survey = running().survey();
        if (survey.problem().isPresent()) {
            throw new TestAbortedException("not checked: " + survey.problem().get());
        }
        return running();
    }

    /** The report of all checks. It may end with a survey of its own, so it is made once. */
    private synchronized TargetReport whole() {
        if (whole.isEmpty()) {
            whole = Optional.of(answering().report());
        }
        return whole.get();
    }

    private void survived() {
        whole().survey().problem().ifPresent(problem -> {
            throw new AssertionFailedError(problem);
        });
    }
}
