package dev.starttls.conformance.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that would spoil the other checks, each seen by one check alone. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SmtpAloneTest {
    @Test
    void a_line_in_a_second_segment_that_is_kept_is_caught() throws IOException {
        Verdict verdict = Checking.one("SMTP-S-11e", Scheme.SMTP, Habit.WAITS_FOR_SECOND_SEGMENT);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("3 replies");
    }

    @Test
    void a_server_that_dies_of_an_aborted_handshake_is_caught() throws IOException {
        Verdict verdict = Checking.one("SMTP-S-17b", Scheme.SMTP, Habit.DIES_OF_FAILED_HANDSHAKE);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
    }

    @Test
    void a_server_that_dies_of_a_long_line_is_caught() throws IOException {
        Verdict verdict = Checking.one("SMTP-S-19b", Scheme.SMTP, Habit.DIES_OF_LONG_LINE);
        assertThat(verdict.mark()).isEqualTo(Mark.WARN);
        assertThat(verdict.detail()).contains("new connection");
    }

    @Test
    void a_greeting_in_plaintext_on_an_implicit_tls_port_is_caught() throws IOException {
        try (ScriptedSmtpServer server = ScriptedSmtpServer.start(Scheme.SMTP, java.util.List.of())) {
            Verdict verdict = Checking.on(
                    new dev.starttls.conformance.target.Target(
                            Scheme.SMTPS, "localhost", server.target().port()),
                    "SMTP-S-23a");
            assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
            assertThat(verdict.detail()).contains("220 localhost");
        }
    }

    @Test
    void a_busy_server_makes_the_greeting_inconclusive() throws IOException {
        assertThat(Checking.one("SMTP-S-01", Scheme.SMTP, Habit.GREETING_421).mark())
                .isEqualTo(Mark.INCONCLUSIVE);
    }

    @Test
    void offers_are_recorded_before_and_inside() throws IOException {
        Verdict verdict = Checking.one("SMTP-S-25", Scheme.SMTP, Habit.AUTH_INSIDE_TLS);
        assertThat(verdict.mark()).isEqualTo(Mark.PASS);
        assertThat(verdict.detail())
                .isEqualTo("only before: STARTTLS; only inside: AUTH PLAIN LOGIN, REQUIRETLS; both: 8BITMIME,"
                        + " PIPELINING");
    }

    @Test
    void a_server_without_tls_is_skipped_by_the_checks_of_the_upgrade() throws IOException {
        Verdict verdict = Checking.one("SMTP-S-10", Scheme.SMTP, Habit.NO_STARTTLS_OFFER);
        assertThat(verdict).isEqualTo(Verdict.skip("STARTTLS is not offered"));
    }
}
