package dev.starttls.imap;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may ask of a server, in the right order and in every wrong one. */
class ImapServerCatalogueTest {

    private static final String PRIVACY = " NO [PRIVACYREQUIRED] ";

    private final Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED);
    private final RawPeer client = ImapFixture.greeted(server);

    @Test
    void the_greeting_announces_the_capabilities() {
        assertThat(RawPeer.client(ImapFixture.serverSide(TlsPolicy.REQUIRED), ImapFixture.CLIENT_CONTEXT)
                        .listen())
                .isEqualTo("* OK [CAPABILITY " + ImapFixture.BEFORE + "] mail.example.org ready\r\n");
    }

    @Test
    void starttls_and_logindisabled_are_announced_before_tls_and_no_mechanism() {
        assertThat(client.say("a CAPABILITY\r\n"))
                .isEqualTo("* CAPABILITY " + ImapFixture.BEFORE + "\r\na OK CAPABILITY completed\r\n");
    }

    @Test
    void neither_is_announced_inside_tls_and_the_mechanisms_are() throws Exception {
        upgrade();
        assertThat(client.tls("b CAPABILITY\r\n"))
                .isEqualTo("* CAPABILITY " + ImapFixture.INSIDE + "\r\nb OK CAPABILITY completed\r\n");
    }

    @Test
    void nothing_is_said_inside_tls_before_the_client_asks() throws Exception {
        client.say("x CAPABILITY\r\ny NOOP\r\n");
        assertThat(client.say("a STARTTLS\r\n")).isEqualTo(ImapFixture.GO_AHEAD);
        assertThat(client.handshake()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"starttls", "StArTtLs", "STARTTLS"})
    void commands_are_known_in_upper_and_lower_case_and_the_tag_is_kept_as_it_is(String command) {
        assertThat(client.say("aB.9]-x " + command + "\r\n")).isEqualTo("aB.9]-x OK Begin TLS negotiation now\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS x", "STARTTLS  ", "STARTTLS {3+}\r\nfoo", "CAPABILITY x", "NOOP x", "LOGOUT x"})
    void an_argument_of_a_command_without_one_is_answered_bad(String command) {
        assertThat(client.say("a " + command + "\r\n"))
                .startsWith("a BAD ")
                .contains(" takes no argument\r\n")
                .hasLineCount(1);
        assertThat(client.say("b NOOP\r\n")).isEqualTo("b OK NOOP completed\r\n");
    }

    @Test
    void starttls_inside_tls_is_answered_bad_and_the_session_goes_on() throws Exception {
        upgrade();
        assertThat(client.tls("b STARTTLS\r\nc NOOP\r\n"))
                .isEqualTo("b BAD TLS is active already\r\nc OK NOOP completed\r\n");
    }

    @Test
    void starttls_after_the_log_in_is_answered_bad() throws Exception {
        RawPeer imaps = RawPeer.client(ImapFixture.serverSide(TlsPolicy.IMPLICIT), ImapFixture.CLIENT_CONTEXT);
        imaps.handshake();
        assertThat(imaps.tls("a LOGIN mary secret\r\nb STARTTLS\r\nc NOOP\r\n").split("\r\n"))
                .containsExactly(
                        "a OK Logged in",
                        "b BAD STARTTLS is for clients that have not logged in",
                        "c OK NOOP completed");
    }

    @ParameterizedTest
    @EnumSource(value = TlsPolicy.class, names = "IMPLICIT", mode = EnumSource.Mode.EXCLUDE)
    void no_password_is_taken_or_asked_for_before_tls(TlsPolicy policy) {
        List<String> reached = new ArrayList<>();
        Endpoint side = ImapFixture.serverSide(policy, (command, session) -> {
            reached.add(command.name());
            return ImapAnswer.ok("Logged in");
        });
        RawPeer eager = ImapFixture.greeted(side);
        assertThat(eager.say("a CAPABILITY\r\n")).contains(" LOGINDISABLED").doesNotContain("AUTH=");
        for (String command : List.of(
                "LOGIN mary secret",
                "login mary secret",
                "LOGIN",
                "LOGIN {4}",
                "LOGIN {999999999}",
                "LOGIN \"mary\" {6}",
                "AUTHENTICATE PLAIN",
                "AUTHENTICATE PLAIN AG1hcnkAc2VjcmV0",
                "AUTHENTICATE {5}",
                "LOGIN {4+}\r\nmary {6+}\r\nsecret",
                "LOGIN {4+}\r\nmary {6}")) {
            assertThat(eager.say("b " + command + "\r\n"))
                    .as(command)
                    .startsWith("b" + PRIVACY)
                    .hasLineCount(1);
        }
        assertThat(eager.say("c NOOP\r\n")).isEqualTo("c OK NOOP completed\r\n");
        assertThat(reached).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b NOOP",
                "b CAPABILITY",
                "b LOGIN mary secret",
                "b LOGOUT",
                "b LOGIN {5}\r\nadmin x",
                "*",
                "\r\n"
            })
    void octets_after_starttls_are_answered_bye_and_the_connection_is_closed(String injected) {
        assertThat(client.say("a STARTTLS\r\n" + injected + "\r\n"))
                .isEqualTo("* BYE Plaintext after STARTTLS refused\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        assertThat(server.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
        assertThat(client.say("c NOOP\r\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"b NOOP\r\n", "b LOGIN mary secret\r\n", "b LOGIN {5}\r\n", "b LOGIN {5+}\r\nad", "b NOO"})
    void set_to_discard_it_forgets_the_octets_and_answers_only_what_came_inside_tls(String injected) throws Exception {
        Endpoint discarding = Endpoint.of(
                ImapFixture.serverDialogue(TlsPolicy.OPPORTUNISTIC),
                ImapFixture.server(TlsPolicy.OPPORTUNISTIC).withInjection(InjectionResponse.DISCARD));
        RawPeer attacker = ImapFixture.greeted(discarding);
        assertThat(attacker.say("a STARTTLS\r\n" + injected)).isEqualTo(ImapFixture.GO_AHEAD);
        assertThat(attacker.handshake()).isEmpty();
        assertThat(attacker.tls("c NOOP\r\n")).isEqualTo("c OK NOOP completed\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\1\2\3garbage\r\n", "b NOOP\r\n", "b CAPABILITY\r\n", "\25\3\3\0\2\2\50"})
    void what_comes_instead_of_a_client_hello_gets_no_response_in_the_clear(String octets) {
        client.say("a STARTTLS\r\n");
        assertThat(client.say(octets))
                .doesNotContain("OK")
                .doesNotContain("BAD")
                .doesNotContain("*");
        assertThat(server.upgradeFailure().reason())
                .isIn(FailureReason.PLAINTEXT_INJECTION, FailureReason.HANDSHAKE_FAILED);
        assertThat(client.say("c NOOP\r\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " NOOP",
                "* NOOP",
                "+ NOOP",
                "a+b NOOP",
                "a*b NOOP",
                "a%b NOOP",
                "a(b NOOP",
                "a\"b\" NOOP",
                "a\\b NOOP",
                "a{1} NOOP",
                "{5}",
                "a\tNOOP",
                "\u00e4 NOOP",
                "* NOOP {3+}\r\nfoo"
            })
    void without_a_legal_tag_the_answer_is_an_untagged_bad(String line) {
        assertThat(client.say(line + "\r\n")).isEqualTo("* BAD Expected a tag, a space and a command\r\n");
        assertThat(client.say("b NOOP\r\n")).isEqualTo("b OK NOOP completed\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a ",
                "a  NOOP",
                "a \"NOOP\"",
                "a {5}",
                "a {3+}\r\nfoo",
                "a XYZZY",
                "a XYZZY x y",
                "a UID FETCH 1 UID"
            })
    void without_a_command_or_with_an_unknown_one_the_answer_is_a_tagged_bad(String line) throws Exception {
        assertThat(client.say(line + "\r\n")).startsWith("a BAD ").hasLineCount(1);
        upgrade();
        assertThat(client.tls(line + "\r\nb NOOP\r\n")).startsWith("a BAD ").endsWith("\r\nb OK NOOP completed\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a APPEND x {999999999}", "a XYZZY {4097}", "a ID {99999999999999999999}", "a NOOP {9999}"})
    void a_huge_literal_is_refused_and_not_asked_for(String line) throws Exception {
        assertThat(client.say(line + "\r\n")).matches("a (?:BAD|NO) [^\\r\\n]*\\r\\n");
        upgrade();
        assertThat(client.tls(line + "\r\n")).matches("a BAD [^\\r\\n]*\\r\\n");
        assertThat(client.tls("b NOOP\r\n")).isEqualTo("b OK NOOP completed\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a ID {4097+}", "a XYZZY {999999999+}", "a LOGIN {99999999999999999999+}", "* NOOP {5000+}"})
    void a_huge_literal_that_does_not_wait_ends_the_connection(String line) {
        assertThat(client.say(line + "\r\n" + "x".repeat(100)))
                .isEqualTo("* BYE Literal too long to be sent without waiting\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(server.upgradeFailure().getMessage()).doesNotContain("xxx");
    }

    @Test
    void literals_without_end_are_bounded() throws Exception {
        upgrade();
        String answer = client.tls("a LOGIN" + (" {4096+}\r\n" + "x".repeat(4096)).repeat(4) + "\r\nb NOOP\r\n");
        assertThat(answer)
                .startsWith("a BAD Literal too long")
                .endsWith("\r\nb OK NOOP completed\r\n")
                .hasLineCount(2);
        assertThat(client.tls("a LOGIN" + (" {4096+}\r\n" + "x".repeat(4096)).repeat(40) + "\r\nb NOOP\r\n"))
                .isEqualTo("* BYE Command too long\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @Test
    void a_literal_as_long_as_it_may_be_is_taken_whether_it_waits_or_not() throws Exception {
        upgrade();
        String octets = "x".repeat(4_096) + "\r\n";
        assertThat(client.tls("a XYZZY {4096+}\r\n" + octets)).isEqualTo("a BAD Unknown command\r\n");
        assertThat(client.tls("b XYZZY {4096}\r\n")).startsWith("+ ");
        assertThat(client.tls(octets)).isEqualTo("b BAD Unknown command\r\n");
        assertThat(client.tls("c XYZZY {4097}\r\n"))
                .isEqualTo("c BAD Literal too long; at most 4096 octets are accepted\r\n");
    }

    /** 4,096 for the longest literal that does not wait, and 8,192 beside it. */
    @Test
    void a_command_as_long_as_it_may_be_is_taken_and_one_octet_more_is_not() throws Exception {
        upgrade();
        String begun = "a XYZZY {4096+}\r\n" + "x".repeat(4_096) + " {4096+}\r\n" + "x".repeat(4_096) + " ";
        int left = 12_288 - begun.length() - "{1234+}".length();
        assertThat(client.tls(begun + "{" + left + "+}\r\n" + "x".repeat(left) + "\r\n"))
                .isEqualTo("a BAD Unknown command\r\n");
        assertThat(client.tls(begun + "{" + (left + 1) + "+}\r\n" + "x".repeat(left + 1) + "\r\n"))
                .isEqualTo("a BAD Literal too long; at most 4096 octets are accepted\r\n");
    }

    @Test
    void a_refused_command_is_read_up_to_the_same_length_and_beyond_it_the_connection_ends() throws Exception {
        upgrade();
        String begun = "* NOOP {4096+}\r\n" + "x".repeat(4_096) + " {4096+}\r\n" + "x".repeat(4_096) + " ";
        int left = 12_288 - begun.length() - "{1234+}\r\n".length() - " {1+}".length();
        assertThat(client.tls(begun + "{" + left + "+}\r\n" + "x".repeat(left) + " {1+}\r\nx\r\n"))
                .isEqualTo("* BAD Expected a tag, a space and a command\r\n");
        assertThat(client.tls(begun + "{" + (left + 1) + "+}\r\n" + "x".repeat(left + 1) + " {1+}\r\nx\r\n"))
                .isEqualTo("* BYE Command too long\r\n");
    }

    @Test
    void the_octets_of_a_literal_are_overwritten_once_they_are_kept() {
        ImapServerDialogue dialogue = ImapFixture.serverDialogue(TlsPolicy.OPPORTUNISTIC);
        dialogue.opened();
        dialogue.received("a XYZZY {3}");
        byte[] octets = {'a', 'b', 'c'};
        dialogue.octets(octets);
        assertThat(octets).containsOnly(0);
    }

    @Test
    void a_literal_is_asked_for_and_may_hold_anything() throws Exception {
        List<String> arguments = new ArrayList<>();
        RawPeer known = ImapFixture.upgraded(ImapFixture.serverSide(TlsPolicy.REQUIRED, (command, session) -> {
            arguments.addAll(command.strings().orElse(List.of("broken")));
            return ImapAnswer.ok("done");
        }));
        assertThat(known.tls("a XYZZY {8}\r\n")).isEqualTo("+ Ready for the literal\r\n");
        assertThat(known.tls("\0\r\nb NO ")).isEmpty();
        assertThat(known.tls(" {0}\r\n")).isEqualTo("+ Ready for the literal\r\n");
        assertThat(known.tls(" {2+}\r\n{} \"q \\\" q\" atom]\r\n")).isEqualTo("a OK done\r\n");
        assertThat(arguments).containsExactly("\0\r\nb NO ", "", "{}", "q \" q", "atom]");
    }

    @Test
    void a_line_over_the_limit_is_answered_bad_and_the_connection_is_closed() {
        assertThat(client.say("a NOOP " + "x".repeat(100_000) + "\r\n"))
                .isEqualTo("* BAD Line too long\r\n* BYE Closing the connection\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a STARTTLS\n", "a STARTTLS\r", "a STARTTLS\rb NOOP\r\n", "\0\r\n", "a NOOP\nb NOOP\r\n"})
    void a_line_that_does_not_end_in_crlf_is_no_line(String octets) {
        assertThat(client.say(octets + "\r\n"))
                .startsWith("* BAD Lines must end in CRLF")
                .endsWith("* BYE Closing the connection\r\n")
                .hasLineCount(2);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    @Test
    void logout_inside_tls_is_answered_bye_and_ok_then_close_notify() throws Exception {
        upgrade();
        assertThat(client.tls("b LOGOUT\r\nc NOOP\r\n"))
                .isEqualTo("* BYE mail.example.org closing the connection\r\nb OK LOGOUT completed\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void logout_before_tls_is_answered_too() {
        assertThat(client.say("b LOGOUT\r\nc NOOP\r\n")).endsWith("\r\nb OK LOGOUT completed\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void pipelined_commands_are_answered_in_their_order_under_their_tags() throws Exception {
        assertThat(client.say("x NOOP\r\ny CAPABILITY\r\nz NOOP\r\n").split("\r\n"))
                .containsExactly(
                        "x OK NOOP completed",
                        "* CAPABILITY " + ImapFixture.BEFORE,
                        "y OK CAPABILITY completed",
                        "z OK NOOP completed");
        upgrade();
        assertThat(client.tls("x NOOP\r\ny XYZZY\r\nz LOGIN mary wrong\r\nz NOOP\r\n")
                        .split("\r\n"))
                .containsExactly(
                        "x OK NOOP completed",
                        "y BAD Unknown command",
                        "z NO [AUTHENTICATIONFAILED] Wrong user or password",
                        "z OK NOOP completed");
    }

    @Test
    void with_implicit_tls_it_greets_inside_tls_and_does_not_offer_starttls() throws Exception {
        RawPeer imaps = RawPeer.client(ImapFixture.serverSide(TlsPolicy.IMPLICIT), ImapFixture.CLIENT_CONTEXT);
        assertThat(imaps.listen()).isEmpty();
        assertThat(imaps.handshake())
                .isEqualTo("* OK [CAPABILITY " + ImapFixture.INSIDE + "] mail.example.org ready\r\n");
        assertThat(imaps.tls("a CAPABILITY\r\n")).doesNotContain("STARTTLS").doesNotContain("LOGINDISABLED");
        assertThat(imaps.tls("a STARTTLS\r\n")).startsWith("a BAD ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"IDLE", "SELECT INBOX", "LIST \"\" *", "APPEND x {5}", "UID FETCH 1 UID", "LOGIN2"})
    void before_the_log_in_later_commands_are_answered_bad(String command) throws Exception {
        assertThat(client.say("a " + command + "\r\n")).startsWith("a BAD ").hasLineCount(1);
        upgrade();
        assertThat(client.tls("a " + command + "\r\n")).startsWith("a BAD ").hasLineCount(1);
    }

    @Test
    void under_required_no_command_reaches_the_handler_before_tls_and_every_one_after() throws Exception {
        List<String> reached = new ArrayList<>();
        RawPeer eager = ImapFixture.greeted(ImapFixture.serverSide(TlsPolicy.REQUIRED, (command, session) -> {
            reached.add(command.toString());
            assertThat(session.secure()).isTrue();
            return ImapAnswer.ok("done");
        }));
        assertThat(eager.say("a ID NIL\r\n")).startsWith("a" + PRIVACY);
        assertThat(eager.say("b XFOO\r\n")).startsWith("b BAD ");
        assertThat(reached).isEmpty();
        eager.say("a STARTTLS\r\n");
        eager.handshake();
        assertThat(eager.tls("c ID NIL\r\nd XFOO secret\r\n")).isEqualTo("c OK done\r\nd OK done\r\n");
        assertThat(reached).containsExactly("c ID", "d XFOO");
    }

    @Test
    void under_opportunistic_a_command_reaches_the_handler_before_tls_in_a_session_that_is_forgotten()
            throws Exception {
        RawPeer eager = ImapFixture.greeted(ImapFixture.serverSide(TlsPolicy.OPPORTUNISTIC, (command, session) -> {
            String said = session.kept(String.class).orElse("nothing") + " " + session.secure();
            session.keep("something");
            return ImapAnswer.ok(said);
        }));
        assertThat(eager.say("a ID NIL\r\nb ID NIL\r\n")).isEqualTo("a OK nothing false\r\nb OK something false\r\n");
        eager.say("a STARTTLS\r\n");
        eager.handshake();
        assertThat(eager.tls("c ID NIL\r\n")).isEqualTo("c OK nothing true\r\n");
    }

    @Test
    void under_disabled_starttls_is_neither_offered_nor_accepted() {
        RawPeer plain = ImapFixture.greeted(ImapFixture.serverSide(TlsPolicy.DISABLED));
        assertThat(plain.say("a CAPABILITY\r\n")).doesNotContain("STARTTLS");
        assertThat(plain.say("b STARTTLS\r\n")).isEqualTo("b BAD STARTTLS is not available\r\n");
        assertThat(plain.say("c NOOP\r\n")).startsWith("c OK ");
    }

    @Test
    void tls_spoken_to_the_plaintext_port_is_reported_as_such() {
        assertThat(client.say("\26\3\1\2\0")).isEmpty();
        assertThat(server.upgradeFailure().hint().orElseThrow()).contains("STARTTLS");
    }

    private void upgrade() throws Exception {
        assertThat(client.say("a STARTTLS\r\n")).isEqualTo(ImapFixture.GO_AHEAD);
        client.handshake();
    }
}
