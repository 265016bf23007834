package dev.starttls.conformance.reach;

import dev.starttls.conformance.target.Target;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;

/** Whether a port begins with plaintext or with TLS, and how silence shows on each. */
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

    /** Whether the server sent nothing in the phase in which it has to send first. */
    boolean silence(UpgradeException failure) {
        return failure.reason() == FailureReason.TIMEOUT && failure.phase() == first;
    }
}
