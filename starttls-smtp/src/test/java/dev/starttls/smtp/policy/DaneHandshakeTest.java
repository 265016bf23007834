package dev.starttls.smtp.policy;

import static dev.starttls.smtp.policy.DaneFixture.BASE;
import static dev.starttls.smtp.policy.DaneFixture.GOOD;
import static dev.starttls.smtp.policy.DaneFixture.OTHER_ROOT;
import static dev.starttls.smtp.policy.DaneFixture.ROOT;
import static dev.starttls.smtp.policy.DaneFixture.tlsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.smtp.policy.DaneFixture.Chain;
import dev.starttls.smtp.policy.DaneRequirement.AuthenticationRequired;
import dev.starttls.smtp.policy.DaneRequirement.EncryptionRequired;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes, full and resumed, that TLSA records decide. */
@Timeout(120)
class DaneHandshakeTest {

    /** Each test has another server, as the caches of sessions see it. */
    private static final AtomicInteger PORT = new AtomicInteger(40_000);

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_server_that_a_record_matches_is_spoken_to_and_is_asked_for_by_its_base_domain(String version) {
        for (Tlsa record : List.of(tlsa(3, 1, 1, GOOD.leaf()), tlsa(2, 1, 1, ROOT.certificate()))) {
            int port = PORT.incrementAndGet();
            SSLContext server = server(GOOD);
            assertThat(connect(required(record), server, version, port)).isEqualTo(Resumption.FULL);
            assertThat(connect(required(record), server, version, port)).isEqualTo(Resumption.RESUMED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_session_is_judged_by_the_records_of_today(String version) {
        int port = PORT.incrementAndGet();
        SSLContext server = server(GOOD);
        Tlsa old = tlsa(3, 1, 1, GOOD.leaf());
        assertThat(connect(required(old), server, version, port)).isEqualTo(Resumption.FULL);
        assertThat(connect(required(old), server, version, port))
                .as("there is one to resume")
                .isEqualTo(Resumption.RESUMED);
        assertThat(failure(required(tlsa(3, 1, 1, OTHER_ROOT.certificate())), server, version, port))
                .isEqualTo(FailureReason.TLSA_MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_session_made_without_usable_records_is_judged_once_there_are_some(String version) {
        int port = PORT.incrementAndGet();
        SSLContext server = server(DaneFixture.chains().get("self-signed"));
        EncryptionRequired unusable = new EncryptionRequired(BASE, TlsaRecords.of(List.of(tlsa(1, 1, 1, GOOD.leaf()))));
        TlsSettings tls =
                unusable.applyTo(TlsSettings.builder().versions(version)).build();
        for (Resumption expected : List.of(Resumption.FULL, Resumption.RESUMED)) {
            assertThat(link(tls, server, port)
                            .requireNoFailure()
                            .connection()
                            .report()
                            .tls()
                            .orElseThrow()
                            .resumption())
                    .isEqualTo(expected);
        }
        assertThat(failure(required(tlsa(3, 1, 1, GOOD.leaf())), server, version, port))
                .isEqualTo(FailureReason.TLSA_MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void what_is_wrong_with_a_path_is_the_reason(String version) {
        Tlsa root = tlsa(2, 1, 1, ROOT.certificate());
        assertThat(failure(required(root), server("expired"), version, PORT.incrementAndGet()))
                .isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
        assertThat(failure(required(root), server("for another name"), version, PORT.incrementAndGet()))
                .isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        assertThat(failure(required(root), server("for clients"), version, PORT.incrementAndGet()))
                .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(failure(required(root), server("of another root"), version, PORT.incrementAndGet()))
                .isEqualTo(FailureReason.TLSA_MISMATCH);
    }

    private static AuthenticationRequired required(Tlsa record) {
        return new AuthenticationRequired(BASE, List.of(BASE, "example.net"), TlsaRecords.of(List.of(record)));
    }

    private static Resumption connect(AuthenticationRequired required, SSLContext server, String version, int port) {
        return link(required.applyTo(TlsSettings.builder().versions(version)).build(), server, port)
                .requireNoFailure()
                .connection()
                .report()
                .tls()
                .orElseThrow()
                .resumption();
    }

    private static FailureReason failure(AuthenticationRequired required, SSLContext server, String version, int port) {
        return link(required.applyTo(TlsSettings.builder().versions(version)).build(), server, port)
                .upgradeFailure()
                .reason();
    }

    private static SSLContext server(String chain) {
        return server(DaneFixture.chains().get(chain));
    }

    private static SSLContext server(Chain chain) {
        return TestCertificates.shared().server(new Issued(chain.key(), chain.sent()));
    }

    /** The host is not the base domain, as where its name is an alias. */
    private static Endpoint link(TlsSettings tls, SSLContext server, int port) {
        List<String> asked = new ArrayList<>();
        TlsSettings serving = TlsSettings.builder()
                .context(server)
                .contextByServerName(name -> {
                    asked.add(name);
                    return Optional.of(server);
                })
                .build();
        MemoryLink link = MemoryLink.between(
                        new UpgradeConnection(
                                new LineProtocolClient(),
                                UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(tls),
                                new Peer("alias.example.com", port)),
                        new UpgradeConnection(
                                new LineProtocolServer(),
                                UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(serving),
                                new Peer("127.0.0.1", 2)))
                .run();
        assertThat(asked).containsExactly(BASE);
        return link.client();
    }
}
