package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.wire.HostName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;

class ServerIdentityTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final X509Certificate LOCALHOST =
            CERTIFICATES.localhost(TestCertificates.KeyKind.EC).leaf();
    private static final String ALPHABET = "abcXYZ019-_.*\u212a\u0130\u0000 /[]:%";

    @ParameterizedTest(name = "{0} presented as {1}")
    @CsvSource({
        "mail.example.org, mail.example.org",
        "MAIL.example.ORG, mail.EXAMPLE.org",
        "mail.example.org., mail.example.org",
        "mail_server, mail_server",
        "_dmarc.example.org, _dmarc.example.org",
        "grün.example, xn--grn-ioa.example",
        "grün.example., XN--grn-ioa.example",
        "mail.example.org, *.example.org",
        "MAIL.EXAMPLE.ORG, *.example.org",
        "xn--grn-ioa.example.org, *.example.org",
        "a_b.example.org, *.example.org",
        "a.co.uk, *.co.uk"
    })
    void a_name_matches_itself_in_any_form_and_a_wildcard_above_it(String host, String presented) {
        assertThat(ServerIdentity.of(host).matches(dns(presented))).isTrue();
        assertThat(ServerIdentity.of(host).isAddress()).isFalse();
    }

    @ParameterizedTest(name = "{0} presented as {1}")
    @CsvSource({
        "mail.example.org, example.org",
        "example.org, mail.example.org",
        "a.mail.example.org, *.example.org",
        "example.org, *.example.org",
        "mail.example.org, mail.*.org",
        "mail.example.org, m*.example.org",
        "mail.example.org, *l.example.org",
        "mail.example.org, *.*.org",
        "mail.example.org, **.example.org",
        "xn--mail.example.org, xn--*.example.org",
        "mail.example, *.example",
        "localhost, *",
        "mail.example.org, *",
        "mail.example.org, *.",
        "mail.example.org, *..example.org",
        "mail.example.org, mail.example.org.",
        "mail.example.org, .example.org",
        "mail.example.org, mail..example.org",
        "mail.example.org, ' mail.example.org'",
        "mail.example.org, 'mail.example.org '",
        "*.example.org, *.example.org",
        "*, *",
        "., .",
        "localhost.., localhost",
        "local host, local host",
        "localhost/x, localhost",
        "127.0.0.1, 127.0.0.1",
        "127.1, 127.1",
        "2130706433, 2130706433",
        "0x7f.0.0.1, 0x7f.0.0.1",
        "1.2.3.4.5, 1.2.3.4.5",
        "a.1, a.1",
        "::1, ::1"
    })
    void nothing_else_matches(String host, String presented) {
        assertThat(ServerIdentity.of(host).matches(dns(presented))).isFalse();
    }

    /** RFC 9525 section 6.1: a client may have several reference identifiers. */
    @Test
    void any_of_several_names_will_do_and_the_first_is_the_host() {
        ServerIdentity server = ServerIdentity.of("mx.example.net", List.of("example.org", "192.0.2.1"));
        assertThat(server.matches(dns("mx.example.net"))).isTrue();
        assertThat(server.matches(dns("example.org"))).isTrue();
        assertThat(server.matches(dns("www.example.org"))).isFalse();
        assertThat(server.matches(dns("192.0.2.1"))).isFalse();
        assertThat(server.matches(ip(new byte[] {(byte) 192, 0, 2, 1}))).isTrue();
        assertThat(server.matches(ip(new byte[] {(byte) 192, 0, 2, 2}))).isFalse();
        assertThat(server.host()).isEqualTo("mx.example.net");
        assertThat(server.indication().orElseThrow().getAsciiName()).isEqualTo("mx.example.net");
        assertThat(server).hasToString("mx.example.net or example.org or 192.0.2.1");
    }

    @Test
    void a_nul_and_letters_that_only_look_like_ascii_match_nothing() {
        assertThat(ServerIdentity.of("localhost").matches(dns("localhost\0.evil.example")))
                .isFalse();
        assertThat(ServerIdentity.of("localhost\0.evil.example").matches(LOCALHOST))
                .isFalse();
        assertThat(ServerIdentity.of("lo\u0441alhost").matches(LOCALHOST)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "2001:db8::1, 2001:db8:0:0:0:0:0:1",
        "2001:DB8:0::1, 2001:db8::1",
        "[2001:db8::1], 2001:db8::1",
        "fe80::1%eth0, fe80::1",
        "[fe80::1%1], fe80::1",
        "::ffff:1.2.3.4, 1.2.3.4",
        "::ffff:102:304, 1.2.3.4",
        "::, 0:0:0:0:0:0:0:0",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304"
    })
    void an_address_is_compared_by_its_octets(String host, String presented) {
        ServerIdentity server = ServerIdentity.of(host);
        assertThat(server.isAddress()).isTrue();
        assertThat(ServerIdentity.isAddress(host)).isTrue();
        assertThat(server.matches(ip(AddressLiteral.octets(presented)))).isTrue();
        assertThat(server.matches(LOCALHOST)).isEqualTo(host.equals("127.0.0.1"));
        assertThat(server.indication()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.1",
                "127.0.0.1.",
                "127.0.0.01",
                "127.x.0.1",
                "127.0.0.256",
                "127.0.0",
                "127.0.0.0.1",
                "0x7f.0.0.1",
                "2130706433",
                "[127.0.0.1]",
                "127.0.0.1%eth0",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8:9:10",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1:2:3:4::5:6:7:8",
                "12345::",
                "1:2:3:4:5:6:7:8::",
                "::g",
                "::G",
                "::`",
                "::@",
                "::/",
                "::1%",
                "[::1",
                "::1]",
                "::1.2.3",
                "1.2.3.4::",
                "",
                " ::1",
                "+1::",
                "::1.",
                "[::1].",
                "::ffff:127.1",
                "0177.0.0.1"
            })
    void what_only_some_programs_take_for_an_address_is_not_one(String text) {
        ServerIdentity server = ServerIdentity.of(text);
        assertThat(server.isAddress()).isFalse();
        assertThat(ServerIdentity.isAddress(text)).isFalse();
        assertThat(server.indication()).isEmpty();
        assertThat(server.matches(LOCALHOST)).isFalse();
        assertThat(server.matches(ip(new byte[] {127, 0, 0, 1}))).isFalse();
    }

    @Test
    void any_address_in_any_of_its_forms_is_read_as_java_reads_it() throws UnknownHostException {
        Random random = new Random(9);
        for (int i = 0; i < 5_000; i++) {
            byte[] octets = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(octets);
            if (octets.length == 16) {
                int from = random.nextInt(16);
                Arrays.fill(octets, from, from + random.nextInt(17 - from), (byte) 0);
            }
            String text = InetAddress.getByAddress(octets).getHostAddress();
            byte[] expected = InetAddress.getByName(text).getAddress();
            String gap = text.replaceFirst("(^|:)0(:0)+(:|$)", "::");
            for (String form : List.of(text, text.toUpperCase(Locale.ROOT), gap)) {
                assertThat(AddressLiteral.octets(form)).as(form).isEqualTo(expected);
            }
        }
    }

    @Test
    void a_common_name_and_names_of_other_types_are_no_identity() {
        assertThat(ServerIdentity.of("localhost")
                        .matches(CERTIFICATES.commonNameOnly().leaf()))
                .isFalse();
        assertThat(ServerIdentity.of("localhost")
                        .matches(CERTIFICATES.addressOnly().leaf()))
                .isFalse();
        X509Certificate others = CERTIFICATES
                .alternatives(
                        new GeneralName(GeneralName.rfc822Name, "localhost"),
                        new GeneralName(GeneralName.uniformResourceIdentifier, "localhost"),
                        new GeneralName(GeneralName.registeredID, "1.2.3"),
                        new GeneralName(GeneralName.directoryName, "CN=localhost"))
                .leaf();
        assertThat(ServerIdentity.of("localhost").matches(others)).isFalse();
        assertThat(ServerIdentity.shownNames(others)).isEmpty();
    }

    @Test
    void the_names_and_addresses_of_a_certificate_are_read_in_their_order_and_no_others() {
        X509Certificate leaf = CERTIFICATES
                .alternatives(
                        new GeneralName(GeneralName.iPAddress, "192.0.2.1"),
                        new GeneralName(GeneralName.rfc822Name, "me@example.org"),
                        new GeneralName(GeneralName.dNSName, "*.Example.org"),
                        new GeneralName(GeneralName.iPAddress, "2001:db8::1"))
                .leaf();
        assertThat(PresentedIdentifier.of(leaf))
                .extracting(PresentedIdentifier::toString)
                .containsExactly("IP:192.0.2.1", "DNS:*.Example.org", "IP:2001:db8:0:0:0:0:0:1");
        assertThat(PresentedIdentifier.of(CERTIFICATES.commonNameOnly().leaf())).isEmpty();
    }

    @Test
    void an_address_of_an_invalid_length_matches_nothing() {
        for (int length : new int[] {0, 1, 3, 5, 8, 15, 17, 32}) {
            byte[] octets = new byte[length];
            Arrays.fill(octets, (byte) 1);
            X509Certificate odd = ip(octets);
            assertThat(ServerIdentity.of("1.1.1.1").matches(odd)).isFalse();
            assertThat(ServerIdentity.of("101:101:101:101:101:101:101:101").matches(odd))
                    .isFalse();
            assertThat(ServerIdentity.of("localhost").matches(odd)).isFalse();
        }
    }

    @Test
    void of_a_hundred_names_some_are_shown_and_control_characters_never() {
        X509Certificate many = CERTIFICATES
                .alternatives(IntStream.range(0, 100)
                        .mapToObj(i -> new GeneralName(GeneralName.dNSName, "a" + i + ".example"))
                        .toArray(GeneralName[]::new))
                .leaf();
        assertThat(ServerIdentity.shownNames(many))
                .startsWith("a0.example, a1.example, ")
                .endsWith(" and 92 more");
        assertThat(ServerIdentity.shownNames(dns("a\r\nb" + "c".repeat(1000))))
                .startsWith("a??bccc")
                .endsWith("ccc...")
                .hasSize(103);
        assertThat(ServerIdentity.shownNames(LOCALHOST)).isEqualTo("localhost, 127.0.0.1");
    }

    @Test
    void names_are_shown_whole_as_long_as_they_are_few_and_short() {
        for (int count : new int[] {8, 9}) {
            X509Certificate leaf = CERTIFICATES
                    .alternatives(IntStream.range(0, count)
                            .mapToObj(i -> new GeneralName(GeneralName.dNSName, "a" + i))
                            .toArray(GeneralName[]::new))
                    .leaf();
            assertThat(ServerIdentity.shownNames(leaf))
                    .isEqualTo("a0, a1, a2, a3, a4, a5, a6, a7" + (count == 8 ? "" : " and 1 more"));
        }
        assertThat(ServerIdentity.shownNames(dns("a".repeat(100)))).isEqualTo("a".repeat(100));
        assertThat(ServerIdentity.shownNames(dns("a".repeat(101)))).isEqualTo("a".repeat(100) + "...");
        assertThat(ServerIdentity.shownNames(dns("! ~\u007f"))).isEqualTo("!?~?");
    }

    /** Providers differ in what they throw. */
    @Test
    void a_subject_alternative_name_that_cannot_be_read_names_no_server() throws Exception {
        for (Throwable thrown : List.of(new CertificateParsingException(), new IllegalArgumentException())) {
            X509Certificate unreadable = Mockito.mock(X509Certificate.class);
            Mockito.when(unreadable.getSubjectAlternativeNames()).thenThrow(thrown);
            assertThat(PresentedIdentifier.of(unreadable)).isEmpty();
            assertThat(ServerIdentity.of("localhost").matches(unreadable)).isFalse();
        }
    }

    @Test
    void a_name_that_cannot_be_converted_is_refused_and_any_other_is_looked_up_as_it_is() {
        assertThat(ServerIdentity.toAscii("b\u00fccher.example.")).isEqualTo("xn--bcher-kva.example.");
        assertThat(ServerIdentity.toAscii("")).isEmpty();
        assertThat(ServerIdentity.toAscii("\u0000mail.example.org\u007f")).isEqualTo("\u0000mail.example.org\u007f");
        assertThatThrownBy(() -> ServerIdentity.toAscii("\u0080")).isInstanceOf(IllegalArgumentException.class);
        assertThat(ServerIdentity.toAscii("Mail_Server.")).isEqualTo("Mail_Server.");
        assertThatThrownBy(() -> ServerIdentity.of("gr\u00fc\u00dfe.example"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("xn--");
    }

    /** Of any reference and any presented names: equal ones match, and otherwise only a wildcard does. */
    @Test
    void no_two_strings_match_that_are_not_one_name() {
        Random random = new Random(7);
        int matched = 0;
        for (int i = 0; i < 1_000; i++) {
            String host = text(random);
            String presented = random.nextInt(4) > 0 ? text(random) : host.toUpperCase(Locale.ROOT);
            if (host.chars().anyMatch(c -> c >= 128) || presented.chars().anyMatch(c -> c >= 128)) {
                assertThat(HostName.of(host + presented)).isEmpty();
                continue;
            }
            if (ServerIdentity.of(host).matches(dns(presented))) {
                matched++;
                String wanted = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
                String given = presented.toLowerCase(Locale.ROOT);
                assertThat(given.startsWith("*.") ? wanted.replaceFirst("^[^.]+", "*") : wanted)
                        .as("host [%s], presented [%s]", host, presented)
                        .isEqualTo(given);
                assertThat(wanted).matches("[a-z0-9_.-]+");
            }
        }
        assertThat(matched).isGreaterThan(10);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(6);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(random.nextInt(4) > 0 ? 12 : ALPHABET.length())));
        }
        return text.toString();
    }

    private static X509Certificate dns(String name) {
        return CERTIFICATES
                .alternatives(new GeneralName(GeneralName.dNSName, name))
                .leaf();
    }

    private static X509Certificate ip(byte[] octets) {
        return CERTIFICATES
                .alternatives(new GeneralName(GeneralName.iPAddress, new DEROctetString(octets)))
                .leaf();
    }
}
