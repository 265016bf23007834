package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.discovery.ServiceDiscovery;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.file.TlsHistoryFile;
import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is known of a destination before it is connected to: by the DNS of its domain, and by earlier sessions. */
@Timeout(120)
class SmtpDestinationsTest {

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    @TempDir
    Path folder;

    private volatile TlsPolicy offered = TlsPolicy.OPPORTUNISTIC;
    private ServerSocketChannel server;

    @BeforeEach
    void serve() throws Exception {
        server = ServerSocketChannel.open().bind(Loopback.anyPort());
        loop.loop()
                .listen(
                        server,
                        peer -> new UpgradeConnection(
                                SmtpFixture.serverDialogue(offered, new ArrayList<>()),
                                SmtpFixture.server(offered),
                                peer),
                        channel -> {})
                .get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void a_user_submits_mail_where_the_domain_says_and_in_tls() throws Exception {
        offered = TlsPolicy.REQUIRED;
        int port = port();
        DnsResolver resolver = (name, type) -> name.equals("_submission._tcp.localhost")
                ? new DnsAnswer.Found(
                        List.of(new DnsRecord.Srv(0, 1, port, "localhost.")), name, DnsAnswer.Security.INSECURE)
                : new DnsAnswer.Absent(name, DnsAnswer.Security.INSECURE);

        ServiceEndpoint endpoint = ServiceDiscovery.of("user@localhost")
                .submission(resolver)
                .endpoints()
                .get(0);
        assertThat(endpoint.trust()).isEqualTo(TargetTrust.SAME_DOMAIN);
        try (SmtpConnection mail =
                SmtpClient.to(endpoint).sslContext(SmtpFixture.CLIENT_CONTEXT).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            assertThat(mail.report().policy()).isEqualTo(TlsPolicy.REQUIRED);
        }
    }

    @Test
    void a_host_that_has_had_tls_is_sent_nothing_without_after_a_restart_either() throws Exception {
        Path file = folder.resolve("tls-history");
        int port = port();
        try (TlsHistoryFile history = TlsHistoryFile.open(file, 100, line -> {})) {
            client(port, history).connect().close();
        }
        offered = TlsPolicy.DISABLED;
        try (TlsHistoryFile history = TlsHistoryFile.open(file, 100, line -> {})) {
            UpgradeException why = catchThrowableOfType(
                    UpgradeException.class, () -> client(port, history).connect());
            assertThat(why.reason()).isEqualTo(FailureReason.NOT_OFFERED);
            assertThat(why).hasMessageContaining("was used with localhost:" + port + " (smtp)");

            history.forget(new HostService("localhost", port, "smtp"));
            try (SmtpConnection mail = client(port, history).connect()) {
                assertThat(mail.report().encrypted()).isFalse();
            }
        }
    }

    private int port() throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    private static SmtpClient client(int port, TlsHistory history) {
        return SmtpClient.to("localhost", port).policy(TlsPolicy.OPPORTUNISTIC).blockDowngrades(history);
    }
}
