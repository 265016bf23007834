package dev.starttls.conformance.tls.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HelloAnswerReaderTest {

    private static final OctetString RANDOM = OctetString.zeros(32);

    private static OctetString message(int type, OctetString body) {
        return new OctetWriter().u8(type).vector24(body).octets();
    }

    private static OctetString hello(int version, OctetString random, int suite, List<Extension> extensions) {
        OctetWriter block = new OctetWriter();
        extensions.forEach(extension -> block.u16(extension.type()).vector16(extension.data()));
        OctetWriter body = new OctetWriter()
                .u16(version)
                .put(random)
                .vector8(OctetString.NONE)
                .u16(suite)
                .u8(0);
        if (!extensions.isEmpty()) {
            body.vector16(block.octets());
        }
        return message(2, body.octets());
    }

    /** A whole flight of TLS 1.2: hello, two certificates of arbitrary octets, an ECDHE share, done. */
    private static OctetString flight12() {
        OctetString list = new OctetWriter()
                .vector24(OctetString.ascii("leaf"))
                .vector24(OctetString.ascii("issuer"))
                .octets();
        OctetString share = new OctetWriter()
                .u8(3)
                .u16(29)
                .vector8(OctetString.zeros(32))
                .u16(0x0804)
                .vector16(OctetString.zeros(256))
                .octets();
        return hello(0x0303, RANDOM, 0xc02f, List.of())
                .and(message(11, new OctetWriter().vector24(list).octets()))
                .and(message(12, share))
                .and(message(14, OctetString.NONE));
    }

    private static OctetString records(OctetString messages, int fragment) {
        return RecordSplitter.joined(RecordSplitter.handshake(0x0303, messages, fragment));
    }

    private static HelloAnswer read(OctetString octets) {
        return HelloAnswerReader.read(new ByteArrayInputStream(octets.array()));
    }

    private static OctetString alert(int level, int description) {
        return RecordSplitter.record(
                21, 0x0303, new OctetWriter().u8(level).u8(description).octets());
    }

    /** Gives the octets and then fails. */
    private static InputStream thenFailing(OctetString octets, IOException failure) {
        InputStream first = new ByteArrayInputStream(octets.array());
        return new InputStream() {
            @Override
            public int read() throws IOException {
                int octet = first.read();
                if (octet < 0) {
                    throw failure;
                }
                return octet;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int read = first.read(into, offset, length);
                if (read < 0) {
                    throw failure;
                }
                return read;
            }
        };
    }

    @Property(tries = 200)
    void a_whole_flight_is_read_however_it_is_cut(@ForAll @IntRange(min = 1, max = 700) int fragment) {
        HelloAnswer.Hello answer = (HelloAnswer.Hello) read(records(flight12(), fragment));
        assertThat(answer.broken()).isEmpty();
        assertThat(answer.hello().isVersion(ProtocolVersion.TLS12)).isTrue();
        assertThat(answer.hello().suite()).isEqualTo(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.code());
        assertThat(answer.certificates()).containsExactly(OctetString.ascii("leaf"), OctetString.ascii("issuer"));
        assertThat(answer.group()).contains("x25519");
    }

    @Test
    void nothing_after_the_flight_is_taken() throws Exception {
        InputStream in = new ByteArrayInputStream(
                records(flight12(), 100).and(OctetString.ascii("after")).array());
        HelloAnswerReader.read(in);
        assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("after");
    }

    @Test
    void a_flight_cut_anywhere_is_closed_or_broken() {
        OctetString whole = records(flight12(), 50);
        for (int cut = 0; cut < whole.length(); cut++) {
            HelloAnswer answer = read(whole.slice(0, cut));
            if (answer instanceof HelloAnswer.Hello hello) {
                assertThat(hello.broken()).containsInstanceOf(HelloAnswer.Closed.class);
            } else {
                assertThat(answer).isInstanceOf(HelloAnswer.Closed.class);
            }
        }
    }

    @Property(tries = 2000)
    void a_changed_octet_never_breaks_the_reader(
            @ForAll @IntRange(max = 500) int index, @ForAll @IntRange(min = 1, max = 255) int mask) {
        OctetString whole = records(flight12(), 60);
        assertThat(read(whole.flipped(index % whole.length(), mask)).description())
                .isNotEmpty();
    }

    @Property(tries = 2000)
    void noise_never_breaks_the_reader(@ForAll @Size(max = 300) byte[] noise) {
        assertThat(read(OctetString.of(noise)).description()).isNotEmpty();
    }

    @Property(tries = 2000)
    void noise_in_a_handshake_record_never_breaks_the_reader(@ForAll @Size(min = 1, max = 300) byte[] noise) {
        assertThat(read(records(OctetString.of(noise), 16384)).description()).isNotEmpty();
        assertThat(read(records(hello(0x0303, RANDOM, 0xc02f, List.of()).and(OctetString.of(noise)), 16384))
                        .description())
                .isNotEmpty();
    }

    @Test
    void a_tls_13_hello_is_all_there_is_to_read() {
        Extension version = new Extension(Extension.SUPPORTED_VERSIONS, OctetString.hex("0304"));
        Extension share = new Extension(
                Extension.KEY_SHARE,
                new OctetWriter().u16(29).vector16(OctetString.zeros(32)).octets());
        HelloAnswer.Hello answer =
                (HelloAnswer.Hello) read(records(hello(0x0303, RANDOM, 0x1302, List.of(version, share)), 99));
        assertThat(answer.hello().isVersion(ProtocolVersion.TLS13)).isTrue();
        assertThat(answer.group()).contains("x25519");
        assertThat(answer.broken()).isEmpty();
        assertThat(answer.description()).contains("TLSv1.3").contains("TLS_AES_256_GCM_SHA384");
    }

    @Test
    void a_retry_request_is_distinguished_from_a_hello() {
        OctetString retry = OctetString.hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
        HelloAnswer.Hello answer = (HelloAnswer.Hello) read(records(hello(0x0303, retry, 0x1302, List.of()), 99));
        assertThat(answer.hello().isRetryRequest()).isTrue();
        assertThat(answer.description()).startsWith("HelloRetryRequest");
    }

    @Test
    void the_signs_of_a_downgrade_are_seen() {
        OctetString to12 = OctetString.zeros(24).and(OctetString.hex("444f574e47524401"));
        OctetString below = OctetString.zeros(24).and(OctetString.hex("444f574e47524400"));
        ServerHello first = ((HelloAnswer.Hello) read(records(hello(0x0303, to12, 0xc02f, List.of()), 99))).hello();
        ServerHello second = ((HelloAnswer.Hello) read(records(hello(0x0302, below, 0xc013, List.of()), 99))).hello();
        assertThat(first.signalsDowngradeTo12()).isTrue();
        assertThat(first.signalsDowngradeBelow12()).isFalse();
        assertThat(second.signalsDowngradeBelow12()).isTrue();
    }

    @Test
    void an_alert_is_reported_with_level_and_name() {
        assertThat(read(alert(2, 40))).isEqualTo(new HelloAnswer.Refused(new Alert(2, 40)));
        assertThat(read(alert(2, 40)).description()).isEqualTo("fatal alert handshake_failure");
        assertThat(read(alert(1, 0)).description()).isEqualTo("warning alert close_notify");
        assertThat(read(alert(2, 231)).description()).isEqualTo("fatal alert alert 231");
    }

    @Test
    void a_warning_ends_nothing() {
        HelloAnswer.Hello answer = (HelloAnswer.Hello) read(alert(1, 112).and(records(flight12(), 500)));
        assertThat(answer.warnings()).containsExactly(new Alert(1, 112));
        assertThat(answer.broken()).isEmpty();
    }

    @Test
    void an_alert_after_the_hello_breaks_the_flight() {
        HelloAnswer.Hello answer = (HelloAnswer.Hello)
                read(records(hello(0x0303, RANDOM, 0xc02f, List.of()), 500).and(alert(2, 80)));
        assertThat(answer.broken()).contains(new HelloAnswer.Refused(new Alert(2, 80)));
    }

    @Test
    void an_end_a_reset_and_a_silence_are_distinguished() {
        assertThat(read(OctetString.NONE)).isEqualTo(new HelloAnswer.Closed(0));
        assertThat(HelloAnswerReader.read(thenFailing(OctetString.NONE, new SocketException("Connection reset"))))
                .isEqualTo(new HelloAnswer.Reset());
        assertThat(HelloAnswerReader.read(thenFailing(OctetString.NONE, new SocketTimeoutException("Read timed out"))))
                .isEqualTo(new HelloAnswer.Silent(0));
        assertThat(HelloAnswerReader.read(
                        thenFailing(OctetString.hex("160303"), new SocketTimeoutException("Read timed out"))))
                .isEqualTo(new HelloAnswer.Silent(3));
    }

    @Test
    void plaintext_is_garbage_and_shown() {
        assertThat(read(OctetString.ascii("502 5.5.2 Error: command not recognized\r\n"))
                        .description())
                .contains("plaintext")
                .contains("502 5.5.2 Error");
        assertThat(read(OctetString.ascii("-E\r\n")).description())
                .contains("plaintext")
                .contains("-E");
    }

    @Test
    void a_hello_of_ssl_2_is_known() {
        OctetString answer =
                OctetString.hex("802b 04 00 01 0002 0000 0000 0010").and(OctetString.zeros(16));
        assertThat(read(answer)).isEqualTo(new HelloAnswer.Ssl2Hello(2));
    }

    @Test
    void lengths_beyond_all_reason_are_garbage_at_once() {
        assertThat(read(OctetString.hex("16 0303 ffff"))).isInstanceOf(HelloAnswer.Garbage.class);
        assertThat(read(records(OctetString.hex("02 ffffff"), 4))).isInstanceOf(HelloAnswer.Garbage.class);
        assertThat(read(OctetString.hex("16 0303 0000"))).isInstanceOf(HelloAnswer.Garbage.class);
    }

    @Test
    void an_endless_answer_comes_to_an_end() {
        OctetString endless = RecordSplitter.joined(Collections.nCopies(5000, alert(1, 90)));
        assertThat(read(endless).description()).contains("more than 4096 records");
    }

    @Test
    void application_data_before_any_hello_is_garbage() {
        assertThat(read(RecordSplitter.record(23, 0x0303, OctetString.ascii("250 ok"))))
                .isInstanceOf(HelloAnswer.Garbage.class);
    }
}
