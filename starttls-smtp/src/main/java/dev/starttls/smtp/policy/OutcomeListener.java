package dev.starttls.smtp.policy;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import java.net.InetAddress;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/** Makes outcomes of the events of connections to one host. */
final class OutcomeListener implements UpgradeListener {

    private final String domain;
    private final ReportedPolicy policy;
    private final String host;
    private final List<InetAddress> addresses;
    private final Optional<SessionTrial> trial;
    private final DeliveryOutcomes outcomes;

    OutcomeListener(
            String domain,
            ReportedPolicy policy,
            String host,
            List<InetAddress> addresses,
            Optional<SessionTrial> trial,
            DeliveryOutcomes outcomes) {
        this.domain = domain;
        this.policy = policy;
        this.host = host;
        this.addresses = addresses;
        this.trial = trial;
        this.outcomes = outcomes;
    }

    @Override
    public void upgraded(UpgradeReport report) {
        List<Certificate> chain =
                report.tls().map(UpgradeReport.Negotiated::peerChain).orElse(List.of());
        trial.flatMap(judge -> judge.of(chain))
                .ifPresentOrElse(
                        refusal -> failed(refusal.reason(), Phase.HANDSHAKE, refusal.detail()),
                        () -> add(Optional.empty(), ""));
    }

    @Override
    public void declined(FailureReason reason) {
        failed(reason, Phase.COMMAND, reason.toString());
    }

    @Override
    public void failed(UpgradeException why) {
        failed(why.reason(), why.phase(), String.valueOf(why.getMessage()));
    }

    private void failed(FailureReason reason, Phase phase, String detail) {
        TlsResultType.of(reason, phase).ifPresent(type -> add(Optional.of(type.text()), detail));
    }

    private void add(Optional<String> resultType, String reason) {
        outcomes.add(new DeliveryOutcome(domain, policy, host, addresses, resultType, reason));
    }
}
