package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.ConnectionLimits;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The address of a client that a load balancer passes on. */
@Timeout(60)
class ProxyProtocolTest {

    private static final String V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n";

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] v2(int command, int family, byte[] rest) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(ascii("\r\n\r\n\0\r\nQUIT\n"));
        header.write(command);
        header.write(family);
        header.write(rest.length >> 8);
        header.write(rest.length);
        header.writeBytes(rest);
        return header.toByteArray();
    }

    /** Over IPv6, from 2001:db8::7 port 40000, with as many octets more. */
    private static byte[] v2(int more) throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        rest.writeBytes(InetAddress.getByName("2001:db8::7").getAddress());
        rest.writeBytes(InetAddress.getByName("2001:db8::1").getAddress());
        rest.writeBytes(ByteBuffer.allocate(4)
                .putShort((short) 40_000)
                .putShort((short) 25)
                .array());
        rest.writeBytes(new byte[more]);
        return v2(0x21, 0x21, rest.toByteArray());
    }

    /** Gives the octets in pieces of a size, and returns how many of them it took. */
    private static int give(ProxyHeader header, byte[] octets, int size) throws IOException {
        int at = 0;
        while (header.wanted() > 0 && at < octets.length) {
            int count = Math.min(Math.min(size, header.wanted()), octets.length - at);
            header.take(ByteBuffer.wrap(octets, at, count));
            at += count;
        }
        return at;
    }

    @Test
    void both_versions_are_read_at_every_split_and_nothing_after_them() throws IOException {
        for (int size = 1; size < 150; size++) {
            ProxyHeader text = new ProxyHeader();
            assertThat(give(text, ascii(V1 + "EHLO x\r\n"), size)).isEqualTo(V1.length());
            assertThat(text.client()).contains(new InetSocketAddress("192.0.2.7", 40_000));
            for (int more : new int[] {0, 1, 84}) {
                byte[] octets = v2(more);
                ByteArrayOutputStream followed = new ByteArrayOutputStream();
                followed.writeBytes(octets);
                followed.writeBytes(ascii("EHLO x\r\n"));
                ProxyHeader binary = new ProxyHeader();
                assertThat(give(binary, followed.toByteArray(), size)).isEqualTo(octets.length);
                assertThat(binary.client()).contains(new InetSocketAddress("2001:db8::7", 40_000));
            }
        }
    }

    @Test
    void a_balancer_may_speak_for_itself() throws IOException {
        for (byte[] octets : new byte[][] {
            ascii("PROXY UNKNOWN\r\n"),
            ascii("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"),
            v2(0x20, 0, new byte[0]),
            v2(0x20, 0x11, new byte[12])
        }) {
            ProxyHeader header = new ProxyHeader();
            assertThat(give(header, octets, 1)).isEqualTo(octets.length);
            assertThat(header.wanted()).isZero();
            assertThat(header.client()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EHLO client.example\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n",
                "PROXY TCP4 192.0.2.300 198.51.100.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 01 25\r\n",
                "PROXY TCP4  192.0.2.7 198.51.100.1 1 25\r\n",
                "PROXY TCP6 mail.example 2001:db8::1 1 25\r\n",
                "PROXY UDP4 192.0.2.7 198.51.100.1 1 25\r\n",
                "PROXY TCP6 1111:1111:1111:1111:1111:1111:1111:1111 2222:2222:2222:2222:2222:2222:2222:2222 65535 65535 "
                        + "and more"
            })
    void anything_else_is_refused_and_no_more_than_its_bound_is_read(String text) {
        for (int size : new int[] {1, 1_000}) {
            ProxyHeader header = new ProxyHeader();
            assertThatThrownBy(() -> give(header, ascii(text), size))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Expected ");
        }
    }

    @Test
    void a_binary_header_is_bounded_and_of_tcp() {
        for (byte[] octets : new byte[][] {
            v2(0x21, 0x11, new byte[4_097]),
            v2(0x21, 0x12, new byte[12]),
            v2(0x21, 0x11, new byte[11]),
            v2(0x31, 0x11, new byte[12])
        }) {
            assertThatThrownBy(() -> give(new ProxyHeader(), octets, 1)).hasMessageStartingWith("Expected ");
        }
    }

    private static SmtpServer server() {
        return SmtpServer.named(
                        "mx.example.org",
                        (command, session) -> SmtpAnswer.of(250, session.peer().toString()))
                .policy(TlsPolicy.DISABLED);
    }

    private static String talk(SmtpServer server, Set<InetAddress> balancers, byte[] said) throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort());
                SocketChannel client = SocketChannel.open(listening.getLocalAddress())) {
            ProxiedServer proxied = new ProxiedServer(server, balancers, Duration.ofSeconds(20));
            SocketChannel accepted = listening.accept();
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try {
                    proxied.serve(accepted);
                } catch (IOException e) {
                    // What its client hears is looked at.
                    assertThat(accepted.isOpen()).isFalse();
                }
            });
            client.write(ByteBuffer.wrap(said));
            client.shutdownOutput();
            String heard;
            try {
                heard = new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            } catch (IOException e) {
                // Closed without reading what it was sent.
                heard = "";
            }
            served.get(30, TimeUnit.SECONDS);
            return heard;
        }
    }

    @Test
    void a_handler_sees_the_client_and_not_the_balancer() throws Exception {
        Set<InetAddress> balancers = Set.of(InetAddress.getLoopbackAddress());
        assertThat(talk(server(), balancers, ascii(V1 + "EHLO x\r\nWHO\r\nQUIT\r\n")))
                .contains("\r\n250 192.0.2.7:40000\r\n", "\r\n221 ");
        ByteArrayOutputStream binary = new ByteArrayOutputStream();
        binary.writeBytes(v2(20));
        binary.writeBytes(ascii("WHO\r\nQUIT\r\n"));
        assertThat(talk(server(), balancers, binary.toByteArray())).contains("250 2001:db8:0:0:0:0:0:7:40000\r\n");
    }

    @Test
    void limits_are_those_of_the_client() throws Exception {
        SmtpServer server = server().connectionLimits(ConnectionLimits.NONE.withNewPerClient(1, Duration.ofHours(1)));
        Set<InetAddress> balancers = Set.of(InetAddress.getLoopbackAddress());
        assertThat(talk(server, balancers, ascii(V1 + "QUIT\r\n"))).startsWith("220 ");
        assertThat(talk(server, balancers, ascii(V1 + "QUIT\r\n"))).startsWith("421 4.7.0 ");
        assertThat(talk(server, balancers, ascii(V1.replace("2.7", "2.8") + "QUIT\r\n")))
                .startsWith("220 ");
    }

    @Test
    void who_is_no_balancer_is_closed_and_so_is_a_balancer_that_says_something_else() throws Exception {
        assertThat(talk(server(), Set.of(InetAddress.getByName("192.0.2.99")), ascii(V1 + "QUIT\r\n")))
                .isEmpty();
        assertThat(talk(server(), Set.of(InetAddress.getLoopbackAddress()), ascii("EHLO client.example\r\nQUIT\r\n")))
                .isEmpty();
    }
}
