package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptTest {

    @ParameterizedTest
    @CsvSource({
        "SMTP,REQUIRED,6",
        "IMAP,REQUIRED,5",
        "POP3,REQUIRED,5",
        "SMTP,IMPLICIT,4",
        "IMAP,IMPLICIT,3",
        "POP3,IMPLICIT,4",
        "SMTP,DISABLED,3"
    })
    void a_script_has_the_round_trips_that_this_library_reports_and_that_of_tcp(
            MailProtocol protocol, TlsPolicy policy, int roundTrips) {
        assertThat(Script.of(protocol, policy).roundTrips(1)).isEqualTo(roundTrips);
    }

    @ParameterizedTest
    @CsvSource({
        "CODE,'220-a\r\n220 b\r\n'",
        "LINE,'+OK\r\n'",
        "TAG,'* CAPABILITY\r\na2 OK\r\n'",
        "FULL_STOP,'+OK\r\nUIDL\r\n.\r\n'"
    })
    void a_reply_ends_with_its_last_octet_and_not_before(ReplyEnd ending, String reply) {
        ByteBuffer octets = ByteBuffer.allocate(100);
        byte[] all = reply.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < all.length - 1; i++) {
            octets.put(all[i]);
            assertThat(ending.in(octets)).as(reply.substring(0, i + 1)).isFalse();
        }
        assertThat(ending.in(octets.put(all[all.length - 1]))).isTrue();
    }

    @Test
    void only_a_full_handshake_of_an_older_version_has_two_round_trips() {
        assertThat(HandshakeKind.FULL.roundTrips("TLSv1.2")).isEqualTo(2);
        assertThat(HandshakeKind.RESUMED.roundTrips("TLSv1.2")).isEqualTo(1);
        assertThat(HandshakeKind.FULL.roundTrips("TLSv1.3")).isEqualTo(1);
    }
}
