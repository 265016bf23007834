package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A server cannot have a resumed handshake taken for a full one, whatever its ServerHello looks like. */
class ResumptionWatchTest {

    /** RFC 8446 section 4.1.3. */
    private static final String RETRY = "CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C";

    private static final String OTHER = "00".repeat(32);
    private static final String TLS_13 = "002B00020304";
    private static final String PRE_SHARED_KEY = "002900020000";
    private static final String CHANGE_CIPHER_SPEC = "140303000101";
    private static final String HELLO_DONE = "16030300040E000000";

    @Test
    void full_handshakes_are_told_from_resumed_ones() {
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
        // That of a retry, in a version that has none.
        assertThat(resumed(hello(RETRY, ""), CHANGE_CIPHER_SPEC)).isTrue();
    }

    @Test
    void what_is_not_understood_counts_as_resumed() {
        assertThat(resumed()).isTrue();
        assertThat(resumed(hello(RETRY, TLS_13))).isTrue();
        assertThat(resumed(hello(OTHER, ""))).isTrue();
        String tooLong = "FFFF1000" + "00".repeat(4096);
        assertThat(resumed(hello(OTHER, tooLong + TLS_13))).isTrue();
    }

    private static boolean resumed(String... records) {
        ResumptionWatch watch = new ResumptionWatch();
        for (String record : records) {
            byte[] octets = HexFormat.of().parseHex(record);
            // In any pieces.
            for (int i = 0; i < octets.length; i++) {
                watch.see(ByteBuffer.wrap(octets), i, i + 1);
            }
        }
        return watch.resumed();
    }

    /** A record with a ServerHello. */
    private static String hello(String random, String extensions) {
        String body = "0303" + random + "00" + "1301" + "00";
        body += extensions.isEmpty() ? "" : "%04X".formatted(extensions.length() / 2) + extensions;
        String message = "02%06X".formatted(body.length() / 2) + body;
        return "160303%04X".formatted(message.length() / 2) + message;
    }
}
