package dev.starttls.conformance.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Checking;
import dev.starttls.conformance.session.Elsewhere;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Servers that would spoil the other checks, and checks that need more than a server, each seen alone. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ImapAloneTest {
    private static final Login LOGIN = new Login(ScriptedImapSession.USER, ScriptedImapSession.PASSWORD::toCharArray);

    private static Verdict one(String id, Habit... habits) throws IOException {
        try (ScriptedServer<Habit> server = ScriptedImapSession.server(Scheme.IMAP, List.of(habits))) {
            return Checking.of(Protocol.IMAP).one(id, server.target()).verdict();
        }
    }

    private static CheckResult loggedIn(Scheme scheme, Login login, Habit... habits) throws IOException {
        try (ScriptedServer<Habit> server = ScriptedImapSession.server(scheme, List.of(habits))) {
            return Checking.of(Protocol.IMAP).withLogin(login).one("IMAP-S-15", server.target());
        }
    }

    @Test
    void a_line_in_a_second_segment_that_is_kept_is_caught() throws IOException {
        Verdict verdict = one("IMAP-S-12f", Habit.WAITS_FOR_SECOND_SEGMENT);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("'b0 OK nothing done'").contains("obeyed");
    }

    @Test
    void a_literal_asked_for_inside_tls_is_told() throws IOException {
        assertThat(one("IMAP-S-12d", Habit.KEEPS_READ_AHEAD).detail()).contains("asks for the literal");
    }

    @Test
    void a_server_that_dies_of_an_aborted_handshake_is_caught() throws IOException {
        assertThat(one("IMAP-S-25", Habit.DIES_OF_FAILED_HANDSHAKE).mark()).isEqualTo(Mark.FAIL);
    }

    @Test
    void a_server_that_dies_of_a_long_line_is_caught() throws IOException {
        Verdict verdict = one("IMAP-S-21b", Habit.DIES_OF_LONG_LINE);
        assertThat(verdict.mark()).isEqualTo(Mark.WARN);
        assertThat(verdict.detail()).contains("new connection");
    }

    @Test
    void a_server_that_dies_of_a_literal_is_caught() throws IOException {
        Verdict verdict = one("IMAP-S-20a", Habit.DIES_OF_LITERAL);
        assertThat(verdict.mark()).isEqualTo(Mark.WARN);
        assertThat(verdict.detail()).contains("new connection");
    }

    @Test
    void a_greeting_in_plaintext_on_an_implicit_tls_port_is_caught() throws IOException {
        try (ScriptedServer<Habit> server = ScriptedImapSession.server(Scheme.IMAP, List.of())) {
            Target target =
                    new Target(Scheme.IMAPS, "localhost", server.target().port());
            Verdict verdict =
                    Checking.of(Protocol.IMAP).one("IMAP-S-24a", target).verdict();
            assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
            assertThat(verdict.detail()).contains("* OK localhost");
        }
    }

    @Test
    void a_busy_server_makes_the_greeting_inconclusive() throws IOException {
        assertThat(one("IMAP-S-01", Habit.GREETING_BYE).mark()).isEqualTo(Mark.INCONCLUSIVE);
    }

    @Test
    void capabilities_are_recorded_before_and_inside() throws IOException {
        Verdict verdict = one("IMAP-S-14c");
        assertThat(verdict.mark()).isEqualTo(Mark.PASS);
        assertThat(verdict.detail())
                .isEqualTo("only before: LOGINDISABLED, STARTTLS; only inside: AUTH=PLAIN; both: IMAP4REV1, LITERAL-");
    }

    @Test
    void a_server_without_tls_is_skipped_by_the_checks_of_the_upgrade() throws IOException {
        assertThat(one("IMAP-S-11", Habit.NO_STARTTLS_OFFER)).isEqualTo(Verdict.skip("STARTTLS is not offered"));
    }

    @Test
    void whether_a_login_was_tried_is_inconclusive_where_it_is_refused_as_inside_tls() throws IOException {
        Verdict verdict = one("IMAP-S-09", Habit.LOGIN_TRIED_IN_THE_CLEAR);
        assertThat(verdict.mark()).isEqualTo(Mark.INCONCLUSIVE);
        assertThat(verdict.detail()).contains("just as a wrong password is refused inside TLS");
    }

    @Test
    void a_login_that_is_tried_in_the_clear_is_caught_without_the_code() throws IOException {
        assumeTrue(Elsewhere.reachable(), "no second loopback address");
        Verdict verdict = one("IMAP-S-09", Habit.LOGIN_IN_THE_CLEAR);
        assertThat(verdict.mark()).isEqualTo(Mark.FAIL);
        assertThat(verdict.detail()).contains("the password was tried in the clear");
    }

    @Test
    void the_checks_of_the_login_come_from_another_address_than_the_servers() throws IOException {
        assumeTrue(Elsewhere.reachable(), "no second loopback address");
        try (ScriptedServer<Habit> server = ScriptedImapSession.server(Scheme.IMAP, List.of())) {
            CheckResult result = Checking.of(Protocol.IMAP).one("IMAP-S-09", server.target());
            assertThat(result.verdict().mark()).isEqualTo(Mark.PASS);
            assertThat(result.transcript().toString())
                    .contains("from 127.0.0.2")
                    .contains("LOGIN nobody nothing");
        }
    }

    @Test
    void a_login_between_equal_addresses_is_inconclusive_where_there_is_no_other() throws IOException {
        assumeTrue(hasIpv6(), "no IPv6");
        try (ScriptedServer<Habit> server =
                ScriptedImapSession.server(InetAddress.getAllByName("::1")[0], List.of(Habit.LOGIN_IN_THE_CLEAR))) {
            for (String id : List.of("IMAP-S-08a", "IMAP-S-08b", "IMAP-S-09", "IMAP-S-10a", "IMAP-S-10b")) {
                Verdict verdict =
                        Checking.of(Protocol.IMAP).one(id, server.target()).verdict();
                assertThat(verdict.mark()).as(id).isEqualTo(Mark.INCONCLUSIVE);
                assertThat(verdict.detail()).contains("look from another machine");
            }
        }
    }

    private static boolean hasIpv6() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .anyMatch(address -> address instanceof Inet6Address && address.isLoopbackAddress());
    }

    @Test
    void no_password_is_shown_to_a_server_that_is_not_trusted() throws IOException {
        try (ScriptedServer<Habit> server = ScriptedImapSession.server(Scheme.IMAPS, List.of());
                Subject subject =
                        new Subject(server.target(), TargetSettings.standard().withLogin(LOGIN), new ImapDialect())) {
            Verdict verdict = Suite.catalogue().find("IMAP-S-15").orElseThrow().judge(subject);
            assertThat(verdict.mark()).isEqualTo(Mark.SKIP);
            assertThat(verdict.detail()).contains("no password is shown to a server that may be another");
            assertThat(subject.transcript().entries().toString()).doesNotContain("AUTHENTICATE");
        }
    }

    @Test
    void without_a_login_the_checks_that_need_one_are_skipped_with_the_reason() throws IOException {
        assertThat(one("IMAP-S-15")).isEqualTo(Verdict.skip("needs a login: give --user and --password-file"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Scheme.class,
            names = {"IMAP", "IMAPS"})
    void a_right_server_refuses_starttls_after_the_login(Scheme scheme) throws IOException {
        CheckResult result = loggedIn(scheme, LOGIN);
        assertThat(result.verdict().mark()).as(result.verdict().detail()).isEqualTo(Mark.PASS);
    }

    @ParameterizedTest
    @EnumSource(
            value = Scheme.class,
            names = {"IMAP", "IMAPS"})
    void starttls_that_is_accepted_after_the_login_is_caught(Scheme scheme) throws IOException {
        assertThat(loggedIn(scheme, LOGIN, Habit.ACCEPTS_STARTTLS_AFTER_LOGIN)
                        .verdict()
                        .mark())
                .isEqualTo(Mark.FAIL);
    }

    @Test
    void starttls_that_is_refused_with_no_after_the_login_is_a_warning() throws IOException {
        assertThat(loggedIn(Scheme.IMAPS, LOGIN, Habit.STARTTLS_AFTER_LOGIN_ANSWERED_NO)
                        .verdict()
                        .mark())
                .isEqualTo(Mark.WARN);
    }

    @Test
    void a_server_without_auth_plain_is_logged_in_to_with_login() throws IOException {
        CheckResult result = loggedIn(Scheme.IMAPS, LOGIN, Habit.NO_AUTH_PLAIN);
        assertThat(result.verdict().mark()).as(result.verdict().detail()).isEqualTo(Mark.PASS);
        assertThat(result.transcript().toString()).contains("LOGIN (user and password)");
    }

    @Test
    void a_wrong_password_is_inconclusive() throws IOException {
        CheckResult result = loggedIn(Scheme.IMAPS, new Login("mary", "wrong"::toCharArray));
        assertThat(result.verdict()).isEqualTo(Verdict.inconclusive("the login as mary failed"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Habit.class,
            mode = Mode.INCLUDE,
            names = {"NO_AUTH_PLAIN", "TLS_1_2_ONLY"})
    void a_password_is_not_shown_even_if_the_server_repeats_it(Habit with) throws IOException {
        CheckResult result = loggedIn(Scheme.IMAPS, LOGIN, Habit.REPEATS_PASSWORD, with);
        String all = result.toString();
        assertThat(result.verdict().mark()).isEqualTo(Mark.INCONCLUSIVE);
        assertThat(all)
                .contains("NO nobody")
                .contains("(concealed)")
                .doesNotContain("cret")
                .doesNotContain(
                        Base64.getEncoder().encodeToString("\0mary\0se\"cret".getBytes(StandardCharsets.UTF_8)));
    }
}
