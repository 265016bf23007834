package dev.starttls.conformance.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Checking;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that would spoil the other checks, each seen by one check alone. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SmtpAloneTest {
    private static Verdict one(String id, Habit habit) throws IOException {
        try (ScriptedServer<Habit> server = ScriptedSmtpSession.server(Scheme.SMTP, List.of(habit))) {
            return Checking.of(Protocol.SMTP).one(id, server.target()).verdict();
        }
    }

    @Test
    void a_line_in_a_second_segment_that_is_kept_is_caught() throws IOException {
        Verdict verdict = one("SMTP-S-11e", Habit.WAITS_FOR_SECOND_SEGMENT);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("3 replies");
    }

    @Test
    void a_server_that_dies_of_an_aborted_handshake_is_caught() throws IOException {
        Verdict verdict = one("SMTP-S-17b", Habit.DIES_OF_FAILED_HANDSHAKE);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
    }

    @Test
    void a_server_that_dies_of_a_long_line_is_caught() throws IOException {
        Verdict verdict = one("SMTP-S-19b", Habit.DIES_OF_LONG_LINE);
        assertThat(verdict.mark()).isEqualTo(Mark.WARN);
        assertThat(verdict.detail()).contains("new connection");
    }

    @Test
    void a_greeting_in_plaintext_on_an_implicit_tls_port_is_caught() throws IOException {
        try (ScriptedServer<Habit> server = ScriptedSmtpSession.server(Scheme.SMTP, List.of())) {
            Verdict verdict = Checking.of(Protocol.SMTP)
                    .one(
                            "SMTP-S-23a",
                            new Target(
                                    Scheme.SMTPS, "localhost", server.target().port()))
                    .verdict();
            assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
            assertThat(verdict.detail()).contains("220 localhost");
        }
    }

    @Test
    void a_greeting_in_plaintext_that_comes_late_on_an_implicit_tls_port_is_caught_too() throws IOException {
        try (ScriptedServer<Habit> server =
                ScriptedServer.start(Scheme.SMTPS, (self, socket) -> greetLate(socket), List.<Habit>of())) {
            Verdict verdict = Checking.of(Protocol.SMTP)
                    .one("SMTP-S-23a", server.target())
                    .verdict();
            assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
            assertThat(verdict.detail()).contains("came before TLS").contains("220 localhost");
        }
    }

    /** Only when the ClientHello has begun to come. */
    private static void greetLate(Socket socket) throws IOException {
        assertThat(socket.getInputStream().read()).isNotNegative();
        socket.getOutputStream().write("220 localhost\r\n".getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    @Test
    void a_busy_server_makes_the_greeting_inconclusive() throws IOException {
        assertThat(one("SMTP-S-01", Habit.GREETING_421).mark()).isEqualTo(Mark.INCONCLUSIVE);
    }

    @Test
    void offers_are_recorded_before_and_inside() throws IOException {
        Verdict verdict = one("SMTP-S-25", Habit.AUTH_INSIDE_TLS);
        assertThat(verdict.mark()).isEqualTo(Mark.PASS);
        assertThat(verdict.detail())
                .isEqualTo("only before: STARTTLS; only inside: AUTH PLAIN LOGIN, REQUIRETLS; both: 8BITMIME,"
                        + " PIPELINING");
    }

    @Test
    void a_server_without_tls_is_skipped_by_the_checks_of_the_upgrade() throws IOException {
        Verdict verdict = one("SMTP-S-10", Habit.NO_STARTTLS_OFFER);
        assertThat(verdict).isEqualTo(Verdict.skip("STARTTLS is not offered"));
    }
}
