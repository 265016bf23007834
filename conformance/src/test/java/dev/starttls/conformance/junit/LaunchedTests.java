package dev.starttls.conformance.junit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A class of tests that JUnit's launcher ran, and what became of each test, by the name a person sees. */
final class LaunchedTests implements TestExecutionListener {
    private final Map<String, TestExecutionResult> results = new LinkedHashMap<>();
    private final List<String> containers = new ArrayList<>();
    private final Map<String, String> entries = new LinkedHashMap<>();

    private LaunchedTests() {}

    static LaunchedTests of(Class<?> tests) {
        LaunchedTests seen = new LaunchedTests();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(tests))
                                .filters(EngineFilter.includeEngines("junit-jupiter"))
                                .build(),
                        seen);
        return seen;
    }

    Map<String, TestExecutionResult> results() {
        return results;
    }

    List<String> containers() {
        return containers;
    }

    /** What was published. */
    Map<String, String> entries() {
        return entries;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() == Status.FAILED) {
            results.put(test.getDisplayName(), result);
        } else {
            containers.add(test.getDisplayName());
        }
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        entries.putAll(entry.getKeyValuePairs());
    }

    TestExecutionResult named(String beginning) {
        return results.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(beginning))
                .findFirst()
                .orElseThrow(() -> new AssertionError(beginning + " is none of " + results.keySet()))
                .getValue();
    }

    String message(String beginning) {
        return named(beginning).getThrowable().orElseThrow().getMessage();
    }
}
