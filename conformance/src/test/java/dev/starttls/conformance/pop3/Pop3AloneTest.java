package dev.starttls.conformance.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.UpgradeFault;
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
    private static final CheckHarness POP3 = CheckHarness.of(Protocol.POP3);

    private static Verdict one(String id, Fault... faults) throws IOException {
        return run(POP3, id, Scheme.POP3, faults).verdict();
    }

    private static CheckResult withLogin(String id, Scheme scheme, Fault... faults) throws IOException {
        return run(POP3.withLogin(ScriptedPop3Session.LOGIN), id, scheme, faults);
    }

    private static CheckResult run(CheckHarness checking, String id, Scheme scheme, Fault... faults)
            throws IOException {
        try (ScriptedServer server = ScriptedPop3Session.server(scheme, List.of(faults))) {
            return checking.one(id, server.target());
        }
    }

    @Test
    void a_list_without_its_dot_is_caught() throws IOException {
        CheckHarness impatient = POP3.withAnswer(Duration.ofSeconds(4));
        Verdict verdict = run(impatient, "POP3-S-02b", Scheme.POP3, Pop3Fault.CAPA_WITHOUT_DOT)
                .verdict();
        assertThat(verdict.status()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("the list does not end with a line of a single dot");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UP-S-02", "UP-S-03b", "UP-S-06", "UP-S-10"})
    void a_list_without_its_dot_is_reported_once(String id) throws IOException {
        assertThat(one(id, Pop3Fault.CAPA_WITHOUT_DOT).status()).isEqualTo(Status.PASS);
    }

    @Test
    void a_server_without_capa_is_checked_all_the_same() throws IOException {
        try (ScriptedServer server = ScriptedPop3Session.server(Scheme.POP3S, List.of(Pop3Fault.NO_CAPA))) {
            TargetReport report = POP3.withLogin(ScriptedPop3Session.LOGIN).all(server.target());
            assertThat(CheckHarness.withStatus(report, List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE)))
                    .isEmpty();
        }
    }

    @Test
    void timestamps_are_recorded() throws IOException {
        Verdict verdict = one("POP3-S-16a", Pop3Fault.TIMESTAMP);
        assertThat(verdict.status()).isEqualTo(Status.PASS);
        assertThat(verdict.detail()).matches("<\\d+\\.1@localhost>, then <\\d+\\.1@localhost>");
    }

    @Test
    void a_long_command_that_is_refused_in_its_own_words_proves_nothing() throws IOException {
        Verdict verdict = one("POP3-S-17a", Pop3Fault.REPEATS_PASSWORD);
        assertThat(verdict.status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(verdict.detail()).contains("the server repeats what it refuses");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UP-S-24", "POP3-S-16b"})
    void without_a_login_the_checks_that_need_one_are_skipped_with_the_reason(String id) throws IOException {
        assertThat(one(id, Pop3Fault.TIMESTAMP))
                .isEqualTo(Verdict.skip("needs a login: give --user and --password-file"));
    }

    @ParameterizedTest
    @CsvSource({
        "KEEPS_USER, FAIL, it was taken as the password of the USER sent before TLS",
        "NOOP_ALWAYS, PASS, the same as without a user",
        "SAME_REFUSAL, INCONCLUSIVE, only a real name",
    })
    void without_a_login_the_words_of_the_refusal_show_whether_a_user_is_kept(
            Pop3Fault fault, Status status, String detail) throws IOException {
        Verdict verdict = one("POP3-S-08", Pop3Fault.USER_IN_THE_CLEAR, fault);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
        assertThat(verdict.detail()).contains(detail);
    }

    @Test
    void without_a_login_a_user_that_is_obeyed_silently_is_caught_too() throws IOException {
        Verdict verdict = one("POP3-S-12d", UpgradeFault.OBEYS_READ_AHEAD_SILENTLY);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("the USER sent after STLS");
    }

    @ParameterizedTest
    @EnumSource(
            value = Scheme.class,
            names = {"POP3", "POP3S"})
    void a_right_server_refuses_stls_after_the_login(Scheme scheme) throws IOException {
        CheckResult result = withLogin("UP-S-24", scheme);
        assertThat(result.verdict()).isEqualTo(Verdict.pass("'-ERR too late'"));
        assertThat(result.transcript().toString()).contains("USER mary").contains("PASS (password)");
    }

    @Test
    void a_server_without_user_is_logged_in_to_with_auth() throws IOException {
        CheckResult result = withLogin("UP-S-24", Scheme.POP3S, Pop3Fault.NO_USER);
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.PASS);
        assertThat(result.transcript().toString()).contains("AUTH PLAIN").contains("(user and password)");
    }

    @Test
    void a_wrong_password_is_inconclusive() throws IOException {
        CheckHarness wrong = POP3.withLogin(new Login("mary", "wrong"::toCharArray));
        assertThat(run(wrong, "UP-S-24", Scheme.POP3S).verdict())
                .isEqualTo(Verdict.undecided("the login as mary failed"));
    }

    @ParameterizedTest
    @ValueSource(strings = "UP-S-24")
    void a_password_is_not_shown_even_if_the_server_repeats_it(String id) throws IOException {
        String all = withLogin(id, Scheme.POP3, Pop3Fault.USER_IN_THE_CLEAR, Pop3Fault.REPEATS_PASSWORD)
                .toString();
        assertThat(all).contains("(concealed)").doesNotContain("sesame");
    }

    @Test
    void what_is_made_of_a_password_is_not_shown_either() throws IOException, NoSuchAlgorithmException {
        String plain = Base64.getEncoder().encodeToString("\0mary\0open sesame".getBytes(StandardCharsets.UTF_8));
        assertThat(withLogin("UP-S-24", Scheme.POP3, Pop3Fault.NO_USER).toString())
                .contains("AUTH PLAIN")
                .doesNotContain(plain);
        CheckResult apop = withLogin("POP3-S-16b", Scheme.POP3, Pop3Fault.SAME_TIMESTAMP);
        byte[] digest =
                MessageDigest.getInstance("MD5").digest("<1.1@localhost>open sesame".getBytes(StandardCharsets.UTF_8));
        assertThat(apop.toString())
                .contains("APOP mary (digest)")
                .doesNotContain(HexFormat.of().formatHex(digest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UP-S-24", "POP3-S-16b"})
    void no_password_is_shown_to_a_server_that_did_not_prove_who_it_is(String id) throws IOException {
        TargetSettings distrusting = TargetSettings.standard().withLogin(ScriptedPop3Session.LOGIN);
        try (ScriptedServer server = ScriptedPop3Session.server(
                        Scheme.POP3, List.of(Pop3Fault.USER_IN_THE_CLEAR, Pop3Fault.TIMESTAMP));
                CheckContext context = new CheckContext(server.target(), distrusting, Suite.dialect(Protocol.POP3))) {
            Verdict verdict =
                    Suite.catalogue().find(id, Protocol.POP3).orElseThrow().judge(context);
            assertThat(verdict.status()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(verdict.detail())
                    .contains("the password is not sent to a server that may not be the expected one");
            assertThat(context.transcript().entries().toString())
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
                "hello | which is not a POP3 response",
            })
    void another_protocol_is_recognised_by_its_greeting(String greeting, String detail) throws IOException {
        try (ScriptedServer server =
                ScriptedServer.start(Scheme.POP3, (self, socket) -> greet(socket, greeting), List.of())) {
            assertThat(POP3.all(server.target()).survey().problem().orElseThrow())
                    .contains("does not speak POP3")
                    .contains(detail);
        }
    }

    private static void greet(Socket socket, String greeting) throws IOException {
        socket.getOutputStream().write((greeting + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().read();
    }

    @Test
    void tls_where_plaintext_was_expected_is_reported_with_the_right_url() throws IOException {
        try (ScriptedServer server = ScriptedPop3Session.server(Scheme.POP3S, List.of())) {
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
    void plaintext_where_tls_was_expected_is_reported_with_the_right_url() throws IOException {
        try (ScriptedServer server = ScriptedPop3Session.server(Scheme.POP3, List.of())) {
            Target target =
                    new Target(Scheme.POP3S, "localhost", server.target().port());
            assertThat(POP3.all(target).survey().problem().orElseThrow())
                    .contains("use " + server.target().url());
        }
    }
}
