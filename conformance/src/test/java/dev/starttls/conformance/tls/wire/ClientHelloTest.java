package dev.starttls.conformance.tls.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClientHelloTest {

    private static final int EVERY_LENGTH_FIELD = 400;

    @Provide
    Arbitrary<ClientHello> hellos() {
        Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xffff);
        Arbitrary<Extension> extensions =
                Combinators.combine(u16, octets(0, 300)).as(Extension::new);
        return Combinators.combine(
                        u16,
                        octets(32, 32),
                        octets(0, 32),
                        u16.list().ofMaxSize(200),
                        Arbitraries.integers().between(0, 255).list().ofMaxSize(10),
                        extensions.list().ofMaxSize(20))
                .as(ClientHello::new);
    }

    private static Arbitrary<OctetString> octets(int least, int max) {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofMinSize(least)
                .ofMaxSize(max)
                .map(OctetString::of);
    }

    @Property(tries = 300)
    void what_was_written_is_read_back(@ForAll("hellos") ClientHello hello) throws Exception {
        assertThat(ClientHello.parse(hello.message())).isEqualTo(hello);
    }

    @Property(tries = 50)
    void a_hello_cut_anywhere_is_malformed(@ForAll("hellos") ClientHello hello) {
        OctetString message = hello.message();
        for (int cut = 0; cut < message.length(); cut++) {
            OctetString begun = message.slice(0, cut);
            assertThatThrownBy(() -> ClientHello.parse(begun)).isInstanceOf(MalformedException.class);
        }
    }

    @Property(tries = 500)
    void a_changed_octet_is_read_or_refused_and_nothing_else(
            @ForAll("hellos") ClientHello hello,
            @ForAll @IntRange(max = EVERY_LENGTH_FIELD) int index,
            @ForAll @IntRange(min = 1, max = 255) int mask) {
        OctetString message = hello.message();
        OctetString changed = message.flipped(index % message.length(), mask);
        try {
            assertThat(ClientHello.parse(changed).message().length()).isLessThanOrEqualTo(message.length());
        } catch (MalformedException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Test
    void a_modern_hello_offers_both_versions_and_real_key_shares() {
        ClientHello hello = ClientHello.modern("mail.example.org");
        assertThat(hello.legacyVersion()).isEqualTo(0x0303);
        assertThat(hello.sessionId().length()).isEqualTo(32);
        assertThat(hello.extension(Extension.SUPPORTED_VERSIONS).orElseThrow().data())
                .isEqualTo(OctetString.hex("04 0304 0303"));
        OctetString shares = hello.extension(Extension.KEY_SHARE).orElseThrow().data();
        assertThat(shares.length()).isEqualTo(2 + 4 + 32 + 4 + 65);
        assertThat(hello.extension(Extension.SERVER_NAME).orElseThrow().data().text())
                .endsWith("mail.example.org");
    }

    @Test
    void without_a_name_no_server_name_is_sent() {
        assertThat(ClientHello.modern("").extension(Extension.SERVER_NAME)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"SSL3", "TLS10", "TLS11", "TLS12"})
    void an_old_version_stands_in_the_version_field_alone(ProtocolVersion version) {
        ClientHello hello = ClientHello.only(version, "mail.example.org");
        assertThat(hello.legacyVersion()).isEqualTo(version.code());
        assertThat(hello.extension(Extension.SUPPORTED_VERSIONS)).isEmpty();
        assertThat(hello.extension(Extension.KEY_SHARE)).isEmpty();
        assertThat(hello.suites()).noneMatch(suite -> suite >> 8 == 0x13);
    }

    @Test
    void tls_13_alone_offers_no_older_version_and_no_older_suite() {
        ClientHello hello = ClientHello.only(ProtocolVersion.TLS13, "mail.example.org");
        assertThat(hello.extension(Extension.SUPPORTED_VERSIONS).orElseThrow().data())
                .isEqualTo(OctetString.hex("02 0304"));
        assertThat(hello.suites()).allMatch(suite -> suite >> 8 == 0x13);
    }

    @Test
    void ssl_3_has_no_extensions() throws Exception {
        ClientHello hello = ClientHello.only(ProtocolVersion.SSL3, "mail.example.org");
        assertThat(hello.extensions()).isEmpty();
        int body = 2 + 32 + 1 + 2 + 2 * hello.suites().size() + 1 + 1;
        assertThat(hello.message().length()).isEqualTo(ClientHello.HEADER + body);
    }

    @Test
    void ssl_2_has_a_hello_of_its_own() {
        assertThatThrownBy(() -> ClientHello.only(ProtocolVersion.SSL2, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Ssl2ClientHello");
        OctetString record = Ssl2ClientHello.record();
        assertThat(record.at(0) & 0x80).isEqualTo(0x80);
        assertThat((record.at(0) & 0x7f) << 8 | record.at(1)).isEqualTo(record.length() - 2);
        assertThat(record.slice(2, 5)).isEqualTo(OctetString.hex("01 0002"));
    }

    @Property(tries = 100)
    void padding_makes_the_message_as_long_as_asked(@ForAll @IntRange(min = 800, max = 60000) int length) {
        assertThat(ClientHello.modern("mail.example.org")
                        .with()
                        .paddedTo(length)
                        .build()
                        .message()
                        .length())
                .isEqualTo(length);
    }

    @Test
    void the_same_extension_is_replaced_not_sent_twice() {
        ClientHello hello = ClientHello.modern("a.example")
                .with()
                .extension(ClientExtensions.serverName("b.example"))
                .build();
        assertThat(hello.extensions().stream().filter(e -> e.type() == Extension.SERVER_NAME))
                .hasSize(1);
        assertThat(hello.extension(Extension.SERVER_NAME).orElseThrow().data().text())
                .endsWith("b.example");
    }

    @Test
    void grease_values_are_those_of_the_rfc() {
        assertThat(List.of(
                        ClientExtensions.greaseValue(0),
                        ClientExtensions.greaseValue(1),
                        ClientExtensions.greaseValue(15)))
                .containsExactly(0x0a0a, 0x1a1a, 0xfafa);
        assertThatThrownBy(() -> ClientExtensions.greaseValue(16)).isInstanceOf(IllegalArgumentException.class);
    }
}
