package dev.starttls.conformance.junit;

import dev.starttls.conformance.check.CheckResult;

/** Receives warnings and accepted failures, which fail no test. */
@FunctionalInterface
interface Warnings {
    void warn(CheckResult result);
}
