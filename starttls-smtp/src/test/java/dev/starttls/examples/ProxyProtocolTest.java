package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ConnectionLimits;
import dev.starttls.core.nio.PrefaceDialogue;
import dev.starttls.core.nio.PrefaceStep;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.examples.ProxyProtocol.Others;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The address of a client that a load balancer passes on. */
@Timeout(60)
class ProxyProtocolTest {

    private static final String V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n";
    private static final Set<InetAddress> LOOPBACK = Set.of(InetAddress.getLoopbackAddress());

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

    /** What becomes of octets that a balancer sends, and how many of them it takes. */
    private record Read(PrefaceStep step, int taken) {

        /** Asks for the length with more octets each time, as a connection does however they are split. */
        static Read of(byte[] octets) {
            PrefaceDialogue dialogue =
                    ProxyProtocol.from(LOOPBACK, Others.REFUSE).apply(new Peer("127.0.0.1", 1));
            Frame.Sized frame = (Frame.Sized) ((PrefaceStep.Read) dialogue.opened()).frame();
            OptionalInt length = OptionalInt.empty();
            for (int count = frame.head(); length.isEmpty(); count++) {
                length = frame.length().of(Arrays.copyOf(octets, count));
            }
            assertThat(length.getAsInt()).isLessThanOrEqualTo(octets.length);
            return new Read(dialogue.received(Arrays.copyOf(octets, length.getAsInt())), length.getAsInt());
        }
    }

    private static byte[] followed(byte[] header) {
        byte[] followed = Arrays.copyOf(header, header.length + 8);
        System.arraycopy(ascii("EHLO x\r\n"), 0, followed, header.length, 8);
        return followed;
    }

    @Test
    void both_versions_are_read_and_nothing_after_them() throws IOException {
        assertThat(Read.of(followed(ascii(V1))))
                .isEqualTo(new Read(PrefaceStep.accept(new Peer("192.0.2.7", 40_000)), V1.length()));
        for (String line : new String[] {
            "PROXY TCP6 2001:db8::7 2001:db8::1 40000 25\r\n", "PROXY TCP6 2001:DB8::0:7 ::ffff:192.0.2.1 40000 25\r\n"
        }) {
            assertThat(Read.of(followed(ascii(line))))
                    .isEqualTo(new Read(PrefaceStep.accept(new Peer("2001:db8:0:0:0:0:0:7", 40_000)), line.length()));
        }
        for (int more : new int[] {0, 1, 84, 4_060}) {
            byte[] octets = v2(more);
            assertThat(Read.of(followed(octets)))
                    .as("%s octets of TLVs", more)
                    .isEqualTo(new Read(PrefaceStep.accept(new Peer("2001:db8:0:0:0:0:0:7", 40_000)), octets.length));
        }
        byte[] four = v2(0x21, 0x11, new byte[] {(byte) 192, 0, 2, 7, (byte) 198, 51, 100, 1, 0, 80, 0, 25});
        assertThat(Read.of(followed(four)))
                .isEqualTo(new Read(PrefaceStep.accept(new Peer("192.0.2.7", 80)), four.length));
        byte[] paths = Arrays.copyOf(ascii("/run/client"), 216);
        assertThat(Read.of(followed(v2(0x21, 0x31, paths))))
                .isEqualTo(new Read(PrefaceStep.accept(new Peer("unix:/run/client", -1)), 16 + 216));
    }

    @Test
    void a_balancer_may_speak_for_itself_or_not_say_for_whom() {
        for (byte[] octets : new byte[][] {
            ascii("PROXY UNKNOWN\r\n"),
            ascii("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"),
            v2(0x20, 0, new byte[0]),
            v2(0x20, 0x11, new byte[12]),
            v2(0x21, 0, new byte[30])
        }) {
            assertThat(Read.of(followed(octets))).isEqualTo(new Read(PrefaceStep.accept(), octets.length));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EHLO client.example\r\n",
                "PROXX",
                "\n",
                "PROXY \r\n",
                "PROXY UNKNOWNS\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n",
                "PROXY TCP4 192.0.2.300 198.51.100.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100 1 2\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 1 65536\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 01 25\r\n",
                "PROXY TCP4  192.0.2.7 198.51.100.1 1 25\r\n",
                "PROXY TCP6 mail.example 2001:db8::1 1 25\r\n",
                "PROXY TCP6 beef 2001:db8::1 1 25\r\n",
                "PROXY TCP6 1:2:3 2001:db8::1 1 25\r\n",
                "PROXY UDP4 192.0.2.7 198.51.100.1 1 25\r\n",
                "PROXY TCP6 1111:1111:1111:1111:1111:1111:1111:1111 2222:2222:2222:2222:2222:2222:2222:2222 65535 65535 "
                        + "and more"
            })
    void anything_else_is_refused_and_no_more_than_its_bound_is_read(String text) {
        Read read = Read.of(followed(ascii(text)));
        assertThat(read.step()).isInstanceOf(PrefaceStep.Refuse.class);
        assertThat(read.taken()).isLessThanOrEqualTo(107);
    }

    @Test
    void a_binary_header_is_bounded_and_of_a_stream() {
        for (byte[] octets : new byte[][] {
            v2(0x21, 0x11, new byte[4_097]),
            v2(0x21, 0x12, new byte[12]),
            v2(0x21, 0x22, new byte[36]),
            v2(0x21, 0x32, new byte[216]),
            v2(0x21, 0x11, new byte[11]),
            v2(0x21, 0x21, new byte[35]),
            v2(0x21, 0x31, new byte[215]),
            v2(0x22, 0x11, new byte[12]),
            v2(0x31, 0x11, new byte[12])
        }) {
            assertThat(Read.of(octets).step()).isInstanceOf(PrefaceStep.Refuse.class);
        }
        assertThat(Read.of(v2(0x21, 0x11, new byte[4_097])).taken()).isEqualTo(16);
    }

    private static SmtpServer server() {
        return SmtpServer.named(
                        "mx.example.org",
                        (command, session) -> SmtpAnswer.of(250, session.peer().toString()))
                .policy(TlsPolicy.DISABLED);
    }

    /** How a server serves. */
    enum Driver {
        BLOCKING,
        LOOP
    }

    /** Serves one connection of a client that says this in two segments. Returns what it hears. */
    private static String talk(Driver driver, SmtpServer server, byte[] said, int split) throws Exception {
        if (driver == Driver.LOOP) {
            UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
            new Thread(loop, "loop").start();
            try (ServerSocketChannel listening = server.listen(loop, Loopback.anyPort())) {
                return talk(listening, said, split);
            } finally {
                loop.closeNow();
            }
        }
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try {
                    server.serve(listening.accept());
                } catch (IOException e) {
                    // What its client hears is looked at.
                    assertThat(e).isInstanceOf(UpgradeException.class);
                }
            });
            String heard = talk(listening, said, split);
            served.get(30, TimeUnit.SECONDS);
            return heard;
        }
    }

    private static String talk(ServerSocketChannel listening, byte[] said, int split) throws IOException {
        try (SocketChannel client = SocketChannel.open(listening.getLocalAddress())) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.write(ByteBuffer.wrap(said, 0, split));
            client.write(ByteBuffer.wrap(said, split, said.length - split));
            client.shutdownOutput();
            return new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // Closed without reading what it was sent.
            return "";
        }
    }

    private static byte[] both(byte[] header, String text) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(header);
        all.writeBytes(ascii(text));
        return all.toByteArray();
    }

    @ParameterizedTest
    @EnumSource
    void a_handler_sees_the_client_and_not_the_balancer_at_every_split(Driver driver) throws Exception {
        SmtpServer server = server().preface(ProxyProtocol.from(LOOPBACK, Others.REFUSE));
        byte[] text = both(ascii(V1), "WHO\r\nQUIT\r\n");
        byte[] binary = both(v2(20), "WHO\r\nQUIT\r\n");
        for (int split = 0; split <= binary.length; split++) {
            assertThat(talk(driver, server, text, Math.min(split, text.length)))
                    .as("split at %s", split)
                    .contains("\r\n250 192.0.2.7:40000\r\n221 ");
            assertThat(talk(driver, server, binary, split))
                    .as("split at %s", split)
                    .contains("\r\n250 2001:db8:0:0:0:0:0:7:40000\r\n221 ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void limits_are_those_of_the_client(Driver driver) throws Exception {
        SmtpServer server = server().connectionLimits(ConnectionLimits.NONE.withNewPerClient(1, Duration.ofHours(1)))
                .preface(ProxyProtocol.from(LOOPBACK, Others.REFUSE));
        assertThat(talk(driver, server, ascii(V1 + "QUIT\r\n"), 0)).startsWith("220 ");
        // Without a command that would be left unread, which resets the connection.
        assertThat(talk(driver, server, ascii(V1), 0)).startsWith("421 4.7.0 ");
        assertThat(talk(driver, server, ascii(V1.replace("2.7", "2.8") + "QUIT\r\n"), 0))
                .startsWith("220 ");
    }

    @ParameterizedTest
    @EnumSource
    void a_connection_of_no_balancer_is_refused_or_served_as_it_is(Driver driver) throws Exception {
        Set<InetAddress> another = Set.of(InetAddress.getByName("192.0.2.99"));
        assertThat(talk(
                        driver,
                        server().preface(ProxyProtocol.from(another, Others.REFUSE)),
                        ascii(V1 + "QUIT\r\n"),
                        0))
                .isEmpty();
        SmtpServer open = server().preface(ProxyProtocol.from(another, Others.SERVE));
        assertThat(talk(driver, open, ascii("WHO\r\nQUIT\r\n"), 0)).contains("\r\n250 127.0.0.1:");
        assertThat(talk(driver, open, ascii(V1 + "WHO\r\nQUIT\r\n"), 0))
                .as("a header of a client is a command like any other")
                .contains("\r\n250 127.0.0.1:");
    }

    @ParameterizedTest
    @EnumSource
    void a_balancer_that_says_something_else_is_closed(Driver driver) throws Exception {
        SmtpServer server = server().preface(ProxyProtocol.from(LOOPBACK, Others.SERVE));
        assertThat(talk(driver, server, ascii("EHLO client.example\r\nQUIT\r\n"), 0))
                .isEmpty();
    }
}
