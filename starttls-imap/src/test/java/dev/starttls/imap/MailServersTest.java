package dev.starttls.imap;

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

/** Our client against IMAP servers that we did not write. */
@Tag("peers")
@Timeout(180)
class MailServersTest {

    private final TestCertificates certificates = TestCertificates.shared();

    @ParameterizedTest
    @CsvSource({
        "DOVECOT,EC,TLSv1.3,4,4", "DOVECOT,EC,TLSv1.2,5,4", "DOVECOT,RSA,TLSv1.3,4,4", "DOVECOT,RSA,TLSv1.2,5,4",
        "CYRUS,EC,TLSv1.3,4,4", "CYRUS,EC,TLSv1.2,5,4", "CYRUS,RSA,TLSv1.3,4,4", "CYRUS,RSA,TLSv1.2,5,4"
    })
    void mail_is_read_behind_full_and_resumed_handshakes(
            MailStore.Kind kind, KeyKind key, String version, int fullTrips, int resumedTrips) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(key))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            SSLContext context = certificates.client();
            Negotiated full = read(kind, client(server.imap(), context, version), fullTrips);
            assertThat(full.resumption()).isEqualTo(Resumption.FULL);
            assertThat(full.version()).isEqualTo(version);
            assertThat(full.peerChain().get(0).getPublicKey().getAlgorithm()).isEqualTo(key.name());

            Negotiated resumed = read(kind, client(server.imap(), context, version), resumedTrips);
            assertThat(resumed.resumption()).isEqualTo(Resumption.RESUMED);
            assertThat(resumed.version()).isEqualTo(version);

            SSLContext another = certificates.client();
            Negotiated implicit =
                    read(kind, client(server.imaps(), another, version).policy(TlsPolicy.IMPLICIT), 2);
            assertThat(implicit.resumption()).isEqualTo(Resumption.FULL);
            Negotiated again =
                    read(kind, client(server.imaps(), another, version).policy(TlsPolicy.IMPLICIT), 2);
            assertThat(again.resumption()).isEqualTo(Resumption.RESUMED);
        }
    }

    @ParameterizedTest
    @CsvSource({"DOVECOT,TLSv1.2", "DOVECOT,TLSv1.3", "CYRUS,TLSv1.2", "CYRUS,TLSv1.3"})
    void a_certificate_for_another_name_is_refused(MailStore.Kind kind, String version) throws Exception {
        try (MailStore server = kind.start(certificates.otherName())) {
            refused(client(server.imap(), certificates.client(), version));
            refused(client(server.imaps(), certificates.client(), version).policy(TlsPolicy.IMPLICIT));
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void a_server_whose_certificate_is_refused_has_seen_no_credentials(String version) throws Exception {
        try (DovecotServer server = DovecotServer.start(certificates.otherName())) {
            refused(client(server.imap(), certificates.client(), version));
            assertThat(server.stop())
                    .contains("imap-login: ")
                    .contains("no auth attempts")
                    .doesNotContain("method=");
        }
    }

    @ParameterizedTest
    @CsvSource({"DOVECOT", "CYRUS"})
    void implicit_tls_is_not_mistaken_for_the_port_of_starttls(MailStore.Kind kind) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            assertThatThrownBy(() -> ImapClient.to("localhost", server.imap())
                            .sslContext(certificates.client())
                            .policy(TlsPolicy.IMPLICIT)
                            .connect())
                    .isInstanceOfSatisfying(UpgradeException.class, e -> assertThat(e.hint())
                            .hasValueSatisfying(hint -> assertThat(hint).contains("STARTTLS")));
        }
    }

    /** Both announce STARTTLS in their greeting, so that there is nothing to save by not asking. */
    @ParameterizedTest
    @CsvSource({
        "DOVECOT, TLSv1.3, ASKED_WITH_HELLO, TAKEN, 3",
        "DOVECOT, TLSv1.2, ASKED_WITH_HELLO, TAKEN, 3",
        "CYRUS, TLSv1.3, ASKED, SILENT, 4"
    })
    void a_client_hello_that_comes_with_starttls_is_taken_or_not(
            MailStore.Kind kind, String version, Proposal second, Answer learnt, int roundTrips) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            HostMemory memory = HostMemory.inMemory(10);
            SSLContext context = certificates.client();
            ImapClient client = client(server.imap(), context, version)
                    .direct(DirectUpgrade.REMEMBERED)
                    .memory(memory);
            read(kind, client, version.equals("TLSv1.2") ? 5 : 4);
            assertThat(memory.recall("localhost", server.imap())).isEqualTo(HostFacts.NONE.withUpgraded());
            try (ImapConnection mail = client.connect()) {
                assertThat(mail.report().proposal()).isEqualTo(second);
                assertThat(mail.capabilities().has("AUTH=PLAIN")).isTrue();
            }
            assertThat(memory.recall("localhost", server.imap()).clientHello()).isEqualTo(learnt);
            read(kind, client, roundTrips);
        }
    }

    private static ImapClient client(int port, SSLContext context, String version) {
        return ImapClient.to("localhost", port)
                .tls(TlsSettings.builder().context(context).versions(version).build());
    }

    private static Negotiated read(MailStore.Kind kind, ImapClient client, int roundTrips) throws Exception {
        try (ImapConnection mail = client.connect()) {
            assertThat(mail.report().roundTrips()).isEqualTo(roundTrips);
            assertThat(mail.capabilities().has("IMAP4rev1")).isTrue();
            assertThat(mail.capabilities().has("AUTH=PLAIN")).isTrue();
            assertThat(mail.capabilities().has("STARTTLS")).isFalse();
            assertThat(mail.capabilities().loginDisabled()).isFalse();
            LineTalk talk = new LineTalk(mail.channel());
            talk.imap("a", "LOGIN mary secret");
            assertThat(talk.imap("b", "SELECT INBOX")).contains("* 1 EXISTS");
            assertThat(talk.imap("c", "FETCH 1 BODY.PEEK[]")).contains("Subject: first", "hello, mary");
            talk.imap("d", "LOGOUT");
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

    private static void refused(ImapClient client) {
        assertThatThrownBy(client::connect).isInstanceOfSatisfying(UpgradeException.class, e -> {
            assertThat(e.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
            assertThat(e.phase()).isEqualTo(Phase.HANDSHAKE);
        });
    }
}
