package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImapLoginTest {

    private static final String IN = "a OK Logged in\r\n";
    private static final String WRONG = "a NO [AUTHENTICATIONFAILED] Wrong user or password\r\n";

    private final List<String> seen = new ArrayList<>();
    private final ImapLogin login = new ImapLogin(
            (user, password) -> {
                seen.add(user + "/" + password);
                return password.equals("s \"e\\c\u00fc");
            },
            (command, session) -> switch (command.name()) {
                case "WHO" -> ImapAnswer.ok("You are " + session.user().orElse("nobody"));
                case "LEAVE" -> new ImapAnswer.Close("[ALERT] Gone", ImapStatus.of(ImapCondition.OK, "Left"));
                case "MANY" ->
                    ImapAnswer.ok(
                            "Told",
                            new ImapResponse.Data("3 EXISTS"),
                            new ImapResponse.Data("1 FETCH (BODY[] {9}\r\na\r\n\r\nb\r\n UID 7)"));
                default -> ImapAnswer.bad("Unknown command");
            });

    @Test
    void a_user_logs_in_by_quoted_strings_literals_and_atoms() throws Exception {
        String utf8 = octets("\u00fc");
        assertThat(peer().tls("a LOGIN \"mary\" \"s \\\"e\\\\c" + utf8 + "\"\r\n"))
                .isEqualTo(IN);
        assertThat(peer().tls("a login mary {8+}\r\ns \"e\\c" + utf8 + "\r\n")).isEqualTo(IN);
        assertThat(peer().tls("a LOGIN mary secret\r\n")).isEqualTo(WRONG);
        assertThat(seen).containsExactly("mary/s \"e\\c\u00fc", "mary/s \"e\\c\u00fc", "mary/secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOGIN",
                "LOGIN mary",
                "LOGIN mary x y",
                "LOGIN mary ",
                "LOGIN mary  x",
                "LOGIN \"mary x",
                "LOGIN \"mary\"x y",
                "LOGIN \"ma\\ry\" x",
                "LOGIN (mary) x",
                "LOGIN mary x*",
                "AUTHENTICATE",
                "AUTHENTICATE ",
                "AUTHENTICATE PLAIN %%%",
                "AUTHENTICATE PLAIN =",
                "AUTHENTICATE PLAIN bm8=",
                "AUTHENTICATE PLAIN AABh",
                "AUTHENTICATE PLAIN AGEA"
            })
    void a_log_in_of_another_form_is_answered_bad_and_no_credentials_are_checked(String command) throws Exception {
        assertThat(peer().tls("a " + command + "\r\n")).startsWith("a BAD ").hasLineCount(1);
        assertThat(seen).isEmpty();
    }

    @Test
    void plain_is_taken_with_an_initial_response_and_by_challenge() throws Exception {
        String right = base64("\0mary\0s \"e\\c\u00fc");
        assertThat(peer().tls("a AUTHENTICATE PLAIN " + right + "\r\n")).isEqualTo(IN);
        RawPeer peer = peer();
        assertThat(peer.tls("a authenticate plain\r\n")).isEqualTo("+ \r\n");
        assertThat(peer.tls(right + "\r\nb WHO\r\n")).isEqualTo(IN + "b OK You are mary\r\n");
        assertThat(peer().tls("a AUTHENTICATE PLAIN " + base64("mary\0mary\0x") + "\r\n"))
                .isEqualTo(WRONG);
    }

    @Test
    void a_challenge_may_be_cancelled() throws Exception {
        RawPeer peer = peer();
        peer.tls("a AUTHENTICATE PLAIN\r\n");
        assertThat(peer.tls("*\r\nb NOOP\r\n")).isEqualTo("a BAD Cancelled\r\nb OK NOOP completed\r\n");
        assertThat(seen).isEmpty();
    }

    @Test
    void a_response_is_no_command_and_has_no_literal() throws Exception {
        RawPeer peer = peer();
        peer.tls("a AUTHENTICATE PLAIN\r\n");
        assertThat(peer.tls("b LOGIN {5}\r\nc NOOP\r\n")).isEqualTo("a BAD Expected base64\r\nc OK NOOP completed\r\n");
    }

    @Test
    void no_user_acts_for_another_and_other_mechanisms_are_not_known() throws Exception {
        assertThat(peer().tls("a AUTHENTICATE PLAIN " + base64("root\0mary\0s \"e\\c\u00fc") + "\r\n"))
                .startsWith("a NO [AUTHORIZATIONFAILED] ");
        assertThat(peer().tls("a AUTHENTICATE GSSAPI\r\n")).startsWith("a NO [CANNOT] ");
        assertThat(seen).isEmpty();
    }

    @Test
    void the_third_login_that_fails_ends_the_session() throws Exception {
        Endpoint side = ImapFixture.serverSide(TlsPolicy.REQUIRED, login);
        RawPeer peer = ImapFixture.upgraded(side);
        assertThat(peer.tls("a LOGIN mary x\r\n")).isEqualTo(WRONG);
        assertThat(peer.tls("a AUTHENTICATE PLAIN " + base64("root\0mary\0s \"e\\c\u00fc") + "\r\n"))
                .startsWith("a NO [AUTHORIZATIONFAILED] ");
        peer.tls("a LOGIN mary\r\nb AUTHENTICATE GSSAPI\r\nc NOOP\r\n");
        assertThat(peer.tls("a LOGIN mary y\r\nb LOGIN mary z\r\n"))
                .isEqualTo("* BYE Too many failed logins\r\n" + WRONG);
        assertThat(side.connection().state()).isEqualTo(State.CLOSED);
        assertThat(seen).containsExactly("mary/x", "mary/y");
    }

    @Test
    void after_two_logins_that_fail_the_right_password_is_taken() throws Exception {
        RawPeer peer = peer();
        for (int i = 1; i < ImapLogin.MAX_FAILED_LOGINS; i++) {
            assertThat(peer.tls("a LOGIN mary x\r\n")).isEqualTo(WRONG);
        }
        assertThat(peer.tls("a AUTHENTICATE PLAIN " + base64("\0mary\0s \"e\\c\u00fc") + "\r\n"))
                .isEqualTo(IN);
    }

    @Test
    void after_the_log_in_every_command_is_the_next_handlers() throws Exception {
        RawPeer peer = peer();
        peer.tls("a AUTHENTICATE PLAIN " + base64("\0mary\0s \"e\\c\u00fc") + "\r\n");
        assertThat(peer.tls("b WHO\r\nc NOOP\r\nd SELECT x\r\ne LOGIN a b\r\nf IDLE\r\n")
                        .split("\r\n"))
                .containsExactly(
                        "b OK You are mary",
                        "c BAD Unknown command",
                        "d BAD Unknown command",
                        "e BAD Logged in already",
                        "f BAD Unknown command");
        assertThat(peer.tls("g MANY\r\n"))
                .isEqualTo("* 3 EXISTS\r\n* 1 FETCH (BODY[] {9}\r\na\r\n\r\nb\r\n UID 7)\r\ng OK Told\r\n");
        assertThat(peer.tls("h WHO\r\n")).isEqualTo("h OK You are mary\r\n");
    }

    @Test
    void a_handler_may_close() throws Exception {
        Endpoint side = ImapFixture.serverSide(TlsPolicy.REQUIRED, login);
        RawPeer peer = ImapFixture.upgraded(side);
        assertThat(peer.tls("a LEAVE\r\nb NOOP\r\n")).isEqualTo("* BYE [ALERT] Gone\r\na OK Left\r\n");
        assertThat(side.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void after_the_log_in_the_handler_says_how_long_a_literal_may_be() throws Exception {
        RawPeer peer = ImapFixture.upgraded(
                ImapFixture.serverSide(TlsPolicy.REQUIRED, new ImapLogin((user, password) -> true, roomy(20_000))));
        assertThat(peer.tls("a APPEND x {20000}\r\n")).startsWith("a BAD ");
        assertThat(peer.tls("a LOGIN x {4097}\r\n")).startsWith("a BAD ");
        peer.tls("a LOGIN x y\r\n");
        assertThat(peer.tls("b APPEND {20001}\r\n")).startsWith("b BAD ");
        assertThat(peer.tls("b APPEND {20000}\r\n")).startsWith("+ ");
        assertThat(peer.tls("x".repeat(20_000) + "\r\n")).isEqualTo("b OK 20009 octets\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MAX_VALUE - 8_192, Integer.MAX_VALUE - 8_191})
    void a_handler_may_leave_the_length_of_literals_to_the_limits(int max) throws Exception {
        RawPeer peer = ImapFixture.upgraded(
                ImapFixture.serverSide(TlsPolicy.REQUIRED, new ImapLogin((user, password) -> true, roomy(max))));
        peer.tls("a LOGIN x y\r\n");
        assertThat(peer.tls("b APPEND {20000}\r\n")).startsWith("+ ");
        assertThat(peer.tls("x".repeat(20_000) + "\r\n")).isEqualTo("b OK 20009 octets\r\n");
        assertThat(peer.tls("* {1+}\r\nx {1+}\r\ny\r\n"))
                .as("one that is refused whatever it holds is read to its end")
                .startsWith("* BAD ");
        assertThat(peer.tls("c APPEND\r\n")).startsWith("c OK ");
    }

    @Test
    void a_handler_may_take_no_literals_but_those_of_no_octets() throws Exception {
        RawPeer peer = ImapFixture.upgraded(
                ImapFixture.serverSide(TlsPolicy.REQUIRED, new ImapLogin((user, password) -> true, roomy(0))));
        peer.tls("a LOGIN x y\r\n");
        assertThat(peer.tls("b APPEND x\r\n")).isEqualTo("b OK 1 octets\r\n");
        assertThat(peer.tls("c APPEND {1}\r\n")).isEqualTo("c BAD Literal too long; at most 0 octets are accepted\r\n");
        assertThat(peer.tls("d APPEND {0}\r\n")).startsWith("+ ");
        assertThat(peer.tls("\r\n")).isEqualTo("d OK 5 octets\r\n");
    }

    @Test
    void a_length_of_literals_below_nothing_is_a_fault_of_the_handlers() throws Exception {
        Endpoint side = ImapFixture.serverSide(TlsPolicy.REQUIRED, new ImapLogin((user, password) -> true, roomy(-1)));
        RawPeer peer = ImapFixture.upgraded(side);
        peer.tls("a LOGIN x y\r\n");
        assertThat(peer.tls("b NOOP\r\n")).startsWith("* BYE ");
        assertThat(side.connection().failure()).get().satisfies(why -> {
            assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(why.getCause())
                    .hasMessageContaining("expected 0 octets or more")
                    .hasMessageContaining("-1");
        });
    }

    private static ImapHandler roomy(int octets) {
        return new ImapHandler() {
            @Override
            public ImapAnswer handle(ImapCommand command, ImapSession session) {
                return ImapAnswer.ok(command.argument().length() + " octets");
            }

            @Override
            public int literalOctets() {
                return octets;
            }
        };
    }

    private RawPeer peer() throws Exception {
        return ImapFixture.upgraded(ImapFixture.serverSide(TlsPolicy.REQUIRED, login));
    }

    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
