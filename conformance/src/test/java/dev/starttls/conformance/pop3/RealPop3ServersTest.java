package dev.starttls.conformance.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.core.testing.MailStore;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checks against POP3 servers that we did not write. What is wrong with these was seen with a bare socket, too. */
@Tag("peers")
@Timeout(300)
class RealPop3ServersTest {
    private static final List<Status> FINDINGS = List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE);

    private final TestCertificates certificates = TestCertificates.shared();

    /** One check after the other: servers of the tests have few processes. */
    private TargetReport check(Scheme scheme, int port, List<String> skip) {
        TargetSettings settings = TargetSettings.standard()
                .withTrust(List.of(certificates.root()))
                .withLogin(new Login("mary", "secret"::toCharArray));
        Selection pop3 =
                Selection.of(List.of("POP3-*", "UP-*"), skip, Selection.all().levels());
        RunSettings run = new RunSettings(1, Duration.ofSeconds(40), Duration.ofSeconds(120));
        try (Runner runner = new Runner(Suite.catalogue(), pop3, run, RunListener.none())) {
            return runner.run(new Target(scheme, "localhost", port), settings, Suite.dialect(Protocol.POP3));
        }
    }

    private static void assertNoOther(TargetReport report, String... known) {
        assertThat(report.survey().problem()).isEmpty();
        assertThat(report.count(Status.PASS)).isPositive();
        Map<String, Status> found = CheckHarness.withStatus(report, FINDINGS);
        // Whether a second segment comes before the server waits for a ClientHello is not in our hands; it is no fault.
        found.remove("UP-S-11e", Status.INCONCLUSIVE);
        assertThat(found.keySet()).as(found.toString()).isSubsetOf(Set.of(known));
    }

    @Test
    void dovecot_keeps_a_user_named_before_tls_and_is_right_otherwise() throws Exception {
        try (MailStore server = MailStore.Kind.DOVECOT.start(certificates.localhost(KeyKind.EC))) {
            assertNoOther(check(Scheme.POP3, server.pop3(), List.of()), "UP-S-04", "POP3-S-08", "UP-S-13a", "UP-S-53");
            assertNoOther(check(Scheme.POP3S, server.pop3s(), List.of()));
        }
    }

    @Test
    void cyrus_goes_on_after_a_failed_handshake_and_takes_the_timestamp_of_the_clear() throws Exception {
        // Needs two connections at a time: there is one process.
        List<String> skip = List.of("UP-S-17b", "UP-S-5*", "POP3-S-08", "POP3-S-12d", "POP3-S-31");
        try (MailStore server = MailStore.Kind.CYRUS.start(certificates.localhost(KeyKind.EC))) {
            assertNoOther(
                    check(Scheme.POP3, server.pop3(), skip),
                    "UP-S-13a",
                    "UP-S-15",
                    "UP-S-16",
                    "UP-S-17a",
                    "POP3-S-16b",
                    "UP-S-19b",
                    "UP-S-22b");
            assertNoOther(check(Scheme.POP3S, server.pop3s(), skip), "UP-S-22b");
        }
    }
}
