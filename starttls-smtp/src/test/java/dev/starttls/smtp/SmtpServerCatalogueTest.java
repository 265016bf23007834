package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server must do, against one that stands on the dialogue and the transaction: a client of the test's own. */
class SmtpServerCatalogueTest {

    private static final Pattern REPLY =
            Pattern.compile("(?:[2-5][0-5][0-9]-[^\\r\\n]*\\r\\n)*[2-5][0-5][0-9] [^\\r\\n]*\\r\\n");
    private static final String GO_AHEAD = "220 2.0.0 Ready to start TLS\r\n";

    private final List<SmtpFixture.Delivered> mailbox = new ArrayList<>();
    private final Endpoint server = SmtpFixture.serverSide(TlsPolicy.OPPORTUNISTIC, mailbox);
    private final RawPeer client = SmtpFixture.greeted(server);

    @Test
    void it_greets_with_220_in_one_well_formed_reply() {
        Endpoint fresh = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        assertThat(RawPeer.client(fresh, SmtpFixture.CLIENT_CONTEXT).listen())
                .matches(REPLY)
                .isEqualTo("220 mail.example.org ESMTP\r\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsPolicy.class,
            names = {"OPPORTUNISTIC", "REQUIRED"})
    void it_offers_starttls_without_parameters(TlsPolicy policy) {
        assertThat(SmtpFixture.greeted(SmtpFixture.serverSide(policy)).say("EHLO c\r\n"))
                .matches(REPLY)
                .contains("250 STARTTLS\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS", "starttls", "StArTtLs", "STARTTLS "})
    void it_gives_one_go_ahead_and_is_silent_until_the_client_hello(String command) throws Exception {
        assertThat(client.say(command + "\r\n")).isEqualTo(GO_AHEAD);
        assertThat(client.listen()).isEmpty();
        assertThat(client.handshake()).isEmpty();
        assertThat(server.connection().state()).isEqualTo(State.SECURE);
    }

    @Test
    void it_answers_501_to_an_argument_and_upgrades_afterwards() throws Exception {
        assertThat(client.say("STARTTLS x\r\n")).startsWith("501 5.5.4 ");
        client.say("STARTTLS\r\n");
        client.handshake();
        assertThat(client.tls("NOOP\r\n")).isEqualTo("250 2.0.0 Ok\r\n");
    }

    @Test
    void inside_tls_it_neither_offers_nor_accepts_starttls() throws Exception {
        upgrade();
        assertThat(client.tls("EHLO c\r\n")).matches(REPLY).doesNotContain("STARTTLS");
        assertThat(client.tls("STARTTLS\r\n")).startsWith("503 5.5.1 ");
        assertThat(client.tls("STARTTLS x\r\n")).startsWith("503 5.5.1 ");
        assertThat(client.tls("NOOP\r\n")).isEqualTo("250 2.0.0 Ok\r\n");
    }

    @Test
    void the_name_given_before_tls_is_forgotten() throws Exception {
        client.say("EHLO before.example\r\n");
        upgrade();
        assertThat(client.tls("MAIL FROM:<a@example.org>\r\n")).startsWith("503 5.5.1 ");
    }

    @Test
    void the_transaction_begun_before_tls_is_forgotten() throws Exception {
        assertThat(client.say("EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"))
                .endsWith("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n");
        upgrade();
        client.tls("EHLO c\r\n");
        assertThat(client.tls("RCPT TO:<b@example.org>\r\n")).startsWith("503 5.5.1 ");
        assertThat(client.tls("DATA\r\n")).startsWith("503 5.5.1 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"NOOP\r\n", "EHLO x\r\n", "RSET\r\n", "MAIL FROM:<a@example.org>\r\n", "XYZZY\r\n", "NOO", "\r\n"
            })
    void octets_after_starttls_are_answered_554_and_the_connection_is_closed(String injected) {
        assertThat(client.say("STARTTLS\r\n" + injected)).isEqualTo("554 5.5.0 Plaintext after STARTTLS refused\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        assertThat(server.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
        assertThat(client.say("NOOP\r\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP\r\n", "EHLO x\r\n", "MAIL FROM:<a@example.org>\r\n", "XYZZY\r\n", "NOO"})
    void set_to_discard_it_forgets_the_octets_and_answers_only_what_came_inside_tls(String injected) throws Exception {
        Endpoint discarding = Endpoint.of(
                SmtpFixture.serverDialogue(TlsPolicy.OPPORTUNISTIC, mailbox),
                SmtpFixture.server(TlsPolicy.OPPORTUNISTIC).withInjection(InjectionResponse.DISCARD));
        RawPeer attacker = SmtpFixture.greeted(discarding);
        assertThat(attacker.say("STARTTLS\r\n" + injected)).isEqualTo(GO_AHEAD);
        assertThat(attacker.handshake()).isEmpty();
        assertThat(attacker.tls("EHLO c\r\n")).matches(REPLY).startsWith("250-mail.example.org\r\n");
    }

    @ParameterizedTest
    @EnumSource(value = TlsPolicy.class, names = "IMPLICIT", mode = EnumSource.Mode.EXCLUDE)
    void auth_and_requiretls_are_not_offered_before_tls(TlsPolicy policy) {
        assertThat(SmtpFixture.greeted(SmtpFixture.serverSide(policy)).say("EHLO c\r\n"))
                .matches(REPLY)
                .doesNotContain("AUTH")
                .doesNotContain("REQUIRETLS");
    }

    @Test
    void auth_and_requiretls_are_offered_inside_tls() throws Exception {
        upgrade();
        assertThat(client.tls("EHLO c\r\n")).contains("AUTH PLAIN", "REQUIRETLS");
    }

    @ParameterizedTest
    @EnumSource(value = TlsPolicy.class, names = "IMPLICIT", mode = EnumSource.Mode.EXCLUDE)
    void auth_before_tls_never_reaches_the_handler(TlsPolicy policy) {
        List<String> reached = new ArrayList<>();
        SmtpHandler handler = (command, session) -> {
            reached.add(command.verb());
            return SmtpAnswer.of(235, "2.7.0 Welcome");
        };
        Endpoint side = Endpoint.of(
                new SmtpServerDialogue("mail.example.org", policy, handler, List.of("AUTH PLAIN")),
                SmtpFixture.server(policy));
        RawPeer eager = SmtpFixture.greeted(side);
        eager.say("EHLO c\r\n");
        assertThat(eager.say("AUTH PLAIN AHUAcA==\r\n"))
                .startsWith(policy == TlsPolicy.REQUIRED ? "530 5.7.0 " : "538 5.7.11 ");
        assertThat(reached).isEmpty();
    }

    @Test
    void garbage_instead_of_a_client_hello_gets_no_reply_in_the_clear() {
        client.say("STARTTLS\r\n");
        assertThat(client.say("\1\2\3garbage\r\n")).doesNotContain("250").doesNotContain("500");
        assertThat(server.ended()).isTrue();
    }

    @Test
    void a_plaintext_command_instead_of_a_client_hello_is_never_answered() {
        client.say("STARTTLS\r\n");
        assertThat(client.say("NOOP\r\n")).doesNotContain("250");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
    }

    @Test
    void a_handshake_aborted_by_an_alert_ends_the_connection() {
        client.say("STARTTLS\r\n");
        // A fatal handshake_failure alert (RFC 8446 section 6).
        client.say("\25\3\3\0\2\2\50");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(client.say("NOOP\r\n")).isEmpty();
    }

    @Test
    void pipelined_commands_inside_tls_are_answered_in_their_order() throws Exception {
        upgrade();
        assertThat(client.tls("EHLO c\r\n")).contains("PIPELINING");
        assertThat(client.tls("RSET\r\nNOOP\r\nVRFY x\r\nNOOP\r\n").split("\r\n"))
                .containsExactly(
                        "250 2.0.0 Ok",
                        "250 2.0.0 Ok",
                        "252 2.5.0 Cannot verify, but will take mail and try",
                        "250 2.0.0 Ok");
    }

    @Test
    void a_long_command_is_answered_500_and_the_session_goes_on() {
        assertThat(client.say("NOOP " + "x".repeat(595) + "\r\n")).isEqualTo("500 5.5.2 Line too long\r\n");
        assertThat(client.say("NOOP\r\n")).isEqualTo("250 2.0.0 Ok\r\n");
    }

    @Test
    void a_line_over_the_limit_is_answered_500_and_the_connection_is_closed() {
        assertThat(client.say("NOOP " + "x".repeat(100_000) + "\r\n")).isEqualTo("500 5.5.2 Line too long\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS\n", "STARTTLS\r", "STARTTLS\rNOOP\r\n", "\0\r\n", "NOOP\nNOOP\r\n"})
    void a_line_that_does_not_end_in_crlf_is_no_line(String octets) {
        String reply = client.say(octets + "\r\n");
        assertThat(reply).startsWith("500 5.5.2 Lines must end in CRLF").matches(REPLY);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    @Test
    void starttls_in_a_message_is_text() {
        client.say("EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n");
        assertThat(client.say("DATA\r\n")).startsWith("354 ");
        assertThat(client.say("STARTTLS\r\nQUIT\r\n..dotted\r\n.x\r\n\r\n.\r\n"))
                .isEqualTo("250 2.0.0 Taken\r\n");
        assertThat(mailbox).hasSize(1);
        assertThat(mailbox.get(0).lines()).containsExactly("STARTTLS", "QUIT", ".dotted", "x", "");
        assertThat(client.say("STARTTLS\r\n")).isEqualTo(GO_AHEAD);
    }

    @Test
    void a_bare_line_feed_in_a_message_never_ends_it() {
        client.say("EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
        assertThat(client.say("text\r\n\n.\r\nMAIL FROM:<smuggled@example.org>\r\n.\r\n"))
                .startsWith("500 5.5.2 ")
                .matches(REPLY);
        assertThat(mailbox).isEmpty();
    }

    @Test
    void quit_inside_tls_is_answered_221_then_close_notify() throws Exception {
        upgrade();
        assertThat(client.tls("QUIT\r\n")).isEqualTo("221 2.0.0 Bye\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void quit_before_tls_is_answered_221_then_the_connection_is_closed() {
        assertThat(client.say("QUIT\r\nNOOP\r\n")).isEqualTo("221 2.0.0 Bye\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void with_implicit_tls_it_greets_inside_tls_and_does_not_offer_starttls() throws Exception {
        RawPeer smtps = RawPeer.client(SmtpFixture.serverSide(TlsPolicy.IMPLICIT), SmtpFixture.CLIENT_CONTEXT);
        assertThat(smtps.listen()).isEmpty();
        assertThat(smtps.handshake()).isEqualTo("220 mail.example.org ESMTP\r\n");
        assertThat(smtps.tls("EHLO c\r\n"))
                .matches(REPLY)
                .contains("AUTH PLAIN")
                .doesNotContain("STARTTLS");
        assertThat(smtps.tls("STARTTLS\r\n")).startsWith("503 ");
    }

    @Test
    void both_announcements_are_in_the_report() throws Exception {
        client.say("EHLO c\r\n");
        upgrade();
        client.tls("EHLO c\r\n");
        assertThat(server.connection().report().offeredBefore())
                .contains("STARTTLS")
                .doesNotContain("AUTH PLAIN");
    }

    @Test
    void helo_then_starttls_is_upgraded() throws Exception {
        assertThat(client.say("HELO c\r\n")).isEqualTo("250 mail.example.org\r\n");
        upgrade();
        assertThat(client.tls("MAIL FROM:<a@example.org>\r\n")).startsWith("503 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MAIL FROM:<a@example.org>",
                "RCPT TO:<b@example.org>",
                "DATA",
                "RSET",
                "VRFY x",
                "HELP",
                "HELO c",
                "XYZZY",
                "AUTH PLAIN",
                ""
            })
    void under_required_everything_else_is_answered_530_before_tls(String command) throws Exception {
        List<String> reached = new ArrayList<>();
        SmtpHandler handler = (asked, session) -> {
            reached.add(asked.verb());
            assertThat(session.secure()).isTrue();
            return SmtpAnswer.of(250, "2.0.0 Done");
        };
        Endpoint strict = Endpoint.of(
                new SmtpServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of()),
                SmtpFixture.server(TlsPolicy.REQUIRED));
        RawPeer eager = SmtpFixture.greeted(strict);
        assertThat(eager.say(command + "\r\n")).isEqualTo("530 5.7.0 Must issue a STARTTLS command first\r\n");
        assertThat(eager.say("NOOP\r\n")).startsWith("250 ");
        assertThat(eager.say("EHLO c\r\n")).startsWith("250-");
        assertThat(reached).isEmpty();
        eager.say("STARTTLS\r\n");
        eager.handshake();
        assertThat(eager.tls(command + "\r\n")).startsWith("250 ");
    }

    @Test
    void under_disabled_starttls_is_neither_offered_nor_accepted() {
        RawPeer plain = SmtpFixture.greeted(SmtpFixture.serverSide(TlsPolicy.DISABLED));
        assertThat(plain.say("EHLO c\r\n")).matches(REPLY).doesNotContain("STARTTLS");
        assertThat(plain.say("STARTTLS\r\n")).startsWith("502 5.5.1 ");
        assertThat(plain.say("NOOP\r\n")).startsWith("250 ");
    }

    @Test
    void tls_spoken_to_the_plaintext_port_is_reported_as_such() {
        Endpoint side = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        RawPeer mistaken = SmtpFixture.greeted(side);
        assertThat(mistaken.say("\26\3\1\2\0")).isEmpty();
        assertThat(side.upgradeFailure().hint().orElseThrow()).contains("STARTTLS");
    }

    private void upgrade() throws Exception {
        assertThat(client.say("STARTTLS\r\n")).isEqualTo(GO_AHEAD);
        client.handshake();
    }
}
