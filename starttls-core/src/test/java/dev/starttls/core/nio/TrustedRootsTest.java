package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that trust the certificates of a file. */
@Timeout(120)
class TrustedRootsTest {

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
                .hasMessageStartingWith("trust: expected a file with trusted certificates, got ")
                .hasMessageContaining("-----BEGIN CERTIFICATE-----")
                .hasMessageEndingWith("empty.pem");
        Path large = Files.write(folder.resolve("large.pem"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> client.trust(large)).hasMessageContaining("more than 1048576 octets");
        assertThatThrownBy(() -> client.trust(folder.resolve("missing.pem"))).hasMessageEndingWith("missing.pem");
    }
}
