package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.TlsPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8689 section 3. */
class TlsRequiredHeaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS-Required: No",
                "tls-required:no",
                "TLS-REQUIRED:\tNO",
                "TLS-Required:\n No",
                "TLS-Required: No ",
                "Subject: x\n folded\nTLS-Required: No\nTo: y\n\nbody"
            })
    void the_field_is_found(String message) {
        assertThat(value(message)).isEqualTo(TlsRequiredHeader.Value.NO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Subject: x",
                "Subject: x\n\nTLS-Required: No",
                "Subject: x\n TLS-Required: No",
                "X-TLS-Required: No",
                "TLS-Required2: No",
                " TLS-Required: No",
                "no field\nTLS-Required: No"
            })
    void what_is_not_the_field_in_the_header_is_not_taken_for_it(String message) {
        assertThat(value(message)).isEqualTo(TlsRequiredHeader.Value.ABSENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLS-Required: Yes",
                "TLS-Required:",
                "TLS-Required: N o",
                "TLS-Required: No\n No",
                "TLS-Required: No (comment)",
                "TLS-Required: No\nTLS-Required: No",
                "TLS-Required: No\nTo: a\nTLS-Required: Yes",
                "TLS-Required: \u212bo"
            })
    void more_than_one_field_or_another_value_asks_for_nothing(String message) {
        assertThat(value(message)).isEqualTo(TlsRequiredHeader.Value.INVALID);
        assertThat(value(message).policy()).isEmpty();
    }

    @Test
    void no_means_that_tls_is_tried_and_not_required() {
        assertThat(TlsRequiredHeader.Value.NO.policy()).contains(TlsPolicy.OPPORTUNISTIC);
        assertThat(TlsRequiredHeader.Value.ABSENT.policy()).isEmpty();
    }

    @Test
    void a_value_without_end_is_cut_and_not_taken_for_no() {
        TlsRequiredHeader header = new TlsRequiredHeader();
        header.line("TLS-Required: No");
        for (int i = 0; i < 10_000; i++) {
            header.line(" ".repeat(1_000));
        }
        header.line(" x");
        assertThat(header.value()).isEqualTo(TlsRequiredHeader.Value.INVALID);
    }

    private static TlsRequiredHeader.Value value(String message) {
        TlsRequiredHeader header = new TlsRequiredHeader();
        message.lines().forEach(header::line);
        return header.value();
    }
}
