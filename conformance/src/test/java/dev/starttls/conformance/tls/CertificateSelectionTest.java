package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.tls.certificate.Forge;
import dev.starttls.conformance.tls.certificate.Issuer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that send one client a good certificate and another a bad one, and sound ones of the same design. */
@Timeout(120)
class CertificateSelectionTest {

    private static final Issuer ELLIPTIC = forge().issue();
    private static final Issuer RSA = forge().rsa().issue();
    private static final Issuer OTHER = forge().naming("other.example").issue();

    private static Forge forge() {
        return Forge.by(GoodServer.ROOT);
    }

    private static void assertJudged(LoopbackServer server, String id, Status status, String because) {
        try (server) {
            Verdict verdict = TlsCheckHarness.judge(id, server.port());
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
            assertThat(verdict.detail()).contains(because);
        }
    }

    @Test
    void an_expired_rsa_certificate_beside_a_good_ecdsa_one_is_caught() {
        Issuer expired = forge().rsa().expired().issue();
        assertJudged(
                ManyCertificates.with(ELLIPTIC, expired),
                "TLS-S-06",
                Status.FAIL,
                "TLSv1.3 for a client of RSA, TLSv1.2 for a client of RSA");
    }

    @Test
    void two_good_certificates_pass() {
        for (String id : List.of("TLS-S-06", "TLS-S-07", "TLS-S-08", "TLS-S-30", "TLS-S-31", "TLS-S-32")) {
            assertJudged(ManyCertificates.with(ELLIPTIC, RSA), id, Status.PASS, "for a client of ECDSA");
        }
    }

    @Test
    void the_certificates_of_an_upgraded_server_are_collected_in_eight_connections() {
        AtomicInteger connections = new AtomicInteger();
        Relay.Hook counting = (record, way) -> {
            if (record.type() == 22 && record.content().at(0) == 1) {
                connections.incrementAndGet();
            }
            way.forward(record);
        };
        try (LoopbackServer good = ManyCertificates.with(ELLIPTIC, RSA);
                LoopbackServer counted = Relay.before(good, counting)) {
            assertThat(TlsCheckHarness.judge("TLS-S-06", counted.port()).status())
                    .isEqualTo(Status.PASS);
        }
        assertThat(connections).hasValue(8);
    }

    @Test
    void an_rsa_certificate_for_another_name_is_caught() {
        Issuer other = forge().rsa().naming("www.example.org").issue();
        assertJudged(ManyCertificates.with(ELLIPTIC, other), "TLS-S-07", Status.FAIL, "DNS:www.example.org");
    }

    private static LoopbackServer byVersion(Issuer newest, Issuer older) {
        return ManyCertificates.choosing(
                List.of(newest, older),
                (keyType, version, name) -> keyType.equals("EC")
                        ? Optional.of(version.equals("TLSv1.3") ? newest : older)
                        : Optional.empty());
    }

    @Test
    void a_certificate_that_is_expired_in_one_version_alone_is_caught() {
        Issuer expired = forge().expired().issue();
        assertJudged(byVersion(expired, ELLIPTIC), "TLS-S-06", Status.FAIL, "TLSv1.3 for a client of ECDSA: 'CN");
        assertJudged(byVersion(ELLIPTIC, expired), "TLS-S-06", Status.FAIL, "TLSv1.2 for a client of ECDSA");
    }

    private static LoopbackServer byName(Issuer without, Issuer unknown) {
        return ManyCertificates.choosing(List.of(ELLIPTIC, without, unknown), (keyType, version, name) -> {
            Issuer chosen = name.isEmpty() ? without : name.equals("mail.example.org") ? ELLIPTIC : unknown;
            return keyType.equals("EC") ? Optional.of(chosen) : Optional.empty();
        });
    }

    @Test
    void an_expired_certificate_of_the_server_for_clients_without_sni_is_caught() {
        Issuer expired = forge().expired().issue();
        assertJudged(byName(expired, ELLIPTIC), "TLS-S-06", Status.FAIL, "TLSv1.2 without SNI");
        assertJudged(byName(ELLIPTIC, expired), "TLS-S-06", Status.WARN, "TLSv1.2 with an unknown name in SNI");
    }

    @Test
    void a_default_certificate_of_another_server_is_no_fault() {
        Issuer expired = forge().naming("other.example").expired().issue();
        assertJudged(byName(OTHER, expired), "TLS-S-06", Status.PASS, "a certificate of another server");
        assertJudged(byName(OTHER, expired), "TLS-S-07", Status.PASS, "");
        assertJudged(byName(OTHER, expired), "TLS-S-08", Status.PASS, "");
    }
}
