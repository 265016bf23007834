package dev.starttls.conformance.junit;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.client.run.ClientRunner;
import dev.starttls.conformance.target.TestedClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** The tests of one client. The first that is executed starts all cases; each test waits for the result of its case. */
final class CaseTests implements AutoCloseable {
    private final TestedClient client;
    private final List<Check> cases;
    private final Supplier<ClientRunner> runners;
    private final Function<ClientRunner, ClientRunner.Running> start;
    private final UnaryOperator<CheckResult> acceptance;
    private final Warnings warnings;
    private Optional<ClientRunner> runner = Optional.empty();
    private Optional<ClientRunner.Running> running = Optional.empty();

    /**
     * The tests of a client.
     *
     * @param runners makes what runs the cases, once
     * @param acceptance marks a result that is accepted
     */
    CaseTests(
            TestedClient client,
            List<Check> cases,
            Supplier<ClientRunner> runners,
            Function<ClientRunner, ClientRunner.Running> start,
            UnaryOperator<CheckResult> acceptance,
            Warnings warnings) {
        this.client = client;
        this.cases = cases;
        this.runners = runners;
        this.start = start;
        this.acceptance = acceptance;
        this.warnings = warnings;
    }

    Stream<DynamicNode> nodes() {
        Map<String, List<DynamicTest>> families = new LinkedHashMap<>();
        for (Check each : cases) {
            families.computeIfAbsent(each.family(), family -> new ArrayList<>())
                    .add(DynamicTest.dynamicTest(
                            each.id() + " " + each.title(),
                            () -> ResultAssertion.report(
                                    acceptance.apply(connecting().result(each).join()), warnings)));
        }
        Stream<DynamicNode> connects = Stream.of(
                DynamicTest.dynamicTest(client.url() + ": " + client.kind().premise(), this::requireConnection));
        return Stream.concat(
                connects,
                families.entrySet().stream()
                        .map(family -> DynamicContainer.dynamicContainer(family.getKey(), family.getValue())));
    }

    private synchronized ClientRunner.Running running() {
        if (running.isEmpty()) {
            runner = Optional.of(runners.get());
            running = Optional.of(start.apply(runner.get()));
        }
        return running.get();
    }

    private void requireConnection() {
        running().problem().ifPresent(problem -> {
            throw new AssertionFailedError(problem);
        });
    }

    private ClientRunner.Running connecting() {
        running().problem().ifPresent(problem -> {
            throw new TestAbortedException("not tested: " + problem);
        });
        return running();
    }

    @Override
    public synchronized void close() {
        runner.ifPresent(ClientRunner::close);
    }
}
