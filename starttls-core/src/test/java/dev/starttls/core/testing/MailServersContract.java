package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client of a protocol by which mail is read, against servers that we did not write. To be extended by one class for each
 * such protocol.
 *
 * @param <S> the client
 * @param <C> what it connects to
 */
public abstract class MailServersContract<S extends ClientSetup<S, C, ?>, C extends ClientConnection<?>> {

    /** Certificates whose root the client trusts. */
    protected final TestCertificates certificates = TestCertificates.shared();

    /** For a class of one protocol. */
    protected MailServersContract() {}

    /** A client of a port of localhost. */
    protected abstract S to(int port);

    /** Where the server speaks plaintext first. */
    protected abstract int port(MailStore server);

    /** Where it speaks TLS from the first octet. */
    protected abstract int implicitTlsPort(MailStore server);

    /** How Dovecot calls the process of this protocol before the login. */
    protected abstract String loginProcess();

    /** The round trips of an upgrade by a full handshake of TLS 1.3; TLS 1.2 has one more. */
    protected abstract int upgradeTrips();

    /** Those of a handshake of TLS 1.3 or a resumed one, and what follows it, with implicit TLS. */
    protected abstract int implicitTlsTrips();

    /** Looks at the capabilities inside TLS, logs in as mary, finds her one message, and leaves. */
    protected abstract void readMail(C mail, LineTalk talk) throws Exception;

    @ParameterizedTest
    @CsvSource({
        "DOVECOT,EC,TLSv1.3", "DOVECOT,EC,TLSv1.2", "DOVECOT,RSA,TLSv1.3", "DOVECOT,RSA,TLSv1.2",
        "CYRUS,EC,TLSv1.3", "CYRUS,EC,TLSv1.2", "CYRUS,RSA,TLSv1.3", "CYRUS,RSA,TLSv1.2"
    })
    void mail_is_read_after_full_and_resumed_handshakes(MailStore.Kind kind, KeyKind key, String version)
            throws Exception {
        try (MailStore server = kind.start(certificates.localhost(key))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            SSLContext context = certificates.client();
            Negotiated full = read(kind, client(port(server), context, version), fullTrips(version));
            assertThat(full.resumption()).isEqualTo(Resumption.FULL);
            assertThat(full.version()).isEqualTo(version);
            assertThat(full.peerChain().get(0).getPublicKey().getAlgorithm()).isEqualTo(key.name());

            Negotiated resumed = read(kind, client(port(server), context, version), upgradeTrips());
            assertThat(resumed.resumption()).isEqualTo(Resumption.RESUMED);
            assertThat(resumed.version()).isEqualTo(version);

            S implicit = client(implicitTlsPort(server), certificates.client(), version)
                    .policy(TlsPolicy.IMPLICIT);
            assertThat(read(kind, implicit, implicitTlsTrips()).resumption()).isEqualTo(Resumption.FULL);
            assertThat(read(kind, implicit, implicitTlsTrips()).resumption()).isEqualTo(Resumption.RESUMED);
        }
    }

    @ParameterizedTest
    @CsvSource({"DOVECOT,TLSv1.2", "DOVECOT,TLSv1.3", "CYRUS,TLSv1.2", "CYRUS,TLSv1.3"})
    void a_certificate_for_another_name_is_refused(MailStore.Kind kind, String version) throws Exception {
        try (MailStore server = kind.start(certificates.otherName())) {
            refused(client(port(server), certificates.client(), version));
            refused(client(implicitTlsPort(server), certificates.client(), version)
                    .policy(TlsPolicy.IMPLICIT));
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void a_server_whose_certificate_is_refused_has_seen_no_credentials(String version) throws Exception {
        try (DovecotServer server = DovecotServer.start(certificates.otherName())) {
            refused(client(port(server), certificates.client(), version));
            assertThat(server.stop())
                    .contains(loginProcess() + ": ")
                    .contains("no auth attempts")
                    .doesNotContain("method=");
        }
    }

    @ParameterizedTest
    @EnumSource(MailStore.Kind.class)
    void implicit_tls_is_not_mistaken_for_the_port_of_starttls(MailStore.Kind kind) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            S mistaken = to(port(server)).sslContext(certificates.client()).policy(TlsPolicy.IMPLICIT);
            assertThatThrownBy(mistaken::connect)
                    .isInstanceOfSatisfying(UpgradeException.class, e -> assertThat(e.hint())
                            .hasValueSatisfying(hint -> assertThat(hint).contains("STARTTLS")));
        }
    }

    /** A client by one version of TLS. */
    protected final S client(int port, SSLContext context, String version) {
        return to(port).tls(
                        TlsSettings.builder().context(context).versions(version).build());
    }

    /** The round trips of an upgrade by a full handshake. */
    protected final int fullTrips(String version) {
        return version.equals("TLSv1.2") ? upgradeTrips() + 1 : upgradeTrips();
    }

    /** Connects, reads the one message, and waits for the end that the server makes of it. */
    protected final Negotiated read(MailStore.Kind kind, S client, int roundTrips) throws Exception {
        try (C mail = client.connect()) {
            assertThat(mail.report().roundTrips()).isEqualTo(roundTrips);
            LineTalk talk = new LineTalk(mail.channel());
            readMail(mail, talk);
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

    private void refused(S client) {
        assertThatThrownBy(client::connect).isInstanceOfSatisfying(UpgradeException.class, e -> {
            assertThat(e.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
            assertThat(e.phase()).isEqualTo(Phase.HANDSHAKE);
        });
    }
}
