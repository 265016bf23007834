package dev.starttls.conformance.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.pop3.ObservedPop3Reply.Answer;
import dev.starttls.conformance.pop3.ObservedPop3Reply.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObservedPop3ReplyTest {
    private static Answer answer(Status status, String text) {
        return new Answer(status, text, List.of(), List.of(), text.length() + 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
                "Must issue a STLS command first",
                "Encryption required",
            })
    void a_refusal_whose_text_names_tls_wants_tls_and_does_not_refuse_the_credentials(String text) {
        Answer refused = answer(Status.ERR, text);
        assertThat(refused.wantsTls()).isTrue();
        assertThat(refused.refusesCredentials()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[AUTH] Authentication failed", "unknown command", "insecurely hustled"})
    void any_other_refusal_may_be_of_the_credentials(String text) {
        Answer refused = answer(Status.ERR, text);
        assertThat(refused.wantsTls()).isFalse();
        assertThat(refused.refusesCredentials()).isTrue();
    }

    @Test
    void what_is_no_refusal_wants_nothing() {
        assertThat(answer(Status.OK, "Begin TLS negotiation").wantsTls()).isFalse();
    }
}
