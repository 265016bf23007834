package dev.starttls.smtp.policy;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Makes outcomes of the events of connections to one host. */
final class OutcomeListener implements UpgradeListener {

    private final ReportedPolicy policy;
    private final String host;
    private final List<InetAddress> addresses;
    private final Optional<SessionTrial> trial;
    private final DeliveryOutcomes outcomes;

    OutcomeListener(
            ReportedPolicy policy,
            String host,
            List<InetAddress> addresses,
            Optional<SessionTrial> trial,
            DeliveryOutcomes outcomes) {
        this.policy = policy;
        this.host = host;
        this.addresses = addresses;
        this.trial = trial;
        this.outcomes = outcomes;
    }

    @Override
    public void upgraded(UpgradeReport report) {
        Optional<SessionTrial.Refusal> refusal = trial.flatMap(judge ->
                judge.of(report.tls().map(UpgradeReport.Negotiated::peerChain).orElse(List.of())));
        add(
                refusal.map(SessionTrial.Refusal::reason).map(FailureReason::resultType),
                refusal.map(SessionTrial.Refusal::detail).orElse(""));
    }

    @Override
    public void declined(FailureReason reason) {
        add(Optional.of(reason.resultType()), reason.toString());
    }

    @Override
    public void failed(UpgradeException why) {
        if (counts(why)) {
            add(Optional.of(why.resultType()), String.valueOf(why.getMessage()));
        }
    }

    private void add(Optional<String> resultType, String reason) {
        outcomes.add(new DeliveryOutcome(policy, host, addresses, resultType, reason));
    }

    /** What failed for TLS or a policy; of the rest, a report says nothing (RFC 8460 section 4.3.4 of time-outs). */
    private static boolean counts(UpgradeException why) {
        return switch (why.reason()) {
            case CONNECT_FAILED, REJECTED, LOCAL_ERROR, DIRECT_NOT_TAKEN, TIMEOUT, TURNED_AWAY -> false;
            case CONNECTION_CLOSED, PROTOCOL_VIOLATION, LIMIT_EXCEEDED, TRUNCATED ->
                why.phase() == Phase.COMMAND || why.phase() == Phase.HANDSHAKE;
            default -> true;
        };
    }
}
