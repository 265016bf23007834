package dev.starttls.conformance.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.SecondLoopback;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that would spoil the other checks, and checks that need more than a server, each seen alone. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ImapAloneTest {
    private static final Login LOGIN = ScriptedImapSession.LOGIN;

    private static Verdict one(String id, Fault... faults) throws IOException {
        try (ScriptedServer server = ScriptedImapSession.server(Scheme.IMAP, List.of(faults))) {
            return CheckHarness.of(Protocol.IMAP).one(id, server.target()).verdict();
        }
    }

    private static CheckResult loggedIn(Scheme scheme, Login login, Fault... faults) throws IOException {
        try (ScriptedServer server = ScriptedImapSession.server(scheme, List.of(faults))) {
            return CheckHarness.of(Protocol.IMAP).withLogin(login).one("UP-S-24", server.target());
        }
    }

    @Test
    void a_literal_asked_for_inside_tls_is_reported() throws IOException {
        assertThat(one("IMAP-S-12d", UpgradeFault.KEEPS_READ_AHEAD).detail())
                .contains("asks for more of what was sent in plaintext");
    }

    @Test
    void an_offer_of_starttls_in_the_answer_to_the_login_is_caught() throws IOException {
        try (ScriptedServer server =
                ScriptedImapSession.server(Scheme.IMAP, List.of(ImapFault.LOGIN_ANSWER_OFFERS_STARTTLS))) {
            Verdict verdict = CheckHarness.of(Protocol.IMAP)
                    .withLogin(LOGIN)
                    .one("IMAP-S-34", server.target())
                    .verdict();
            assertThat(verdict.status()).isEqualTo(Status.FAIL);
            assertThat(verdict.detail()).contains("offers STARTTLS");
        }
    }

    @Test
    void a_result_of_no_command_inside_tls_is_caught() throws IOException {
        Verdict verdict = one("UP-S-09", ImapFault.COMPLETES_INSIDE);
        assertThat(verdict.status()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("s0 OK the handshake is done");
    }

    @Test
    void a_server_that_dies_of_a_literal_is_caught() throws IOException {
        Verdict verdict = one("IMAP-S-20a", ImapFault.DIES_OF_LITERAL);
        assertThat(verdict.status()).isEqualTo(Status.WARN);
        assertThat(verdict.detail()).contains("new connection");
    }

    @Test
    void a_login_that_is_refused_as_inside_tls_is_a_warning() throws IOException {
        assumeTrue(SecondLoopback.reachable(), "no second loopback address");
        Verdict verdict = one("IMAP-S-09", ImapFault.LOGIN_TRIED_IN_THE_CLEAR);
        assertThat(verdict.status()).isEqualTo(Status.WARN);
        assertThat(verdict.detail()).contains("the same as for a wrong password inside TLS");
    }

    @Test
    void a_login_that_is_tried_in_the_clear_is_caught_without_the_code() throws IOException {
        assumeTrue(SecondLoopback.reachable(), "no second loopback address");
        Verdict verdict = one("IMAP-S-09", ImapFault.LOGIN_IN_THE_CLEAR);
        assertThat(verdict.status()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains("the password was tried in plaintext");
    }

    @Test
    void the_checks_of_the_login_come_from_another_address_than_the_servers() throws IOException {
        assumeTrue(SecondLoopback.reachable(), "no second loopback address");
        try (ScriptedServer server = ScriptedImapSession.server(Scheme.IMAP, List.of())) {
            CheckResult result = CheckHarness.of(Protocol.IMAP).one("IMAP-S-09", server.target());
            assertThat(result.verdict().status()).isEqualTo(Status.PASS);
            assertThat(result.transcript().toString())
                    .contains("from 127.0.0.2")
                    .contains("LOGIN nobody nothing");
        }
    }

    @Test
    void a_login_between_equal_addresses_is_inconclusive_where_there_is_no_other() throws IOException {
        assumeTrue(hasIpv6(), "no IPv6");
        try (ScriptedServer server =
                ScriptedImapSession.server(InetAddress.getAllByName("::1")[0], List.of(ImapFault.LOGIN_IN_THE_CLEAR))) {
            for (String id : List.of("IMAP-S-08a", "UP-S-20", "IMAP-S-09", "UP-S-21a", "UP-S-21b")) {
                Verdict verdict =
                        CheckHarness.of(Protocol.IMAP).one(id, server.target()).verdict();
                assertThat(verdict.status()).as(id).isEqualTo(Status.INCONCLUSIVE);
                assertThat(verdict.detail()).contains("run the check from another machine");
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
        try (ScriptedServer server = ScriptedImapSession.server(Scheme.IMAPS, List.of());
                CheckContext context = new CheckContext(
                        server.target(), TargetSettings.standard().withLogin(LOGIN), Suite.dialect(Protocol.IMAP))) {
            Verdict verdict = Suite.catalogue()
                    .find("UP-S-24", Protocol.IMAP)
                    .orElseThrow()
                    .judge(context);
            assertThat(verdict.status()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(verdict.detail())
                    .contains("the password is not sent to a server that may not be the expected one");
            assertThat(context.transcript().entries().toString()).doesNotContain("AUTHENTICATE");
        }
    }

    @Test
    void without_a_login_the_checks_that_need_one_are_skipped_with_the_reason() throws IOException {
        assertThat(one("UP-S-24")).isEqualTo(Verdict.skip("needs a login: give --user and --password-file"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Scheme.class,
            names = {"IMAP", "IMAPS"})
    void a_right_server_refuses_starttls_after_the_login(Scheme scheme) throws IOException {
        CheckResult result = loggedIn(scheme, LOGIN);
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.PASS);
    }

    @Test
    void starttls_that_is_refused_with_no_after_the_login_is_a_warning() throws IOException {
        assertThat(loggedIn(Scheme.IMAPS, LOGIN, ImapFault.STARTTLS_AFTER_LOGIN_ANSWERED_NO)
                        .verdict()
                        .status())
                .isEqualTo(Status.WARN);
    }

    @Test
    void a_server_without_auth_plain_is_logged_in_to_with_login() throws IOException {
        CheckResult result = loggedIn(Scheme.IMAPS, LOGIN, ImapFault.NO_AUTH_PLAIN);
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.PASS);
        assertThat(result.transcript().toString()).contains("LOGIN (user and password)");
    }

    @Test
    void a_wrong_password_is_inconclusive() throws IOException {
        CheckResult result = loggedIn(Scheme.IMAPS, new Login("mary", "wrong"::toCharArray));
        assertThat(result.verdict()).isEqualTo(Verdict.undecided("the login as mary failed"));
    }

    @ParameterizedTest
    @MethodSource("waysToLogIn")
    void a_password_is_not_shown_even_if_the_server_repeats_it(Fault with) throws IOException {
        CheckResult result = loggedIn(Scheme.IMAPS, LOGIN, ImapFault.REPEATS_PASSWORD, with);
        String all = result.toString();
        assertThat(result.verdict().status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(all)
                .contains("NO nobody")
                .contains("(concealed)")
                .doesNotContain("cret")
                .doesNotContain(
                        Base64.getEncoder().encodeToString("\0mary\0se\"cret".getBytes(StandardCharsets.UTF_8)));
    }

    static Stream<Fault> waysToLogIn() {
        return Stream.of(ImapFault.NO_AUTH_PLAIN, UpgradeFault.TLS_1_2_ONLY);
    }
}
