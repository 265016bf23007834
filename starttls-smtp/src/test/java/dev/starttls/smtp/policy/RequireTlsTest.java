package dev.starttls.smtp.policy;

import static dev.starttls.smtp.policy.RequireTls.Condition.CERTIFICATE;
import static dev.starttls.smtp.policy.RequireTls.Condition.MX_NAME;
import static dev.starttls.smtp.policy.RequireTls.Condition.OFFER;
import static dev.starttls.smtp.policy.RequireTls.Condition.TLS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Proposal;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.smtp.policy.RequireTls.Certificate;
import dev.starttls.smtp.policy.RequireTls.Condition;
import dev.starttls.smtp.policy.RequireTls.MxName;
import dev.starttls.smtp.policy.RequireTls.Sending;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** RFC 8689 sections 2, 4.2.1 and 5. */
class RequireTlsTest {

    @Test
    void with_all_four_conditions_the_message_is_sent_with_requiretls() {
        RequireTls answer = RequireTls.of(session(true, "SIZE 1", "REQUIRETLS"), MxName.DNSSEC, Certificate.DANE);
        assertThat(answer.missing()).isEmpty();
        assertThat(answer.met()).isTrue();
        assertThat(answer.sending("a@example.org")).isEqualTo(Sending.WITH_REQUIRETLS);
        assertThat(answer.sending("")).isEqualTo(Sending.WITH_REQUIRETLS);
    }

    @Test
    void every_combination_of_conditions_says_what_is_missing() {
        for (MxName mx : MxName.values()) {
            for (Certificate certificate : Certificate.values()) {
                for (boolean offered : new boolean[] {true, false}) {
                    Set<Condition> expected = EnumSet.noneOf(Condition.class);
                    if (mx == MxName.NOT_VALIDATED) {
                        expected.add(MX_NAME);
                    }
                    if (certificate == Certificate.NOT_VERIFIED) {
                        expected.add(CERTIFICATE);
                    }
                    if (!offered) {
                        expected.add(OFFER);
                    }
                    UpgradeReport session =
                            offered ? session(true, "requiretls") : session(true, "REQUIRETLS2", "SIZE");
                    assertThat(RequireTls.of(session, mx, certificate).missing())
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void in_plaintext_neither_the_certificate_nor_an_offer_counts() {
        RequireTls answer = RequireTls.of(session(false, "REQUIRETLS"), MxName.MTA_STS, Certificate.PKIX);
        assertThat(answer.missing()).containsExactly(TLS, CERTIFICATE, OFFER);
        assertThat(answer.sending("a@example.org")).isEqualTo(Sending.NOT_HERE);
        assertThat(answer.sending("")).isEqualTo(Sending.NOT_HERE);
    }

    @Test
    void a_certificate_that_was_refused_is_what_is_missing_and_not_tls() {
        for (FailureReason reason : List.of(
                FailureReason.CERTIFICATE_UNTRUSTED, FailureReason.CERTIFICATE_REFUSED, FailureReason.TLSA_MISMATCH)) {
            assertThat(RequireTls.of(new UpgradeException(reason, Phase.HANDSHAKE, "expected one, got another"))
                            .missing())
                    .containsExactly(CERTIFICATE, OFFER);
        }
        assertThat(RequireTls.of(
                                new UpgradeException(FailureReason.NOT_OFFERED, Phase.COMMAND, "expected it, got none"))
                        .missing())
                .contains(TLS);
    }

    @Test
    void a_notification_is_sent_to_a_host_that_does_not_offer_it() {
        RequireTls answer = RequireTls.of(session(true), MxName.MTA_STS, Certificate.PKIX);
        assertThat(answer.sending("")).isEqualTo(Sending.WITHOUT_REQUIRETLS);
        assertThat(answer.sending("a@example.org")).isEqualTo(Sending.NOT_HERE);
    }

    @Test
    void the_notification_says_what_was_missing_at_the_best_host() {
        RequireTls plaintext = RequireTls.of(session(false), MxName.DNSSEC, Certificate.PKIX);
        RequireTls without = RequireTls.of(session(true), MxName.DNSSEC, Certificate.PKIX);
        RequireTls expired = RequireTls.of(
                new UpgradeException(FailureReason.CERTIFICATE_EXPIRED, Phase.HANDSHAKE, "expected a valid one"));
        RequireTls silent =
                RequireTls.of(new UpgradeException(FailureReason.TIMEOUT, Phase.GREETING, "expected a greeting"));
        assertThat(expired.missing()).containsExactly(CERTIFICATE, OFFER);
        assertThat(silent.missing()).containsExactly(TLS, CERTIFICATE, OFFER);
        assertThat(RequireTls.status(List.of(plaintext, expired, silent))).hasToString("5.7.10 Encryption needed");
        assertThat(RequireTls.status(List.of(plaintext, without)))
                .hasToString("5.7.30 REQUIRETLS support required")
                .extracting(RequireTls.Status::code)
                .isEqualTo("5.7.30");
        assertThat(RequireTls.status(List.of())).isEqualTo(RequireTls.Status.ENCRYPTION_NEEDED);
    }

    /** What is announced counts as announced inside TLS if there is TLS, and before it if not. */
    private static UpgradeReport session(boolean encrypted, String... announced) {
        Optional<UpgradeReport.Negotiated> tls = Optional.of(new UpgradeReport.Negotiated(
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        UpgradeReport.Resumption.FULL,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
                .filter(unused -> encrypted);
        return new UpgradeReport(
                "smtp",
                Role.CLIENT,
                TlsPolicy.OPPORTUNISTIC,
                tls,
                encrypted ? List.of() : List.of(announced),
                encrypted ? List.of(announced) : List.of(),
                List.of(),
                Proposal.NONE,
                Optional.empty());
    }
}
