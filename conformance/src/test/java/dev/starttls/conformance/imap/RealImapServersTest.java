package dev.starttls.conformance.imap;

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

/** The checks against IMAP servers that we did not write. What is wrong with these was seen with a bare socket, too. */
@Tag("peers")
@Timeout(300)
class RealImapServersTest {
    private static final List<Status> FINDINGS = List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE);

    private final TestCertificates certificates = TestCertificates.shared();

    /** One check after the other: servers of the tests have few processes. */
    private TargetReport check(Scheme scheme, int port, List<String> skip) {
        TargetSettings settings = TargetSettings.standard()
                .withTrust(List.of(certificates.root()))
                .withLogin(new Login("mary", "secret"::toCharArray));
        Selection imap =
                Selection.of(List.of("IMAP-*", "UP-*"), skip, Selection.all().levels());
        RunSettings run = new RunSettings(1, Duration.ofSeconds(40), Duration.ofSeconds(120));
        try (Runner runner = new Runner(Suite.catalogue(), imap, run, RunListener.none())) {
            return runner.run(new Target(scheme, "localhost", port), settings, Suite.dialect(Protocol.IMAP));
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
    void dovecot_upgrades_whatever_follows_starttls_and_is_right_otherwise() throws Exception {
        try (MailStore server = MailStore.Kind.DOVECOT.start(certificates.localhost(KeyKind.EC))) {
            assertNoOther(check(Scheme.IMAP, server.imap(), List.of()), "UP-S-04", "UP-S-13a", "IMAP-S-30");
            assertNoOther(check(Scheme.IMAPS, server.imaps(), List.of()));
        }
    }

    @Test
    void cyrus_goes_on_after_a_failed_handshake_and_takes_a_plus_sign_for_a_tag() throws Exception {
        // Checks that need two connections at a time: there is one process.
        List<String> skip = List.of("IMAP-S-09", "UP-S-17b", "UP-S-5*", "IMAP-S-30", "IMAP-S-31", "IMAP-S-34");
        try (MailStore server = MailStore.Kind.CYRUS.start(certificates.localhost(KeyKind.EC))) {
            assertNoOther(
                    check(Scheme.IMAP, server.imap(), skip),
                    "UP-S-13a",
                    "UP-S-15",
                    "UP-S-16",
                    "UP-S-17a",
                    "IMAP-S-18d",
                    "UP-S-22b");
            assertNoOther(check(Scheme.IMAPS, server.imaps(), skip), "IMAP-S-18d", "UP-S-22b");
        }
    }
}
