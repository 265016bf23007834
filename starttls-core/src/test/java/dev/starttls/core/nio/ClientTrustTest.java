package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.keys.TrustedRoots;
import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that trust the certificates of a file. */
@Timeout(120)
class ClientTrustTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    @TempDir
    Path folder;

    @Test
    void a_client_connects_to_a_server_whose_authority_is_in_the_file_and_to_no_other() throws Exception {
        Path pem = Files.writeString(
                folder.resolve("ca.pem"),
                "Our authority\n-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(CERTIFICATES.root().getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel listening = new TinyServerSetup()
                        .sslContext(CERTIFICATES.server(CERTIFICATES.named("localhost")))
                        .handOver(Quietly::close)
                        .listen(running.loop(), Loopback.anyPort())) {
            int port = listening.socket().getLocalPort();
            try (StartTlsChannel channel =
                    new TinyClientSetup("localhost", port).trust(pem).connect()) {
                assertThat(channel.isSecure()).isTrue();
            }
            assertThatThrownBy(() -> new TinyClientSetup("localhost", port).connect())
                    .isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.reason())
                            .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED));
        }
    }

    @Test
    void a_file_that_cannot_be_used_is_named() throws Exception {
        TinyClientSetup client = new TinyClientSetup("localhost", 1);
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertThatThrownBy(() -> client.trust(empty))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("trust: " + empty + ": Expected certificates or a key, got an empty file");
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate\n");
        assertThatThrownBy(() -> client.trust(text))
                .hasMessageStartingWith("trust: " + text + ": Expected PEM")
                .hasMessageContaining("-----BEGIN CERTIFICATE-----");
        Path large = Files.write(folder.resolve("large.pem"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> client.trust(large))
                .hasMessageStartingWith("trust: " + large + ": Expected at most 1048576 octets (1 MiB), got more");
        Path missing = folder.resolve("missing.pem");
        assertThatThrownBy(() -> client.trust(missing))
                .hasMessageStartingWith("trust: " + missing + ": Expected a file, got none at this path");
    }

    /** TLS 1.2 only: its sessions can be resumed once the handshake is done, those of TLS 1.3 once a ticket has been read. */
    @Test
    void setups_resume_the_sessions_of_others_with_the_same_context_and_of_no_others() throws Exception {
        Path pem = PemFiles.write(folder.resolve("ca.pem"), List.of(CERTIFICATES.root()));
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel listening = new TinyServerSetup()
                        .tls(TlsSettings.builder()
                                .context(CERTIFICATES.server(CERTIFICATES.named("localhost")))
                                .versions("TLSv1.2")
                                .build())
                        .handOver(Quietly::close)
                        .listen(running.loop(), Loopback.anyPort())) {
            int port = listening.socket().getLocalPort();
            SSLContext shared = TrustedRoots.pem(pem).context();
            assertThat(List.of(
                            resumption(new TinyClientSetup("localhost", port).sslContext(shared)),
                            resumption(new TinyClientSetup("localhost", port).sslContext(shared)),
                            resumption(new TinyClientSetup("localhost", port).trust(pem)),
                            resumption(new TinyClientSetup("localhost", port).trust(pem))))
                    .containsExactly(Resumption.FULL, Resumption.RESUMED, Resumption.FULL, Resumption.FULL);
        }
    }

    private static Resumption resumption(TinyClientSetup client) throws IOException {
        try (StartTlsChannel channel = client.connect()) {
            return channel.report().tls().orElseThrow().resumption();
        }
    }
}
