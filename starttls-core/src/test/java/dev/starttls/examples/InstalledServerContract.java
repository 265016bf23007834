package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What each client does with a server that we did not write, one for all tests of a class. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InstalledServerContract {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private InstalledServer server;

    /** How a server is set up. */
    enum Tls {
        ON,
        OFF
    }

    /** Starts a server, and waits until it can be reached. */
    abstract InstalledServer start(Tls tls) throws IOException, InterruptedException;

    /** What a server without TLS does. */
    abstract FailureReason without();

    /** A dialogue that has not begun. */
    abstract Dialogue client();

    /** Says something inside TLS to which only the server could give this answer. */
    abstract void exchange(StartTlsChannel channel) throws IOException;

    /** The port of the server with TLS. */
    final int port() throws IOException {
        return server.port();
    }

    @BeforeAll
    void startServer() throws IOException, InterruptedException {
        server = start(Tls.ON);
    }

    @AfterAll
    void stopServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void it_upgrades_and_goes_on_inside_tls() throws IOException {
        try (StartTlsChannel channel = channel("localhost", CERTIFICATES.client())) {
            UpgradeReport report = channel.upgrade();
            assertThat(report.tls()).map(UpgradeReport.Negotiated::version).contains("TLSv1.3");
            exchange(channel);
        }
    }

    @Test
    void a_certificate_of_another_authority_is_refused() throws IOException {
        try (StartTlsChannel channel =
                channel("localhost", TestCertificates.withOwnRoot().client())) {
            assertThat(failure(channel).reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        }
    }

    @Test
    void a_certificate_for_another_name_is_refused() throws IOException {
        try (StartTlsChannel channel = channel("elsewhere.example", CERTIFICATES.client())) {
            assertThat(failure(channel).reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        }
    }

    @Test
    void a_server_without_tls_gets_nothing_of_the_session() throws IOException, InterruptedException {
        try (InstalledServer without = start(Tls.OFF);
                StartTlsChannel channel = channel(without.port(), client(), "localhost", CERTIFICATES.client())) {
            assertThat(failure(channel).reason()).isEqualTo(without());
        }
    }

    /** A channel to the server, whose certificate must have this name. */
    private StartTlsChannel channel(String name, SSLContext context) throws IOException {
        return channel(server.port(), client(), name, context);
    }

    private static StartTlsChannel channel(int port, Dialogue client, String name, SSLContext context)
            throws IOException {
        UpgradeSettings settings = ExampleConnections.settings(TlsPolicy.REQUIRED, context);
        SocketChannel transport = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return StartTlsChannel.over(transport, new UpgradeConnection(client, settings, new Peer(name, port)));
    }

    private static UpgradeException failure(StartTlsChannel channel) {
        return catchThrowableOfType(UpgradeException.class, channel::upgrade);
    }

    /** Says octets, each a character, perhaps none, and reads until an answer has come that contains others. */
    static String ask(StartTlsChannel channel, String octets, String expected) throws IOException {
        ByteBuffer asked = ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1));
        while (asked.hasRemaining()) {
            channel.write(asked);
        }
        StringBuilder answer = new StringBuilder();
        ByteBuffer some = ByteBuffer.allocate(1024);
        while (answer.indexOf(expected) < 0) {
            if (channel.read(some.clear()) < 0) {
                throw new AssertionError("Expected " + expected + ", got an end after " + answer);
            }
            answer.append(StandardCharsets.ISO_8859_1.decode(some.flip()));
        }
        return answer.toString();
    }
}
