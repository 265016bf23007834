package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.core.testing.EximServer;
import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the suite finds in common servers, as they are when only a certificate is configured. The reason for each of
 * the verdicts is in {@code docs/real-servers.md}; another one is a wrong verdict, or a server that has changed.
 */
@Tag("peers")
@Timeout(600)
class RealServersTest {

    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final TestCertificates certificates = TestCertificates.shared();

    @Test
    void postfix() throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(KeyKind.EC))) {
            Map<String, Status> postfixes = Map.of(
                    "TLS-S-01", Status.FAIL,
                    "TLS-S-04", Status.FAIL,
                    "TLS-S-05b", Status.WARN,
                    "TLS-S-06b", Status.FAIL,
                    "TLS-S-15b", Status.INCONCLUSIVE,
                    "TLS-S-19a", Status.WARN,
                    "TLS-S-20c", Status.WARN);
            assertFound(new Target(Scheme.SMTPS, "localhost", postfix.implicitPort()), postfixes);
            Map<String, Status> inPlaintextToo = new TreeMap<>(postfixes);
            inPlaintextToo.put("UP-S-19b", Status.WARN);
            inPlaintextToo.put("UP-S-13a", Status.WARN);
            assertFound(new Target(Scheme.SMTP, "localhost", postfix.port()), inPlaintextToo);
        }
    }

    @Test
    void exim() throws Exception {
        try (EximServer exim = EximServer.start(certificates.localhost(KeyKind.EC))) {
            Map<String, Status> exims = Map.of(
                    "TLS-S-01", Status.FAIL,
                    "TLS-S-05b", Status.WARN,
                    "TLS-S-06b", Status.FAIL,
                    "TLS-S-15b", Status.INCONCLUSIVE,
                    "TLS-S-19a", Status.WARN,
                    "TLS-S-19c", Status.FAIL,
                    "TLS-S-21a", Status.FAIL,
                    "TLS-S-21b", Status.FAIL,
                    "TLS-S-21c", Status.FAIL,
                    "TLS-S-54", Status.WARN);
            assertFound(new Target(Scheme.SMTPS, "localhost", exim.implicitPort()), exims);
            Map<String, Status> inPlaintextToo = new TreeMap<>(exims);
            inPlaintextToo.put("UP-S-19b", Status.WARN);
            inPlaintextToo.put("UP-S-13a", Status.WARN);
            assertFound(new Target(Scheme.SMTP, "localhost", exim.port()), inPlaintextToo);
        }
    }

    private void assertFound(Target target, Map<String, Status> expected) throws Exception {
        TargetSettings settings = TargetSettings.standard()
                .withTrust(List.of(certificates.root()))
                .withAnswer(ANSWER);
        RunSettings patient = new RunSettings(4, ANSWER.multipliedBy(4), Duration.ofMinutes(4));
        // The certificates of tests are short-lived, which is no fault of the servers.
        Selection selection =
                Selection.of(List.of(), List.of("TLS-S-08"), Selection.all().levels());
        try (Runner runner = new Runner(Suite.catalogue(), selection, patient, RunListener.none())) {
            TargetReport report =
                    runner.run(target, settings, Suite.dialect(target.scheme().protocol()));
            assertThat(report.survey().problem()).isEmpty();
            Map<String, Status> found = new TreeMap<>();
            StringBuilder details = new StringBuilder(target.url());
            for (CheckResult result : report.results()) {
                Status status = result.verdict().status();
                if (status != Status.PASS && status != Status.SKIP) {
                    found.put(result.check().id(), status);
                    details.append('\n')
                            .append(result.check().id())
                            .append(": ")
                            .append(result.verdict().detail());
                }
            }
            assertThat(found).as(details.toString()).isEqualTo(new TreeMap<>(expected));
        }
    }
}
