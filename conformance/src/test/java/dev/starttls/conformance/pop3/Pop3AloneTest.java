package dev.starttls.conformance.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Checking;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that would spoil the other checks, and checks that need more than a server, each seen alone. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class Pop3AloneTest {
    private static final Checking POP3 = Checking.of(Protocol.POP3);

    private static Verdict one(String id, Habit... habits) throws IOException {
        return run(POP3, id, Scheme.POP3, habits).verdict();
    }

    private static CheckResult withLogin(String id, Scheme scheme, Habit... habits) throws IOException {
        return run(POP3.withLogin(ScriptedPop3Session.LOGIN), id, scheme, habits);
    }

    private static CheckResult run(Checking checking, String id, Scheme scheme, Habit... habits) throws IOException {
        try (ScriptedServer<Habit> server = ScriptedPop3Session.server(scheme, List.of(habits))) {
            return checking.one(id, server.target());
        }
    }

    @Test
    void a_line_in_a_second_segment_that_is_kept_is_caught() throws IOException {
        Verdict verdict = one("POP3-S-12e", Habit.WAITS_FOR_SECOND_SEGMENT);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("3 responses");
    }

    @Test
    void a_quit_that_is_obeyed_inside_tls_is_told_by_the_end_of_the_session() throws IOException {
        Verdict verdict = one("POP3-S-12b", Habit.KEEPS_READ_AHEAD);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("'+OK bye' and the end of the session");
    }

    @Test
    void a_server_that_dies_of_an_aborted_handshake_is_caught() throws IOException {
        assertThat(one("POP3-S-22", Habit.DIES_OF_FAILED_HANDSHAKE).mark()).isEqualTo(Mark.FAIL);
    }

    @Test
    void a_server_that_dies_of_a_long_line_is_caught() throws IOException {
        Verdict verdict = one("POP3-S-17c", Habit.DIES_OF_LONG_LINE);
        assertThat(verdict.mark()).isEqualTo(Mark.WARN);
        assertThat(verdict.detail()).contains("new connection");
    }

    @Test
    void a_list_without_its_dot_is_caught() throws IOException {
        Checking impatient = POP3.withAnswer(Duration.ofSeconds(4));
        Verdict verdict = run(impatient, "POP3-S-02b", Scheme.POP3, Habit.CAPA_WITHOUT_DOT)
                .verdict();
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("no line with a single dot ends it");
    }

    @Test
    void a_greeting_in_plaintext_on_an_implicit_tls_port_is_caught() throws IOException {
        try (ScriptedServer<Habit> server = ScriptedPop3Session.server(Scheme.POP3, List.of())) {
            Target target =
                    new Target(Scheme.POP3S, "localhost", server.target().port());
            Verdict verdict = POP3.one("POP3-S-21a", target).verdict();
            assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
            assertThat(verdict.detail()).contains("+OK scripted");
        }
    }

    @Test
    void a_busy_server_makes_the_greeting_inconclusive() throws IOException {
        assertThat(one("POP3-S-01", Habit.GREETING_SYS_TEMP).mark()).isEqualTo(Mark.INCONCLUSIVE);
    }

    @Test
    void a_server_without_tls_is_skipped_by_the_checks_of_the_upgrade() throws IOException {
        assertThat(one("POP3-S-11", Habit.NO_STLS_OFFER)).isEqualTo(Verdict.skip("STLS is not offered"));
    }

    @Test
    void timestamps_are_recorded() throws IOException {
        Verdict verdict = one("POP3-S-16a", Habit.TIMESTAMP);
        assertThat(verdict.mark()).isEqualTo(Mark.PASS);
        assertThat(verdict.detail()).matches("<\\d+\\.1@localhost>, then <\\d+\\.1@localhost>");
    }

    @Test
    void a_long_command_that_is_refused_in_its_own_words_tells_nothing() throws IOException {
        Verdict verdict = one("POP3-S-17a", Habit.REPEATS_PASSWORD);
        assertThat(verdict.mark()).isEqualTo(Mark.INCONCLUSIVE);
        assertThat(verdict.detail()).contains("the server repeats what it refuses");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POP3-S-14", "POP3-S-16b"})
    void without_a_login_the_checks_that_need_one_are_skipped_with_the_reason(String id) throws IOException {
        assertThat(one(id, Habit.TIMESTAMP)).isEqualTo(Verdict.skip("needs a login: give --user and --password-file"));
    }

    @ParameterizedTest
    @CsvSource({
        "KEEPS_USER, FAIL, it is taken for the password of the USER sent before TLS",
        "NOOP_ALWAYS, PASS, as where no user was named",
        "SAME_REFUSAL, INCONCLUSIVE, only a login would tell",
    })
    void without_a_login_the_words_of_the_refusal_tell_whether_a_user_is_kept(Habit habit, Mark mark, String detail)
            throws IOException {
        Verdict verdict = one("POP3-S-08", Habit.USER_IN_THE_CLEAR, habit);
        assertThat(verdict.mark()).as(verdict.detail()).isEqualTo(mark);
        assertThat(verdict.detail()).contains(detail);
    }

    @Test
    void without_a_login_a_user_that_is_obeyed_silently_is_caught_too() throws IOException {
        Verdict verdict = one("POP3-S-12d", Habit.OBEYS_READ_AHEAD_SILENTLY);
        assertThat(verdict.mark()).as(verdict.detail()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("the USER sent behind STLS");
    }

    @ParameterizedTest
    @EnumSource(
            value = Scheme.class,
            names = {"POP3", "POP3S"})
    void a_right_server_refuses_stls_after_the_login(Scheme scheme) throws IOException {
        CheckResult result = withLogin("POP3-S-14", scheme);
        assertThat(result.verdict()).isEqualTo(Verdict.pass("'-ERR too late'"));
        assertThat(result.transcript().toString()).contains("USER mary").contains("PASS (password)");
    }

    @Test
    void a_server_without_user_is_logged_in_to_with_auth() throws IOException {
        CheckResult result = withLogin("POP3-S-14", Scheme.POP3S, Habit.NO_USER);
        assertThat(result.verdict().mark()).as(result.verdict().detail()).isEqualTo(Mark.PASS);
        assertThat(result.transcript().toString()).contains("AUTH PLAIN").contains("(user and password)");
    }

    @Test
    void a_wrong_password_is_inconclusive() throws IOException {
        Checking wrong = POP3.withLogin(new Login("mary", "wrong"::toCharArray));
        assertThat(run(wrong, "POP3-S-14", Scheme.POP3S).verdict())
                .isEqualTo(Verdict.inconclusive("the login as mary failed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POP3-S-08", "POP3-S-12d", "POP3-S-14"})
    void a_password_is_not_shown_even_if_the_server_repeats_it(String id) throws IOException {
        String all = withLogin(id, Scheme.POP3, Habit.USER_IN_THE_CLEAR, Habit.REPEATS_PASSWORD)
                .toString();
        assertThat(all).contains("(concealed)").doesNotContain("sesame");
    }

    @Test
    void what_is_made_of_a_password_is_not_shown_either() throws IOException, NoSuchAlgorithmException {
        String plain = Base64.getEncoder().encodeToString("\0mary\0open sesame".getBytes(StandardCharsets.UTF_8));
        assertThat(withLogin("POP3-S-14", Scheme.POP3, Habit.NO_USER).toString())
                .contains("AUTH PLAIN")
                .doesNotContain(plain);
        CheckResult apop = withLogin("POP3-S-16b", Scheme.POP3, Habit.SAME_TIMESTAMP);
        byte[] digest =
                MessageDigest.getInstance("MD5").digest("<1.1@localhost>open sesame".getBytes(StandardCharsets.UTF_8));
        assertThat(apop.toString())
                .contains("APOP mary (digest)")
                .doesNotContain(HexFormat.of().formatHex(digest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POP3-S-08", "POP3-S-12d", "POP3-S-14", "POP3-S-16b"})
    void no_password_is_shown_to_a_server_that_did_not_prove_who_it_is(String id) throws IOException {
        TargetSettings distrusting = TargetSettings.standard().withLogin(ScriptedPop3Session.LOGIN);
        try (ScriptedServer<Habit> server =
                        ScriptedPop3Session.server(Scheme.POP3, List.of(Habit.USER_IN_THE_CLEAR, Habit.TIMESTAMP));
                Subject subject = new Subject(server.target(), distrusting, new Pop3Dialect())) {
            Verdict verdict = Suite.catalogue().find(id).orElseThrow().judge(subject);
            assertThat(verdict.mark()).isEqualTo(Mark.SKIP);
            assertThat(verdict.detail()).contains("no password is shown to a server that may be another");
            assertThat(subject.transcript().entries().toString())
                    .doesNotContain("PASS")
                    .doesNotContain("APOP");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "220 mail.example.org ESMTP | that is SMTP, or FTP: if it is SMTP, use smtp://localhost:",
                "* OK IMAP4rev1 here | that is IMAP: use imap://localhost:",
                "SSH-2.0-OpenSSH_9.2 | that is SSH",
                "hello | which is no POP3 response",
            })
    void another_protocol_is_told_by_its_greeting(String greeting, String told) throws IOException {
        try (ScriptedServer<Habit> server =
                ScriptedServer.start(Scheme.POP3, (self, socket) -> greet(socket, greeting), List.<Habit>of())) {
            assertThat(POP3.all(server.target()).survey().problem().orElseThrow())
                    .contains("does not speak POP3")
                    .contains(told);
        }
    }

    private static void greet(Socket socket, String greeting) throws IOException {
        socket.getOutputStream().write((greeting + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().read();
    }

    @Test
    void tls_where_plaintext_was_expected_is_told_with_the_right_url() throws IOException {
        try (ScriptedServer<Habit> server = ScriptedPop3Session.server(Scheme.POP3S, List.of())) {
            Target target = new Target(Scheme.POP3, "localhost", server.target().port());
            assertThat(POP3.withAnswer(Duration.ofSeconds(4))
                            .all(target)
                            .survey()
                            .problem()
                            .orElseThrow())
                    .contains("use " + server.target().url());
        }
    }

    @Test
    void plaintext_where_tls_was_expected_is_told_with_the_right_url() throws IOException {
        try (ScriptedServer<Habit> server = ScriptedPop3Session.server(Scheme.POP3, List.of())) {
            Target target =
                    new Target(Scheme.POP3S, "localhost", server.target().port());
            assertThat(POP3.all(target).survey().problem().orElseThrow())
                    .contains("use " + server.target().url());
        }
    }
}
