package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Verdict;

/** TLS could not be started; carries the verdict of the check. */
final class BlockedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Verdict verdict;

    BlockedException(Verdict verdict) {
        super(verdict.detail());
        this.verdict = verdict;
    }

    Verdict verdict() {
        return verdict;
    }
}
