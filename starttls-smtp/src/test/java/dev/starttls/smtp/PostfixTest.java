package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client against Postfix. */
@Tag("peers")
@Timeout(180)
class PostfixTest {

    private final TestCertificates certificates = TestCertificates.shared();

    @ParameterizedTest
    @CsvSource({"EC,TLSv1.3,5,5", "EC,TLSv1.2,6,5", "RSA,TLSv1.3,5,5", "RSA,TLSv1.2,6,5"})
    void full_and_resumed_handshakes(KeyKind key, String version, int fullTrips, int resumedTrips) throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(key))) {
            SSLContext context = certificates.client();
            Negotiated full = upgrade(postfix.port(), TlsPolicy.REQUIRED, context, version, fullTrips);
            assertThat(full.resumption()).isEqualTo(Resumption.FULL);
            assertThat(full.version()).isEqualTo(version);
            PublicKey publicKey = full.peerChain().get(0).getPublicKey();
            assertThat(publicKey.getAlgorithm()).isEqualTo(key.name());

            Negotiated resumed = upgrade(postfix.port(), TlsPolicy.REQUIRED, context, version, resumedTrips);
            assertThat(resumed.resumption()).isEqualTo(Resumption.RESUMED);

            Negotiated implicit = upgrade(postfix.implicitPort(), TlsPolicy.IMPLICIT, context, version, 3);
            assertThat(implicit.version()).isEqualTo(version);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    void a_message_is_taken(KeyKind key) throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(key));
                SmtpConnection mail = SmtpClient.to("localhost", postfix.port())
                        .sslContext(certificates.client())
                        .connect()) {
            assertThat(mail.capabilities().has("PIPELINING")).isTrue();
            assertThat(mail.capabilities().has("STARTTLS")).isFalse();
            StartTlsChannel channel = mail.channel();
            assertThat(say(channel, "MAIL FROM:<a@localhost>\r\n")).startsWith("250 ");
            assertThat(say(channel, "RCPT TO:<b@localhost>\r\n")).startsWith("250 ");
            assertThat(say(channel, "DATA\r\n")).startsWith("354 ");
            assertThat(say(channel, "Subject: test\r\n\r\n" + "A line of text.\r\n".repeat(20_000) + ".\r\n"))
                    .startsWith("250 2.0.0 Ok: queued");
            assertThat(say(channel, "QUIT\r\n")).startsWith("221 ");
            assertThat(Channels.newInputStream(channel).read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2", "TLSv1.3"})
    void a_certificate_for_another_name_is_refused_and_nothing_is_sent(String version) throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.otherName())) {
            assertThatThrownBy(() -> upgrade(postfix.port(), TlsPolicy.REQUIRED, certificates.client(), version, 0))
                    .isInstanceOfSatisfying(UpgradeException.class, e -> {
                        assertThat(e.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
                        assertThat(e.phase()).isEqualTo(Phase.HANDSHAKE);
                    });
            assertThatThrownBy(() -> SmtpClient.to("localhost", postfix.port())
                            .sslContext(certificates.client())
                            .policy(TlsPolicy.IMPLICIT)
                            .connect())
                    .isInstanceOfSatisfying(UpgradeException.class, e -> assertThat(e.hint())
                            .hasValueSatisfying(hint -> assertThat(hint).contains("STARTTLS")));
        }
    }

    private static Negotiated upgrade(int port, TlsPolicy policy, SSLContext context, String version, int roundTrips)
            throws Exception {
        TlsSettings tls =
                TlsSettings.builder().context(context).versions(version).build();
        try (SmtpConnection mail =
                SmtpClient.to("localhost", port).tls(tls).policy(policy).connect()) {
            // A reply inside TLS has been read: the session tickets that came before it as well.
            assertThat(say(mail.channel(), "QUIT\r\n")).startsWith("221 ");
            if (policy == TlsPolicy.REQUIRED) {
                assertThat(mail.report().roundTrips()).isEqualTo(roundTrips);
            }
            return mail.report().tls().orElseThrow();
        }
    }

    private static String say(StartTlsChannel channel, String text) throws Exception {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        StringBuilder reply = new StringBuilder();
        ByteBuffer octet = ByteBuffer.allocate(1);
        while (reply.lastIndexOf("\n") < 0 && channel.read(octet.clear()) > 0) {
            reply.append((char) octet.get(0));
        }
        return reply.toString();
    }
}
