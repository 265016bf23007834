package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.keys.ReloadingKeys;
import dev.starttls.core.keys.ServerKeys;
import dev.starttls.core.keys.ServerKeysException;
import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server on a loop whose files are renewed while it runs, and clients that verify. */
@Timeout(60)
class ReloadedServerTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Issued OLD = CERTIFICATES.localhost(KeyKind.EC);
    private static final Issued RENEWED = CERTIFICATES.localhost(KeyKind.RSA);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_server_that_runs_takes_new_keys_and_keeps_its_connections(String version) throws Exception {
        write(OLD);
        ReloadingKeys keys = ReloadingKeys.of(this::read);
        LinkedBlockingQueue<StartTlsChannel> served = new LinkedBlockingQueue<>();
        SSLContext trusting = CERTIFICATES.client();
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel listening = new TinyServerSetup()
                        .sslContext(keys.context())
                        .handOver(served::add)
                        .listen(running.loop(), Loopback.anyPort())) {
            TinyClientSetup client = new TinyClientSetup(
                            "localhost", listening.socket().getLocalPort())
                    .tls(TlsSettings.builder()
                            .context(trusting)
                            .versions(version)
                            .build());
            StartTlsChannel first = client.connect();
            assertThat(tls(first).peerChain()).containsExactly(OLD.leaf());
            StartTlsChannel firstServed = served.poll(30, TimeUnit.SECONDS);
            // TLS 1.3 brings its tickets with the first octets.
            exchange(first, firstServed);
            assertThat(upgraded(client).resumption()).isEqualTo(Resumption.RESUMED);

            write(RENEWED);
            assertThat(keys.reload()).isTrue();
            Negotiated after = upgraded(client);
            assertThat(after.peerChain()).containsExactly(RENEWED.leaf());
            assertThat(after.resumption()).isEqualTo(Resumption.FULL);
            exchange(first, firstServed);
            first.close();

            PemFiles.write(folder.resolve("key.pem"), List.of(OLD.key()));
            assertThatThrownBy(keys::reload).isInstanceOf(ServerKeysException.class);
            assertThat(upgraded(client).peerChain()).containsExactly(RENEWED.leaf());
        }
    }

    private static Negotiated upgraded(TinyClientSetup client) throws IOException {
        try (StartTlsChannel channel = client.connect()) {
            return tls(channel);
        }
    }

    private void write(Issued issued) throws IOException {
        PemFiles.write(folder.resolve("chain.pem"), issued.chain());
        PemFiles.write(folder.resolve("key.pem"), List.of(issued.key()));
    }

    private ServerKeys read() throws IOException {
        return ServerKeys.pem(folder.resolve("chain.pem"), folder.resolve("key.pem"));
    }

    private static Negotiated tls(StartTlsChannel channel) {
        return channel.report().tls().orElseThrow();
    }

    private static void exchange(StartTlsChannel client, StartTlsChannel server) throws IOException {
        ((SocketChannel) server.transport()).configureBlocking(true);
        server.write(Octets.of("abc"));
        assertThat(Octets.text(client, 3)).isEqualTo("abc");
    }
}
