package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.LineTalk;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server behind HAProxy, which passes on whose connection it is by either version of the PROXY protocol. */
@Tag("more-peers")
@Timeout(120)
class HaproxyTest {

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void the_client_upgrades_through_it_and_its_own_address_is_seen(String version) throws Exception {
        ExternalProgram haproxy = ExternalProgram.named("haproxy");
        TestCertificates certificates = TestCertificates.shared();
        SmtpServer server = SmtpServer.named(
                        "mx.example.org",
                        (command, session) -> SmtpAnswer.of(250, session.peer().toString()))
                .sslContext(certificates.server(certificates.localhost(KeyKind.EC)));
        server.preface(ProxyProtocol.from(Set.of(InetAddress.getLoopbackAddress()), ProxyProtocol.Others.REFUSE));
        UpgradeLoop loop = UpgradeLoop.open(100, Runnable::run);
        new Thread(loop, "server").start();
        Path folder = ServerProcess.folder("haproxy");
        try (ServerSocketChannel listening = server.listen(loop, Loopback.anyPort())) {
            int port = ServerProcess.freePorts(1).get(0);
            Path configuration = Files.writeString(
                    folder.resolve("haproxy.cfg"),
                    """
                    defaults
                      mode tcp
                      timeout connect 60s
                      timeout client 60s
                      timeout server 60s
                    listen smtp
                      bind 127.0.0.1:%d
                      server mx 127.0.0.1:%d %s
                    """
                            .formatted(port, ((InetSocketAddress) listening.getLocalAddress()).getPort(), version));
            ServerProcess process =
                    new ServerProcess("haproxy", folder, haproxy.start("-f", configuration.toString(), "-db"));
            try {
                process.awaitGreeting(port);
                SocketChannel socket =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                try (SmtpConnection mail = SmtpClient.to("localhost", port)
                        .sslContext(certificates.client())
                        .connect(socket)) {
                    InetSocketAddress own = (InetSocketAddress) socket.getLocalAddress();
                    assertThat(new LineTalk(mail.channel()).ask("WHO", line -> true))
                            .containsExactly("250 127.0.0.1:" + own.getPort());
                }
            } finally {
                process.stop();
            }
        } finally {
            loop.closeNow();
        }
    }
}
