package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person reads of a failure: what was expected, what came, in which phase, and what to try. */
class UpgradeExceptionTest {

    @ParameterizedTest
    @EnumSource
    void whatever_the_reason_it_says_what_to_try(FailureReason reason) {
        UpgradeException why = new UpgradeException(reason, Phase.COMMAND, "Expected 220, got another line");
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(why)
                .hasMessage(reason + " in phase COMMAND: Expected 220, got another line. " + hint));
    }

    @ParameterizedTest
    @EnumSource
    void what_is_known_better_is_said_instead(FailureReason reason) {
        assertThat(new UpgradeException(reason, Phase.COMMAND, "Expected more", "reply", "Look there").hint())
                .hasValue("Look there");
    }

    @Test
    void a_handshake_that_stands_still_counts_the_octets_of_the_handshake() throws Exception {
        UpgradeConnection connection = Connections.server(TlsPolicy.IMPLICIT);
        connection.begin(0);
        // The head of a record, and a little of what it announces.
        connection.receive(ByteBuffer.wrap(new byte[] {22, 3, 1, 1, 0, 1, 0}), Connections.NOTHING);
        assertThatThrownBy(() -> connection.tick(connection.deadline().orElseThrow()))
                .isInstanceOfSatisfying(
                        UpgradeException.class, e -> assertThat(e.reason()).isEqualTo(FailureReason.TIMEOUT))
                .hasMessageContaining("got 7 octets");
    }
}
