package dev.starttls.conformance.tls.minimal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KeyDerivationTest {

    private static final OctetString SECRET =
            OctetString.hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");

    private static TlsRecord parsed(OctetString record) throws IOException {
        return TlsRecord.read(new ByteArrayInputStream(record.array()));
    }

    /** The example of RFC 8448 section 3: the server's handshake secret, its key and its IV. */
    @Test
    void keys_are_those_of_the_rfc() {
        assertThat(Tls13Suite.AES_128.expand(SECRET, "key", OctetString.NONE, 16))
                .isEqualTo(OctetString.hex("3fce516009c21727d0f2e4e86ee403bc"));
        assertThat(Tls13Suite.AES_128.expand(SECRET, "iv", OctetString.NONE, 12))
                .isEqualTo(OctetString.hex("5d313eb2671276ee13000b30"));
    }

    /** The early secret and what is derived from it, from the same example. */
    @Test
    void secrets_are_those_of_the_rfc() {
        OctetString early = Tls13Suite.AES_128.hmac(OctetString.zeros(32), OctetString.zeros(32));
        assertThat(early)
                .isEqualTo(OctetString.hex("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a"));
        assertThat(Tls13Suite.AES_128.derive(early, "derived", OctetString.NONE))
                .isEqualTo(OctetString.hex("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba"));
    }

    @Property(tries = 100)
    void what_is_sealed_is_opened(@ForAll @Size(max = 2000) byte[] content, @ForAll Tls13Suite suite) throws Exception {
        OctetString secret = suite.hash(OctetString.ascii("secret"));
        Tls13Protection sealing = new Tls13Protection(suite, secret);
        Tls13Protection opening = new Tls13Protection(suite, secret);
        for (int i = 0; i < 3; i++) {
            TlsRecord opened =
                    opening.open(parsed(sealing.seal(ContentType.APPLICATION_DATA, OctetString.of(content))));
            assertThat(opened.type()).isEqualTo(ContentType.APPLICATION_DATA.code());
            assertThat(opened.content()).isEqualTo(OctetString.of(content));
        }
    }

    @Property(tries = 100)
    void a_changed_record_is_not_opened(@ForAll @IntRange(min = 5, max = 26) int index) throws Exception {
        OctetString sealed = new Tls13Protection(Tls13Suite.AES_128, SECRET)
                .seal(ContentType.HANDSHAKE, OctetString.hex("1800000100"));
        TlsRecord changed = parsed(sealed.flipped(index, 1));
        assertThatThrownBy(() -> new Tls13Protection(Tls13Suite.AES_128, SECRET).open(changed))
                .isInstanceOf(MalformedException.class);
    }

    @Test
    void an_updated_key_opens_nothing_of_the_old_one() throws Exception {
        Tls13Protection old = new Tls13Protection(Tls13Suite.AES_256, Tls13Suite.AES_256.hash(OctetString.NONE));
        TlsRecord record = parsed(old.seal(ContentType.APPLICATION_DATA, OctetString.ascii("NOOP")));
        assertThatThrownBy(() -> old.updated().open(record)).isInstanceOf(MalformedException.class);
    }
}
