package dev.starttls.conformance.junit;

import dev.starttls.conformance.check.CheckResult;
import org.junit.jupiter.api.TestReporter;

/** Receives warnings and accepted failures, which fail no test. */
@FunctionalInterface
interface Warnings {
    void warn(CheckResult result);

    /** To standard output. */
    static Warnings printed() {
        return warning -> System.out.println(
                "warn  " + warning.check().id() + "  " + warning.check().title() + ": " + description(warning));
    }

    /** As report entries, whose key is the id. */
    static Warnings to(TestReporter reporter) {
        return warning -> reporter.publishEntry(warning.check().id(), description(warning));
    }

    private static String description(CheckResult warning) {
        return warning.verdict().detail() + " (" + warning.check().clause() + ")"
                + warning.excuse().map(why -> "; " + why).orElse("");
    }
}
