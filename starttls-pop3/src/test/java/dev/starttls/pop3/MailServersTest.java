package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.DovecotServer;
import dev.starttls.core.testing.LineTalk;
import dev.starttls.core.testing.MailStore;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Proposal;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our client against POP3 servers that we did not write. */
@Tag("peers")
@Timeout(180)
class MailServersTest {

    private final TestCertificates certificates = TestCertificates.shared();

    @ParameterizedTest
    @CsvSource({
        "DOVECOT,EC,TLSv1.3,5,5", "DOVECOT,EC,TLSv1.2,6,5", "DOVECOT,RSA,TLSv1.3,5,5", "DOVECOT,RSA,TLSv1.2,6,5",
        "CYRUS,EC,TLSv1.3,5,5", "CYRUS,EC,TLSv1.2,6,5", "CYRUS,RSA,TLSv1.3,5,5", "CYRUS,RSA,TLSv1.2,6,5"
    })
    void mail_is_read_behind_full_and_resumed_handshakes(
            MailStore.Kind kind, KeyKind key, String version, int fullTrips, int resumedTrips) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(key))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            SSLContext context = certificates.client();
            Negotiated full = read(kind, client(server.pop3(), context, version), fullTrips);
            assertThat(full.resumption()).isEqualTo(Resumption.FULL);
            assertThat(full.version()).isEqualTo(version);
            assertThat(full.peerChain().get(0).getPublicKey().getAlgorithm()).isEqualTo(key.name());

            Negotiated resumed = read(kind, client(server.pop3(), context, version), resumedTrips);
            assertThat(resumed.resumption()).isEqualTo(Resumption.RESUMED);
            assertThat(resumed.version()).isEqualTo(version);

            SSLContext another = certificates.client();
            Negotiated implicit =
                    read(kind, client(server.pop3s(), another, version).policy(TlsPolicy.IMPLICIT), 3);
            assertThat(implicit.resumption()).isEqualTo(Resumption.FULL);
            Negotiated again =
                    read(kind, client(server.pop3s(), another, version).policy(TlsPolicy.IMPLICIT), 3);
            assertThat(again.resumption()).isEqualTo(Resumption.RESUMED);
        }
    }

    @ParameterizedTest
    @CsvSource({"DOVECOT,TLSv1.2", "DOVECOT,TLSv1.3", "CYRUS,TLSv1.2", "CYRUS,TLSv1.3"})
    void a_certificate_for_another_name_is_refused(MailStore.Kind kind, String version) throws Exception {
        try (MailStore server = kind.start(certificates.otherName())) {
            refused(client(server.pop3(), certificates.client(), version));
            refused(client(server.pop3s(), certificates.client(), version).policy(TlsPolicy.IMPLICIT));
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void a_server_whose_certificate_is_refused_has_seen_no_credentials(String version) throws Exception {
        try (DovecotServer server = DovecotServer.start(certificates.otherName())) {
            refused(client(server.pop3(), certificates.client(), version));
            assertThat(server.stop())
                    .contains("pop3-login: ")
                    .contains("no auth attempts")
                    .doesNotContain("method=");
        }
    }

    @ParameterizedTest
    @CsvSource({"DOVECOT", "CYRUS"})
    void implicit_tls_is_not_mistaken_for_the_port_of_starttls(MailStore.Kind kind) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            assertThatThrownBy(() -> Pop3Client.to("localhost", server.pop3())
                            .sslContext(certificates.client())
                            .policy(TlsPolicy.IMPLICIT)
                            .connect())
                    .isInstanceOfSatisfying(UpgradeException.class, e -> assertThat(e.hint())
                            .hasValueSatisfying(hint -> assertThat(hint).contains("STARTTLS")));
        }
    }

    @ParameterizedTest
    @CsvSource({"DOVECOT", "CYRUS"})
    void a_server_that_is_known_to_have_stls_is_not_asked_for_it(MailStore.Kind kind) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            read(kind, client(server.pop3(), certificates.client(), "TLSv1.3").direct(DirectUpgrade.ALWAYS), 4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DOVECOT, TLSv1.3, UNASKED_WITH_HELLO, TAKEN, 3",
        "DOVECOT, TLSv1.2, UNASKED_WITH_HELLO, TAKEN, 3",
        "CYRUS, TLSv1.3, ASKED, SILENT, 4"
    })
    void stls_is_said_unasked_and_a_client_hello_that_comes_with_it_is_taken_or_not(
            MailStore.Kind kind, String version, Proposal third, Answer learnt, int roundTrips) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            HostMemory memory = HostMemory.inMemory(10);
            Pop3Client client = client(server.pop3(), certificates.client(), version)
                    .direct(DirectUpgrade.REMEMBERED)
                    .memory(memory);
            read(kind, client, version.equals("TLSv1.2") ? 6 : 5);
            assertThat(memory.recall("localhost", server.pop3())).isEqualTo(HostFacts.NONE.withUpgraded());
            read(kind, client, 4);
            assertThat(memory.recall("localhost", server.pop3()).command()).isEqualTo(Answer.TAKEN);
            try (Pop3Connection mail = client.connect()) {
                assertThat(mail.report().proposal()).isEqualTo(third);
                assertThat(mail.capabilities().has("USER")).isTrue();
            }
            assertThat(memory.recall("localhost", server.pop3()).clientHello()).isEqualTo(learnt);
            read(kind, client, roundTrips);
        }
    }

    private static Pop3Client client(int port, SSLContext context, String version) {
        return Pop3Client.to("localhost", port)
                .tls(TlsSettings.builder().context(context).versions(version).build());
    }

    private static Negotiated read(MailStore.Kind kind, Pop3Client client, int roundTrips) throws Exception {
        try (Pop3Connection mail = client.connect()) {
            assertThat(mail.report().roundTrips()).isEqualTo(roundTrips);
            assertThat(mail.capabilities().has("USER")).isTrue();
            assertThat(mail.capabilities().parameters("SASL")).contains("PLAIN");
            assertThat(mail.capabilities().has("STLS")).isFalse();
            LineTalk talk = new LineTalk(mail.channel());
            talk.pop3("USER mary");
            talk.pop3("PASS secret");
            assertThat(talk.pop3("STAT")).startsWith("+OK 1 ");
            assertThat(talk.pop3Lines("RETR 1")).contains("Subject: first", "hello, mary");
            talk.pop3("QUIT");
            if (kind == MailStore.Kind.CYRUS) {
                assertThatThrownBy(talk::ended)
                        .as("Cyrus sends no close_notify")
                        .isInstanceOf(TruncatedException.class);
            } else {
                assertThat(talk.ended()).isTrue();
            }
            return mail.report().tls().orElseThrow();
        }
    }

    private static void refused(Pop3Client client) {
        assertThatThrownBy(client::connect).isInstanceOfSatisfying(UpgradeException.class, e -> {
            assertThat(e.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
            assertThat(e.phase()).isEqualTo(Phase.HANDSHAKE);
        });
    }
}
