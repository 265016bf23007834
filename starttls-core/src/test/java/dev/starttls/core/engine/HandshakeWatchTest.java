package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.tls.GroupNames;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * No ServerHello makes a resumed handshake appear to be a full one; and the group of the key exchange is read wherever it may
 * be.
 */
class HandshakeWatchTest {

    /** RFC 8446 section 4.1.3. */
    private static final String RETRY = "CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C";

    private static final String OTHER = "00".repeat(32);
    private static final String TLS_13 = "002B00020304";
    private static final String PRE_SHARED_KEY = "002900020000";
    private static final String CHANGE_CIPHER_SPEC = "140303000101";
    private static final String HELLO_DONE = "16030300040E000000";

    @Test
    void full_handshakes_are_distinguished_from_resumed_ones() {
        assertThat(resumed(hello(OTHER, ""), HELLO_DONE, CHANGE_CIPHER_SPEC)).isFalse();
        assertThat(resumed(hello(OTHER, ""), CHANGE_CIPHER_SPEC)).isTrue();
        assertThat(resumed(hello(OTHER, TLS_13))).isFalse();
        assertThat(resumed(hello(OTHER, TLS_13 + PRE_SHARED_KEY))).isTrue();
        assertThat(resumed(hello(RETRY, TLS_13), CHANGE_CIPHER_SPEC, hello(OTHER, TLS_13)))
                .isFalse();
        assertThat(resumed(hello(RETRY, TLS_13), hello(OTHER, TLS_13 + PRE_SHARED_KEY)))
                .isTrue();
    }

    @Test
    void a_random_that_only_begins_as_that_of_a_retry_hides_no_resumption() {
        String like = RETRY.substring(0, 16) + "00".repeat(24);
        assertThat(resumed(hello(like, ""), CHANGE_CIPHER_SPEC)).isTrue();
        assertThat(resumed(hello(like, TLS_13 + PRE_SHARED_KEY))).isTrue();
        // The random of a HelloRetryRequest, in a version without one.
        assertThat(resumed(hello(RETRY, ""), CHANGE_CIPHER_SPEC)).isTrue();
    }

    @Test
    void a_second_retry_request_is_seen_however_it_is_split() {
        byte[] octets = HexFormat.of().parseHex(hello(RETRY, TLS_13) + CHANGE_CIPHER_SPEC + hello(RETRY, TLS_13));
        for (int split = 1; split < octets.length; split++) {
            HandshakeWatch watch = new HandshakeWatch();
            watch.see(ByteBuffer.wrap(octets), 0, split);
            assertThat(watch.retriedAgain()).isFalse();
            watch.see(ByteBuffer.wrap(octets), split, octets.length);
            assertThat(watch.retriedAgain()).isTrue();
        }
        HandshakeWatch once = new HandshakeWatch();
        byte[] sound = HexFormat.of().parseHex(hello(RETRY, TLS_13) + hello(OTHER, TLS_13));
        once.see(ByteBuffer.wrap(sound), 0, sound.length);
        assertThat(once.retriedAgain()).isFalse();
    }

    /** RFC 7627 section 5.1, RFC 9266 section 4.1. */
    @Test
    void before_tls_13_the_secrets_are_the_sessions_own_only_with_extended_master_secret() {
        assertThat(uniqueSecrets(hello(OTHER, "00170000"), HELLO_DONE)).isTrue();
        assertThat(uniqueSecrets(hello(OTHER, "FF01000100" + "00170000"), HELLO_DONE))
                .isTrue();
        assertThat(uniqueSecrets(hello(OTHER, "FF01000100"), HELLO_DONE)).isFalse();
        assertThat(uniqueSecrets(hello(OTHER, ""), HELLO_DONE)).isFalse();
        assertThat(uniqueSecrets(hello(OTHER, TLS_13))).isTrue();
        assertThat(uniqueSecrets(hello(RETRY, TLS_13))).isFalse();
    }

    private static boolean uniqueSecrets(String... records) {
        return watch(records).done("TLS_RSA_WITH_AES_128_GCM_SHA256").uniqueSecrets();
    }

    @Test
    void what_is_not_understood_counts_as_resumed() {
        assertThat(resumed()).isTrue();
        assertThat(resumed(hello(RETRY, TLS_13))).isTrue();
        assertThat(resumed(hello(OTHER, ""))).isTrue();
        String tooLong = "FFFF1000" + "00".repeat(4096);
        assertThat(resumed(hello(OTHER, tooLong + TLS_13))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "001D, x25519",
        "0017, secp256r1",
        "0104, ffdhe8192",
        "11EC, X25519MLKEM768",
        "FE30, 0xfe30",
        "0000, 0x0000",
    })
    void the_group_of_tls_13_is_that_of_the_key_share(String id, String name) {
        assertThat(group("TLS_AES_128_GCM_SHA256", hello(OTHER, TLS_13 + keyShare(id))))
                .contains(name);
        // A resumption has one as well, before or after the pre_shared_key.
        assertThat(group("TLS_AES_128_GCM_SHA256", hello(OTHER, keyShare(id) + PRE_SHARED_KEY + TLS_13)))
                .contains(name);
    }

    @Test
    void a_retry_request_proposes_a_group_and_the_server_hello_decides() {
        String retry = hello(RETRY, TLS_13 + "003300020018");
        assertThat(group("TLS_AES_128_GCM_SHA256", retry)).isEmpty();
        assertThat(group("TLS_AES_128_GCM_SHA256", retry, CHANGE_CIPHER_SPEC, hello(OTHER, TLS_13 + keyShare("0019"))))
                .contains("secp521r1");
    }

    @Test
    void no_group_is_reported_without_a_key_share() {
        assertThat(group("TLS_AES_128_GCM_SHA256", hello(OTHER, TLS_13 + PRE_SHARED_KEY)))
                .isEmpty();
        assertThat(group("TLS_AES_128_GCM_SHA256", hello(OTHER, TLS_13 + "003300010000")))
                .isEmpty();
        assertThat(group("TLS_AES_128_GCM_SHA256")).isEmpty();
    }

    @Test
    void the_group_of_tls_12_is_that_of_the_key_exchange() {
        String curve = message("0C", "03001D20" + "AB".repeat(32) + "0804" + "0100" + "CD".repeat(256));
        assertThat(group("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", hello(OTHER, ""), curve, HELLO_DONE))
                .contains("x25519");
        assertThat(group("TLS_ECDH_anon_WITH_AES_128_CBC_SHA", hello(OTHER, ""), curve, HELLO_DONE))
                .contains("x25519");
        // A curve with explicit parameters (RFC 4492 section 5.4), and one that is cut off.
        assertThat(group("TLS_ECDHE_RSA_WITH_X", hello(OTHER, ""), message("0C", "0100200000"), HELLO_DONE))
                .isEmpty();
        assertThat(group("TLS_ECDHE_RSA_WITH_X", hello(OTHER, ""), message("0C", "0300"), HELLO_DONE))
                .isEmpty();
        // An RSA key exchange has no such message; a resumption has none either.
        assertThat(group("TLS_RSA_WITH_AES_128_GCM_SHA256", hello(OTHER, ""), HELLO_DONE))
                .isEmpty();
        assertThat(group("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", hello(OTHER, ""), CHANGE_CIPHER_SPEC))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0100FFFFFFFFFFFFFFFF, dhe2048",
        "01008000000000000000, dhe2048",
        "01007FFFFFFFFFFFFFFF, dhe2047",
        "010100FFFFFFFFFFFFFF, dhe2048",
        // Begins as if it were the number of a curve: 6,144 bits.
        "0300FFFFFFFFFFFFFFFF, dhe6144",
        "FFFFFFFFFFFFFFFFFFFF, dhe524280",
        "00010300020005, dhe2",
        "0100000000000000FFFF, ''",
        "0000, ''",
        "00, ''",
    })
    void the_group_of_a_prime_is_its_size(String parameters, String name) {
        String exchange = message("0C", parameters);
        assertThat(group("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", hello(OTHER, ""), exchange, HELLO_DONE)
                        .orElse(""))
                .isEqualTo(name);
    }

    @Test
    void what_is_kept_of_handshakes_that_are_alike_is_one_object() {
        HandshakeWatch[] watches = {
            watch(hello(OTHER, TLS_13 + keyShare("001D"))), watch(hello(OTHER, TLS_13 + keyShare("001D")))
        };
        assertThat(watches[0].done("")).isSameAs(watches[1].done(""));
        for (int id = 0; id < 1_000; id++) {
            HandshakeWatch watch = watch(hello(OTHER, TLS_13 + keyShare("%04X".formatted(id))));
            assertThat(watch.done("").namedGroup()).contains(GroupNames.of(id));
        }
        assertThat(watches[0].done("").namedGroup()).contains("x25519");
    }

    private static String keyShare(String id) {
        return "00330024" + id + "0020" + "AB".repeat(32);
    }

    private static Optional<String> group(String suite, String... records) {
        return watch(records).done(suite).namedGroup();
    }

    private static boolean resumed(String... records) {
        return watch(records).resumed();
    }

    private static HandshakeWatch watch(String... records) {
        HandshakeWatch watch = new HandshakeWatch();
        for (String record : records) {
            byte[] octets = HexFormat.of().parseHex(record);
            // In any pieces.
            for (int i = 0; i < octets.length; i++) {
                watch.see(ByteBuffer.wrap(octets), i, i + 1);
            }
        }
        return watch;
    }

    /** A record with a ServerHello. */
    private static String hello(String random, String extensions) {
        String body = "0303" + random + "00" + "1301" + "00";
        body += extensions.isEmpty() ? "" : "%04X".formatted(extensions.length() / 2) + extensions;
        return message("02", body);
    }

    /** A record with a message. */
    private static String message(String type, String body) {
        String message = type + "%06X".formatted(body.length() / 2) + body;
        return "160303%04X".formatted(message.length() / 2) + message;
    }
}
