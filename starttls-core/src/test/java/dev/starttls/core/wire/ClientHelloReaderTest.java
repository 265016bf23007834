package dev.starttls.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.engine.Engines;
import dev.starttls.core.engine.TlsPump;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloReaderTest {

    private static final byte[] HELLO = hello("TLSv1.3", "Mail.Example.ORG");

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void the_name_is_found_at_every_split_and_nothing_after_it_is_taken(String version) {
        byte[] hello = hello(version, "Mail.Example.ORG");
        byte[] more = Arrays.copyOf(hello, hello.length + 10);
        for (int cut = 0; cut < hello.length; cut++) {
            ClientHelloReader reader = new ClientHelloReader();
            assertThat(reader.read(ByteBuffer.wrap(more, 0, cut))).isFalse();
            ByteBuffer rest = ByteBuffer.wrap(more, cut, more.length - cut);
            assertThat(reader.read(rest)).isTrue();
            assertThat(rest.position()).isEqualTo(hello.length);
            assertThat(reader.serverName()).contains("mail.example.org");
            assertThat(reader.seen()).isEqualTo(ByteBuffer.wrap(hello));
            assertThat(reader.read(rest)).as("it takes no more").isTrue();
            assertThat(rest.position()).isEqualTo(hello.length);
        }
    }

    @Test
    void a_hello_without_a_name_has_none() {
        ClientHelloReader reader = new ClientHelloReader();
        assertThat(reader.read(ByteBuffer.wrap(hello("TLSv1.3", "")))).isTrue();
        assertThat(reader.serverName()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 50, 100})
    void a_hello_in_many_records_is_read(int size) {
        byte[] records = fragmented(HELLO, size);
        ClientHelloReader reader = new ClientHelloReader();
        for (int at = 0; at < records.length - 1; at++) {
            assertThat(reader.read(ByteBuffer.wrap(records, at, 1))).isFalse();
        }
        assertThat(reader.read(ByteBuffer.wrap(records, records.length - 1, 1))).isTrue();
        assertThat(reader.serverName()).contains("mail.example.org");
        assertThat(reader.seen()).isEqualTo(ByteBuffer.wrap(records));
    }

    @Test
    void a_message_cut_at_every_length_ends_without_a_name() {
        for (int length = 0; length < HELLO.length - 9; length++) {
            byte[] cut = Arrays.copyOf(HELLO, 9 + length);
            ByteBuffer.wrap(cut).putShort(3, (short) (4 + length)).putInt(5, 1 << 24 | length);
            ClientHelloReader reader = new ClientHelloReader();
            assertThat(reader.read(ByteBuffer.wrap(cut))).isTrue();
            // The lengths inside still count octets that are not there, except where the extensions begin.
            assertThat(reader.serverName()).isEmpty();
            assertThat(reader.seen().remaining()).isEqualTo(cut.length);
        }
    }

    @Test
    void every_changed_octet_ends_in_an_answer_or_in_a_need() {
        Random random = new Random(5);
        for (int at = 0; at < HELLO.length; at++) {
            byte[] changed = HELLO.clone();
            changed[at] = (byte) random.nextInt();
            ClientHelloReader reader = new ClientHelloReader();
            ByteBuffer network = ByteBuffer.wrap(changed);
            boolean done = reader.read(network);
            assertThat(done || !network.hasRemaining()).isTrue();
            assertThat(reader.seen().remaining()).isEqualTo(network.position());
        }
    }

    @Test
    void what_is_no_client_hello_is_left_to_the_engine_at_once() {
        assertThat(taken(new byte[] {'E', 'H', 'L', 'O'})).isEqualTo(1);
        assertThat(taken(new byte[] {21, 3, 3, 0, 2, 1, 0})).isEqualTo(1);
        assertThat(taken(new byte[] {22, 3, 3, 0, 0, 1}))
                .as("an empty fragment")
                .isEqualTo(5);
        assertThat(taken(new byte[] {22, 3, 3, -1, -1, 1}))
                .as("too long a record")
                .isEqualTo(5);
        assertThat(taken(new byte[] {22, 3, 3, 0, 100, 2})).as("a ServerHello").isEqualTo(6);
        assertThat(taken(new byte[] {22, 3, 3, 0, 4, 1, -1, -1, -1, 9}))
                .as("16 MiB of a ClientHello")
                .isEqualTo(9);
    }

    @Test
    void an_endless_hello_is_given_up_at_the_limit() {
        byte[] hello = new byte[60_000];
        for (int at = 0; at + 5 <= hello.length; at += 6) {
            hello[at] = 22;
            hello[at + 4] = 1;
        }
        hello[5] = 1;
        hello[17] = 0x7f;
        assertThat(taken(hello)).isLessThanOrEqualTo(32_768);
    }

    @Test
    void records_of_one_octet_cost_no_more_memory_than_their_number_asks_for() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] message = Arrays.copyOf(HELLO, 5_000);
        ByteBuffer.wrap(message).putInt(5, 1 << 24 | (message.length - 9));
        byte[] records = fragmented(message, 1);
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(new ClientHelloReader().read(ByteBuffer.wrap(records))).isTrue();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20L * records.length);
    }

    @Test
    void a_name_of_another_type_before_the_host_name_is_passed_over() {
        byte[] name = "a.example".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ByteBuffer list = ByteBuffer.allocate(100);
        list.put((byte) 7).putShort((short) 2).putShort((short) 0);
        list.put((byte) 0).putShort((short) name.length).put(name).flip();
        ClientHelloReader reader = new ClientHelloReader();
        assertThat(reader.read(ByteBuffer.wrap(helloWith(list)))).isTrue();
        assertThat(reader.serverName()).contains("a.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/keys",
                "a\0b\r\nInjected: x",
                "C:\\WIN\\x",
                "${jndi:ldap://x}",
                "\u00ff\u00fe..",
                "a.example.",
                ".",
                "a..example",
                "127.0.0.1",
                "::1",
                "[::1]",
                " a.example",
                "a.example\n",
                "*.example",
                "b\u00fccher.example",
                "1"
            })
    void what_is_no_name_of_a_host_is_not_handed_on(String sent) {
        assertThat(nameIn(sent)).isEmpty();
    }

    @Test
    void names_as_long_as_the_dns_has_them_are_handed_on_and_longer_ones_are_not() {
        String label = "a".repeat(63);
        String longest = String.join(".", label, label, label, "a".repeat(61));
        assertThat(nameIn(longest)).contains(longest);
        assertThat(nameIn(longest + "a")).isEmpty();
        assertThat(nameIn(label + "a.example")).isEmpty();
        assertThat(nameIn("Mail_Server")).contains("mail_server");
    }

    @Test
    void whatever_octets_are_sent_only_names_of_hosts_come_out() {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            char[] sent = new char[1 + random.nextInt(8)];
            for (int j = 0; j < sent.length; j++) {
                sent[j] = random.nextBoolean() ? "aZ9-_.".charAt(random.nextInt(6)) : (char) random.nextInt(256);
            }
            nameIn(new String(sent)).ifPresent(name -> assertThat(name)
                    .matches("([a-z0-9_-]+\\.)*[a-z0-9_-]*[a-z_-][a-z0-9_-]*")
                    .isEqualToIgnoringCase(new String(sent)));
        }
    }

    private static Optional<String> nameIn(String sent) {
        byte[] name = sent.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        ByteBuffer list = ByteBuffer.allocate(400);
        list.put((byte) 0).putShort((short) name.length).put(name).flip();
        ClientHelloReader reader = new ClientHelloReader();
        assertThat(reader.read(ByteBuffer.wrap(helloWith(list)))).isTrue();
        return reader.serverName();
    }

    @Test
    void an_empty_name_is_ignored() {
        ClientHelloReader reader = new ClientHelloReader();
        assertThat(reader.read(ByteBuffer.wrap(helloWith(ByteBuffer.allocate(3)))))
                .isTrue();
        assertThat(reader.serverName()).isEmpty();
    }

    private static int taken(byte[] octets) {
        ClientHelloReader reader = new ClientHelloReader();
        ByteBuffer network = ByteBuffer.wrap(octets);
        assertThat(reader.read(network)).isTrue();
        assertThat(reader.serverName()).isEmpty();
        return network.position();
    }

    private static byte[] helloWith(ByteBuffer names) {
        int list = names.remaining();
        ByteBuffer hello = ByteBuffer.allocate(500).position(9);
        hello.put(new byte[34])
                .put((byte) 0)
                .putShort((short) 2)
                .putShort((short) 0x1301)
                .put((byte) 1)
                .put((byte) 0);
        hello.putShort((short) (list + 6))
                .putShort((short) 0)
                .putShort((short) (list + 2))
                .putShort((short) list);
        hello.put(names).flip();
        int length = hello.remaining() - 9;
        hello.put(0, new byte[] {22, 3, 3}).putShort(3, (short) (4 + length)).putInt(5, 1 << 24 | length);
        byte[] octets = new byte[hello.remaining()];
        hello.get(octets);
        return octets;
    }

    private static byte[] fragmented(byte[] record, int size) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int at = 5; at < record.length; at += size) {
            int length = Math.min(size, record.length - at);
            records.writeBytes(new byte[] {22, 3, 1, 0, (byte) length});
            records.write(record, at, length);
        }
        return records.toByteArray();
    }

    private static byte[] hello(String version, String name) {
        try {
            SSLEngine engine = Engines.of(version).client().createSSLEngine();
            engine.setUseClientMode(true);
            engine.setEnabledProtocols(new String[] {version});
            SSLParameters parameters = engine.getSSLParameters();
            if (!name.isEmpty()) {
                parameters.setServerNames(List.of(new SNIHostName(name)));
            }
            engine.setSSLParameters(parameters);
            ByteBuffer hello = ByteBuffer.allocate(20_000);
            new TlsPump(engine).send(ByteBuffer.allocate(0), hello);
            byte[] octets = new byte[hello.flip().remaining()];
            hello.get(octets);
            return octets;
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
    }
}
