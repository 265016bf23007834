package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LdapClientTest extends ClientExampleContract {

    @Override
    Dialogue client() {
        return new LdapClient();
    }

    @Override
    List<String> before() {
        return List.of();
    }

    @Override
    String said() {
        return "0\u001d\2\1\1w\u0018\u0080\u00161.3.6.1.4.1.1466.20037";
    }

    @Override
    String goAhead() {
        return "0\u000c\2\1\1x\7\n\1\0\4\0\4\0";
    }

    /** 52, unavailable; the length is of two octets where one would do, as BER allows. */
    @Override
    String refusal() {
        return "0\u0081\u000c\2\1\1x\7\n\1\64\4\0\4\0";
    }

    /** A response to the first search inside TLS, that it is done. */
    @Override
    String injected() {
        return "0\u000c\2\1\2e\7\n\1\0\4\0\4\0";
    }

    /** RFC 4511 section 4.4.1. */
    @ParameterizedTest
    @ValueSource(strings = {"0\u000c\2\1\0x\7\n\1\64\4\0\4\0"})
    void a_notice_of_disconnection_turns_it_away(String notice) {
        assertThat(reason(notice)).isEqualTo(FailureReason.TURNED_AWAY);
    }

    /**
     * Of another request, of another operation; no message; elements longer than the message, an element without a length, and
     * a message of indefinite length.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0\u000c\2\1\2x\7\n\1\0\4\0\4\0",
                "0\u000c\2\1\1a\7\n\1\0\4\0\4\0",
                "1\0",
                "0\0",
                "0\3\2\1\1",
                "0\u000c\2\1\1x\u007f\n\1\0\4\0\4\0",
                "0\7\2\1\1x\u0084\u00ff\u00ff",
                "0\3\2\u0084\u00ff",
                "0\u0080\2\1"
            })
    void other_answers_are_violations(String answer) {
        assertThat(reason(answer)).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @CsvSource({"2147483647", "4294967295", "65531"})
    void a_length_of_more_than_is_taken_fails_before_it_is_read(long length) {
        String said = "" + (char) (length >>> 24) + (char) ((length >>> 16) & 255) + (char) ((length >>> 8) & 255)
                + (char) (length & 255);
        assertThat(reason("0\u0084" + said)).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    private FailureReason reason(String answer) {
        return proposed(TlsPolicy.OPPORTUNISTIC, Fragmentation.OCTETS)
                .arrive(answer)
                .run()
                .upgradeFailure()
                .reason();
    }
}
