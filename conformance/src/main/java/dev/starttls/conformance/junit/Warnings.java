package dev.starttls.conformance.junit;

import dev.starttls.conformance.check.CheckResult;

/** Hears of what is not as it should be and fails no test. */
@FunctionalInterface
interface Warnings {
    void warn(CheckResult result);
}
