package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pop3ValuesTest {

    @Test
    void a_client_is_made_of_a_service_that_a_domain_has_published() {
        ServiceEndpoint endpoint = new ServiceEndpoint(
                MailService.POP3S, "example.org", "mail.example.org", 4993, TargetTrust.SAME_DOMAIN);
        assertThat(Pop3Client.to(endpoint)).hasToString("Pop3Client[mail.example.org:4993, IMPLICIT]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pop3Client.to(new ServiceEndpoint(
                        MailService.SUBMISSIONS, "example.org", "mail.example.org", 465, TargetTrust.SIGNED)))
                .withMessageContaining("expected one of pop3, got SUBMISSIONS");
    }

    @Test
    void a_reply_is_read_with_its_response_code() throws Exception {
        Pop3Reply reply = Pop3Reply.parse("-ERR [sys/temp] Try again later");
        assertThat(reply.status()).isEqualTo(Pop3Status.ERR);
        assertThat(reply.positive()).isFalse();
        assertThat(reply.code()).contains(new Pop3ResponseCode("SYS/TEMP"));
        assertThat(reply.text()).isEqualTo("Try again later");
        assertThat(reply.line()).isEqualTo("-ERR [SYS/TEMP] Try again later");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+OK", "-ERR", "+OK ready", "+OK  two", "-ERR [AUTH] no", "+OK [X] [Y]", "+OK [", "+OK []"})
    void a_reply_is_written_as_it_was_read(String line) throws Exception {
        assertThat(Pop3Reply.parse(line)).hasToString(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+",
                "+ ",
                "+ok ready",
                "-err no",
                "+OKready",
                "-ERROR",
                " +OK",
                "OK",
                "220 ready",
                "* OK",
                "+OK\ta"
            })
    void a_line_that_is_no_reply_is_refused(String line) {
        Pop3SyntaxException thrown = catchThrowableOfType(Pop3SyntaxException.class, () -> Pop3Reply.parse(line));
        assertThat(thrown.reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(thrown).hasMessageContaining("+OK or -ERR");
    }

    @Test
    void a_reply_that_would_be_two_lines_is_refused() {
        assertThatThrownBy(() -> Pop3Reply.ok("a\r\n+OK b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Pop3Reply.error("\u20ac")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pop3Answer.MultiLine(Pop3Reply.ok(""), List.of("a\n.")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_answer_has_a_first_line_of_at_most_512_octets() {
        String longest = "x".repeat(512 - "+OK ".length() - 2);
        assertThat(Pop3Answer.ok(longest)).isNotNull();
        assertThatThrownBy(() -> Pop3Answer.ok(longest + "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("513");
        assertThatThrownBy(() -> new Pop3Answer.Close(Pop3Reply.ok(longest + "x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lines_and_an_open_maildrop_come_after_ok_only() {
        assertThatThrownBy(() -> new Pop3Answer.MultiLine(Pop3Reply.error("no"), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pop3Answer.Opened(Pop3Reply.error("no")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pop3Answer.Challenge("a b", line -> Pop3Answer.ok("")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "SYS/TEMP, SYS, true",
        "SYS/TEMP, sys/temp, true",
        "SYS, SYS/TEMP, false",
        "SYSTEM, SYS, false",
        "AUTH, SYS, false"
    })
    void a_response_code_is_within_its_general_case(String code, String general, boolean within) {
        assertThat(new Pop3ResponseCode(code).within(general)).isEqualTo(within);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A B", "/A", "A/", "A//B", "[A", "A]", "\u00e4"})
    void what_is_no_response_code_is_refused(String name) {
        assertThatThrownBy(() -> new Pop3ResponseCode(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void capabilities_are_found_whatever_their_case_and_keep_their_parameters() {
        Pop3Capabilities capabilities = Pop3Capabilities.of(
                List.of("Stls", "SASL PLAIN", "sasl  LOGIN", "EXPIRE 60", "", ".X", "A.B", " USER"));
        assertThat(capabilities.has("STLS")).isTrue();
        assertThat(capabilities.has("stls")).isTrue();
        assertThat(capabilities.has("USER")).isFalse();
        assertThat(capabilities.parameters("SASL")).containsExactly("PLAIN", "LOGIN");
        assertThat(capabilities.parameters("TOP")).isEmpty();
        assertThat(capabilities.names()).containsExactly("STLS", "SASL", "EXPIRE");
        assertThat(capabilities.announced()).hasSize(8);
        assertThatThrownBy(() -> capabilities.names().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(Pop3Capabilities.of(List.of("A")))
                .isEqualTo(Pop3Capabilities.of(List.of("A")))
                .hasSameHashCodeAs(Pop3Capabilities.of(List.of("A")))
                .isNotEqualTo(Pop3Capabilities.none())
                .hasToString("[A]");
    }

    @Test
    void a_command_has_its_keyword_in_upper_case_and_its_argument_as_it_came() {
        assertThat(Pop3Command.parse("pAsS  my secret "))
                .isEqualTo(new Pop3Command("PASS", " my secret ", "pAsS  my secret "));
        assertThat(Pop3Command.parse("TOP 1  2").arguments()).containsExactly("1", "2");
        assertThat(Pop3Command.parse("STLS ").arguments()).isEmpty();
        assertThat(Pop3Command.parse("").keyword()).isEmpty();
        assertThat(Pop3Command.parse(" QUIT").keyword()).isEmpty();
        assertThat(Pop3Command.parse("\u00dftat").keyword()).isEqualTo("\u00dfTAT");
    }

    @Test
    void no_secret_is_shown_to_a_log() {
        assertThat(Pop3Command.parse("PASS secret")).hasToString("PASS");
        assertThat(new Pop3Message("1", List.of("secret"))).hasToString("1");
        assertThat(new PlainCredentials("mary", "secret").toString()).doesNotContain("secret", "mary");
    }

    @ParameterizedTest
    @CsvSource({
        "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>, <1896.697170952@dbc.mtview.ca.us>",
        "+OK <a@b>, <a@b>",
        "+OK a < b <c@d> e, <c@d>"
    })
    void the_timestamp_of_a_greeting_is_found(String greeting, String timestamp) throws Exception {
        assertThat(ApopTimestamp.of(Pop3Reply.parse(greeting))).contains(new ApopTimestamp(timestamp));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK ready",
                "+OK <ready>",
                "+OK <a@b",
                "+OK <@b>",
                "+OK <a@>",
                "+OK <a b@c>",
                "+OK <a@b@c>",
                "+OK <\u00e4@b>"
            })
    void what_is_no_timestamp_is_not_taken_for_one(String greeting) throws Exception {
        assertThat(ApopTimestamp.of(Pop3Reply.parse(greeting))).isEmpty();
    }

    @Test
    void an_invalid_timestamp_is_refused() {
        assertThatThrownBy(() -> new ApopTimestamp("a@b")).isInstanceOf(IllegalArgumentException.class);
        String longest = "<" + "a".repeat(252) + "@b>";
        assertThat(new ApopTimestamp(longest)).hasToString(longest);
        assertThatThrownBy(() -> new ApopTimestamp("<a" + longest.substring(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property(seed = "1939", tries = 300)
    void lines_come_back_from_a_multi_line_response(
            @ForAll @Size(max = 8) List<@StringLength(max = 4) @CharRange(from = '-', to = '0') String> lines)
            throws Exception {
        String sent = sent(new Pop3Answer.MultiLine(Pop3Reply.ok("follows"), lines));
        Pop3MultiLineParser parser = new Pop3MultiLineParser(8, 100);
        List<String> received = new ArrayList<>(List.of(sent.split("\r\n", -1)));
        assertThat(received.remove(0)).isEqualTo("+OK follows");
        assertThat(received.remove(received.size() - 1)).isEmpty();
        for (int i = 0; i < received.size() - 1; i++) {
            assertThat(parser.add(received.get(i))).isEmpty();
        }
        assertThat(parser.add(received.get(received.size() - 1))).contains(lines);
    }

    @Test
    void a_response_without_its_dot_is_bounded_in_lines_and_in_octets() throws Exception {
        Pop3MultiLineParser lines = new Pop3MultiLineParser(3, 100);
        for (int i = 0; i < 3; i++) {
            assertThat(lines.add("x")).isEmpty();
        }
        assertThat(catchThrowableOfType(Pop3SyntaxException.class, () -> lines.add("x"))
                        .reason())
                .isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(lines.add(".")).as("nothing is kept").contains(List.of());
        assertThat(lines.add("x")).isEmpty();
        assertThat(lines.add(".")).contains(List.of("x"));
        assertThat(lines.add(".")).as("nothing is kept").contains(List.of());
        Pop3MultiLineParser octets = new Pop3MultiLineParser(3, 10);
        assertThat(octets.add("x".repeat(10))).isEmpty();
        assertThatThrownBy(() -> octets.add("x"))
                .isInstanceOf(Pop3SyntaxException.class)
                .hasMessageContaining("dot alone");
        assertThat(new Pop3MultiLineParser(1, 1).add("x")).isEmpty();
        assertThatThrownBy(() -> new Pop3MultiLineParser(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pop3MultiLineParser(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'\0mary\0secret', true",
        "'mary\0mary\0secret', true",
        "'\0m\0 ', true",
        "'eve\0mary\0secret', false",
        "'mary\0secret', false",
        "'\0\0secret', false",
        "'\0mary\0', false",
        "'\0a\0b\0c', false",
        "'', false"
    })
    void the_message_of_plain_is_read(String message, boolean read) {
        String base64 = Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
        assertThat(PlainCredentials.parse(base64).isPresent()).isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=", "*", "!", "AG1hcnk", "\u00e4"})
    void what_is_no_base64_of_plain_is_refused(String text) {
        assertThat(PlainCredentials.parse(text)).isEmpty();
    }

    @Test
    void a_message_knows_its_size_and_keeps_its_own_lines() {
        List<String> lines = new ArrayList<>(List.of("a", "", "bc"));
        Pop3Message message = new Pop3Message("id", lines);
        lines.clear();
        assertThat(message.octets()).isEqualTo(9);
        assertThatThrownBy(() -> new Pop3Message("a b", List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Pop3Message("x".repeat(70), List.of()).uniqueId()).hasSize(70);
        assertThatThrownBy(() -> new Pop3Message("x".repeat(71), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pop3Message("x", List.of("a\r\nb"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_server_dialogue_announces_only_what_can_be_announced() {
        Pop3Handler handler = (command, session) -> Pop3Answer.error("");
        for (String wrong : List.of("", "STLS", "stls", "A\r\nB", ".", "A.B", " USER", "X " + "x".repeat(509))) {
            assertThatThrownBy(() ->
                            new Pop3ServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of(wrong)))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        String longest = "X " + "x".repeat(508);
        assertThat(new Pop3ServerDialogue("x".repeat(255), TlsPolicy.DISABLED, handler, List.of(longest)))
                .isNotNull();
        for (String wrong : List.of("", "a b", "a\r\n", "x".repeat(256))) {
            assertThatThrownBy(() -> new Pop3ServerDialogue(wrong, TlsPolicy.REQUIRED, handler, List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_transcript_shows_numbers_and_nothing_else_that_follows_a_command() {
        Pop3Handler handler = (command, session) -> new Pop3Answer.Challenge("", line -> Pop3Answer.ok(""));
        Pop3ServerDialogue dialogue =
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.DISABLED, handler, List.of());
        dialogue.opened();
        assertThat(received(dialogue, "TOP 19 20")).isEqualTo("TOP 19 20");
        assertThat(received(dialogue, "LIST secret")).isEqualTo("LIST ***");
        assertThat(received(dialogue, "PASS 123")).isEqualTo("PASS ***");
        assertThat(received(dialogue, "secret")).isEqualTo("***");
        dialogue.received("AUTH PLAIN");
        assertThat(received(dialogue, "LIST 1")).as("the response").isEqualTo("***");
    }

    private static String received(Pop3ServerDialogue dialogue, String line) {
        return dialogue.shown(DialogueTranscript.Direction.RECEIVED, line);
    }

    @Test
    void a_handler_may_hand_the_connection_over_with_a_last_reply() {
        Pop3Handler handler = (command, session) -> new Pop3Answer.HandOver(Pop3Reply.ok("Go on"));
        Pop3ServerDialogue dialogue =
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.DISABLED, handler, List.of());
        dialogue.opened();
        assertThat(dialogue.received("X")).isEqualTo(new Step.Ready(List.of("+OK Go on")));
    }

    /** The octets that a server sends for an answer. */
    private static String sent(Pop3Answer answer) {
        Pop3Handler handler = (command, session) -> answer;
        Endpoint side = Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.DISABLED, handler, List.of()),
                Pop3Fixture.server(TlsPolicy.DISABLED));
        return Pop3Fixture.greeted(side).say("X\r\n");
    }

    @Test
    void what_is_missing_is_said_at_once() {
        Pop3Handler handler = (command, session) -> Pop3Answer.error("Not implemented");
        assertThatNullPointerException()
                .isThrownBy(() -> new Pop3ServerDialogue("mx", null, handler, List.of()))
                .withMessageContaining("policy: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> new Pop3ServerDialogue("mx", TlsPolicy.REQUIRED, null, List.of()))
                .withMessageContaining("handler: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> Pop3Server.named("mx", null))
                .withMessageContaining("handler: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> Pop3Server.named(null, handler))
                .withMessageContaining("host: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> Pop3Server.named("mx", handler).plaintextLogin(null))
                .withMessageContaining("plaintextLogin: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> Pop3Client.to("mx", 110).direct(null))
                .withMessageContaining("direct: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> new Pop3Maildrop(null))
                .withMessageContaining("login: expected");
    }

    @Test
    void what_a_person_is_shown_has_no_control_characters() {
        Pop3Reply reply = Pop3Reply.ok("\u001b[2J \u00fc");
        assertThat(reply.line()).isEqualTo("+OK \u001b[2J \u00fc");
        assertThat(reply).hasToString("+OK ?[2J ?");
        assertThat(Pop3Command.parse("\u001b[2J x")).hasToString("?[2J");
        assertThat(Pop3Capabilities.of(List.of("SASL \u0007"))).hasToString("[SASL ?]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nb", "\u00fc"})
    void a_name_that_could_not_be_sent_is_refused_where_it_is_set(String name) {
        Pop3Handler handler = (command, session) -> Pop3Answer.error("Not implemented");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pop3Server.named(name, handler))
                .withMessageContaining("host: expected");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pop3Server.named("mx", handler).capabilities(List.of("\u0100" + name)))
                .withMessageContaining("capabilities: expected");
    }

    @Test
    void a_character_that_is_no_octet_is_named_as_what_it_is() {
        assertThatThrownBy(() -> Pop3Reply.ok("\u0100"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("U+00FF")
                .hasMessageContaining("non-ASCII");
    }
}
