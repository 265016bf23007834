package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.nio.ProxyTest.Driver;
import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names with U-labels are A-labels (RFC 5890 section 2.3.2.1) wherever they leave this side, and where they are compared. */
@Timeout(60)
class InternationalNameTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Executor THREADS = task -> new Thread(task, "look-up").start();

    private final ConcurrentLinkedQueue<String> lookedUp = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> indicated = new ConcurrentLinkedQueue<>();
    private RunningLoop running;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @ParameterizedTest
    @CsvSource({
        "b\u00fccher.example, xn--bcher-kva.example",
        "B\u00dcCHER.example, xn--bcher-kva.example",
        "\u4f8b\u3048.\u30c6\u30b9\u30c8, xn--r8jz45g.xn--zckzah",
        "mail\u3002b\u00fccher.example, mail.xn--bcher-kva.example",
        "xn--bcher-kva.example, xn--bcher-kva.example"
    })
    void a_name_is_looked_up_indicated_compared_and_remembered_in_ascii(String host, String ascii) throws Exception {
        ServerSocketChannel server = listen(ascii);
        HostMemory memory = HostMemory.inMemory(10);
        for (Driver driver : Driver.values()) {
            for (boolean executor : new boolean[] {true, false}) {
                lookedUp.clear();
                indicated.clear();
                TinyClientSetup client = client(host, server).memory(memory).direct(DirectUpgrade.REMEMBERED);
                try (StartTlsChannel channel =
                        driver.connect(executor ? client.lookup(THREADS) : client, running.loop())) {
                    assertThat(channel.isSecure()).isTrue();
                }
                assertThat(lookedUp).containsExactly(ascii);
                assertThat(indicated).containsExactly(ascii);
            }
        }
        assertThat(memory.recall(ascii, server.socket().getLocalPort())).isNotEqualTo(HostFacts.NONE);
    }

    @ParameterizedTest
    @CsvSource({"b\u00fccher.example, xn--bcher-kva.example.org", "b\u00fccher.example, bucher.example"})
    void a_certificate_for_another_name_is_refused(String host, String certified) throws Exception {
        ServerSocketChannel server = listen(certified);
        for (Driver driver : Driver.values()) {
            UpgradeException failed = catchThrowableOfType(
                    UpgradeException.class, () -> driver.connect(client(host, server), running.loop()));
            assertThat(failed.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
            assertThat(failed).hasMessageContaining("xn--bcher-kva.example");
        }
    }

    private ServerSocketChannel listen(String name) throws Exception {
        SSLContext context = CERTIFICATES.server(CERTIFICATES.named(name));
        return new TinyServerSetup()
                .tls(TlsSettings.builder()
                        .context(context)
                        .contextByServerName(indication -> {
                            indicated.add(indication);
                            return Optional.of(context);
                        })
                        .build())
                .handOver(Quietly::close)
                .listen(running.loop(), Loopback.anyPort());
    }

    private TinyClientSetup client(String host, ServerSocketChannel server) {
        return new TinyClientSetup(host, server.socket().getLocalPort())
                .sslContext(CERTIFICATES.client())
                .names(name -> {
                    lookedUp.add(name);
                    return new InetAddress[] {InetAddress.getLoopbackAddress()};
                });
    }
}
