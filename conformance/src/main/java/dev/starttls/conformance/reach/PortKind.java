package dev.starttls.conformance.reach;

import dev.starttls.conformance.target.Target;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;

/** The two ways in which a port may begin, and what waiting in vain looks like on each. */
enum PortKind {
    PLAINTEXT_FIRST(TlsPolicy.OPPORTUNISTIC, Phase.GREETING),
    TLS_FIRST(TlsPolicy.IMPLICIT, Phase.HANDSHAKE);

    private final TlsPolicy policy;
    private final Phase first;

    PortKind(TlsPolicy policy, Phase first) {
        this.policy = policy;
        this.first = first;
    }

    static PortKind of(Target target) {
        return target.scheme().implicitTls() ? TLS_FIRST : PLAINTEXT_FIRST;
    }

    PortKind other() {
        return this == TLS_FIRST ? PLAINTEXT_FIRST : TLS_FIRST;
    }

    TlsPolicy policy() {
        return policy;
    }

    /** Whether the server had the word and did not take it. */
    boolean silence(UpgradeException failure) {
        return failure.reason() == FailureReason.TIMEOUT && failure.phase() == first;
    }
}
