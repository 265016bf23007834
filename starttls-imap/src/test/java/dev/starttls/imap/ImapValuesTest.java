package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.discovery.MailService;
import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImapValuesTest {

    @Test
    void a_client_is_made_of_a_service_that_a_domain_has_published() {
        ServiceEndpoint endpoint = new ServiceEndpoint(
                MailService.IMAPS, "example.org", "mail.example.org", 4993, TargetTrust.SAME_DOMAIN);
        assertThat(ImapClient.to(endpoint)).hasToString("ImapClient[mail.example.org:4993, IMPLICIT]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImapClient.to(new ServiceEndpoint(
                        MailService.SUBMISSIONS, "example.org", "mail.example.org", 465, TargetTrust.SIGNED)))
                .withMessageContaining("expected one of imap, got SUBMISSIONS");
    }

    @Test
    void a_status_keeps_its_code() throws Exception {
        ImapResponse response = ImapResponse.parse("a1 NO [referral imap://other/] Moved ] on");
        ImapStatus status = ((ImapResponse.Tagged) response).status();
        assertThat(status.condition()).isEqualTo(ImapCondition.NO);
        assertThat(status.code()).contains(new ImapResponseCode("REFERRAL", "imap://other/"));
        assertThat(status.text()).isEqualTo("Moved ] on");
        assertThat(response).hasToString("a1 NO [REFERRAL imap://other/] Moved ] on");
        assertThat(status.capabilities()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[]", "[x", "[ ALERT] x", "[\u00e4] x", "text [ALERT]"})
    void a_broken_code_is_text(String text) {
        ImapStatus status = ImapStatus.of(ImapCondition.OK, text);
        assertThat(status.code()).isEmpty();
        assertThat(status.text()).isEqualTo(text);
    }

    @Test
    void responses_are_distinguished() throws Exception {
        assertThat(ImapResponse.parse("+")).isEqualTo(new ImapResponse.Continuation(""));
        assertThat(ImapResponse.parse("+ abc")).isEqualTo(new ImapResponse.Continuation("abc"));
        assertThat(ImapResponse.parse("* bye")).isInstanceOf(ImapResponse.Untagged.class);
        assertThat(ImapResponse.parse("* OKAY")).isEqualTo(new ImapResponse.Data("OKAY"));
        assertThat(((ImapResponse.Data) ImapResponse.parse("* capability X")).keyword())
                .isEqualTo("CAPABILITY");
        assertThat(((ImapResponse.Data) ImapResponse.parse("* 3 EXISTS")).keyword())
                .isEqualTo("3");
        assertThat(ImapResponse.parse("* LIST () \"/\" {3}\r\n\0\r\n x"))
                .isEqualTo(new ImapResponse.Data("LIST () \"/\" {3}\r\n\0\r\n x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "* ",
                "a",
                "a b",
                "a PREAUTH x",
                "a BYE",
                "a+ OK",
                "** OK",
                "OK",
                "* a {3}",
                "* a {3}\r\nab",
                "* a\r\nb",
                "* a\rb",
                "* a\0b",
                "a OK x\r\nb OK y",
                "+ a\nb"
            })
    void what_is_no_response_is_refused(String line) {
        assertThatThrownBy(() -> ImapResponse.parse(line)).isInstanceOf(ImapSyntaxException.class);
    }

    @Test
    void nothing_can_be_made_that_would_be_more_than_one_line() {
        assertThatThrownBy(() -> ImapStatus.of(ImapCondition.OK, "x\r\na OK y"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImapResponse.Data("x\r\n* BYE")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImapResponse.Data("x {1}\r\n\u20ac"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Put non-ASCII text into octets first");
        assertThatThrownBy(() -> new ImapResponse.Data("x {2}\r\nabc\r\nd"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImapResponse.Continuation("x\ny")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImapResponseCode("X", "]")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImapResponseCode("x", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImapResponse.Tagged("*", ImapStatus.of(ImapCondition.OK, "")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImapAnswer.Reply(List.of(), ImapStatus.of(ImapCondition.BYE, "")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void capabilities_are_found_in_upper_and_lower_case() {
        ImapCapabilities capabilities = ImapCapabilities.parse(" IMAP4rev2  starttls AUTH=plain AUTH=XOAUTH2 ");
        assertThat(capabilities.announced()).containsExactly("IMAP4rev2", "starttls", "AUTH=plain", "AUTH=XOAUTH2");
        assertThat(capabilities.has("STARTTLS")).isTrue();
        assertThat(capabilities.has("auth=PLAIN")).isTrue();
        assertThat(capabilities.has("AUTH")).isFalse();
        assertThat(capabilities.parameters("auth")).containsExactly("PLAIN", "XOAUTH2");
        assertThat(capabilities.loginDisabled()).isFalse();
        assertThat(capabilities).isNotEqualTo(ImapCapabilities.none());
    }

    @ParameterizedTest
    @CsvSource({
        "'a noop',a,NOOP,''",
        "'a LOGIN x y',a,LOGIN,x y",
        "a,a,'',''",
        "'a ',a,'',''",
        "'a  x',a,'',x",
        "'A.1 x ',A.1,X,''"
    })
    void a_command_has_a_tag_a_name_and_an_argument(String line, String tag, String name, String argument) {
        assertThat(ImapCommand.parse(line)).contains(new ImapCommand(tag, name, argument));
    }

    @Test
    void a_command_does_not_show_its_argument() {
        assertThat(ImapCommand.parse("a LOGIN mary secret").orElseThrow()).hasToString("a LOGIN");
    }

    @ParameterizedTest
    @CsvSource({
        "x {5},5,SYNCHRONIZING",
        "x {5+},5,NON_SYNCHRONIZING",
        "~{007},7,SYNCHRONIZING",
        "{0},0,SYNCHRONIZING",
        "{99999999999999999999999},9223372036854775807,SYNCHRONIZING"
    })
    void a_literal_is_announced_at_the_end_of_a_line(String line, long octets, ImapLiteral.Kind kind) {
        assertThat(ImapLiteral.atEndOf(line)).contains(new ImapLiteral(octets, kind));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "}", "{}", "{+}", "5}", "{5} ", "{5", "{-5}", "{5++}", "{ 5}", "x5}"})
    void what_is_no_announcement_announces_nothing(String line) {
        assertThat(ImapLiteral.atEndOf(line)).isEmpty();
    }

    @Test
    void a_server_announces_only_what_it_may() {
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("IDLE"),
                List.of("IMAP4rev1", "starttls"),
                List.of("IMAP4rev1", "LOGINDISABLED"),
                List.of("IMAP4rev1", "LITERAL+"),
                List.of("IMAP4rev1", "A B"),
                List.of("IMAP4rev1", "A]"))) {
            assertThatThrownBy(() -> dialogue("mail.example.org", wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> dialogue("a b", List.of("IMAP4rev1"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(dialogue("a", List.of("imap4REV2")).capabilities()).isEmpty();
    }

    @Test
    void no_user_is_logged_in_outside_tls() {
        ImapSession plain = new ImapSession(State.PLAINTEXT, ConnectionInfo.UNKNOWN);
        assertThatThrownBy(() -> plain.logIn("mary")).isInstanceOf(IllegalStateException.class);
        assertThat(plain.authenticated()).isFalse();
        ImapSession secure = new ImapSession(State.SECURE, ConnectionInfo.UNKNOWN);
        secure.logIn("mary");
        assertThat(secure.user()).contains("mary");
        secure.keep(7);
        assertThat(secure.kept(Integer.class)).contains(7);
        secure.forget(Integer.class);
        assertThat(secure.kept(Integer.class)).isEqualTo(Optional.empty());
    }

    @Property(seed = "9051")
    void any_octets_are_strings_again_when_sent_as_quoted_or_literal(
            @ForAll("octets") String first, @ForAll("octets") String second) {
        String literal = "{" + first.length() + "+}\r\n" + first;
        assertThat(new ImapCommand("a", "X", literal + " " + literal).strings()).contains(List.of(first, first));
        String quotable = second.replaceAll("[\r\n]", "");
        String quoted = "\"" + quotable.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        assertThat(new ImapCommand("a", "X", quoted + " " + literal).strings()).contains(List.of(quotable, first));
    }

    @Property(seed = "9051")
    void any_octets_are_a_response_that_reads_the_same_again_or_are_refused(@ForAll("lines") String line) {
        ImapResponse response;
        try {
            response = ImapResponse.parse(line);
        } catch (ImapSyntaxException e) {
            return;
        }
        try {
            assertThat(ImapResponse.parse(response.sent())).isEqualTo(response);
        } catch (ImapSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a ",
                "a b ",
                "a  b",
                "\"a",
                "\"a\\",
                "\"a\\b\"",
                "\"a\"b",
                "\"a\rb\"",
                "\"a\nb\"",
                "{1}",
                "{2}\r\na",
                "{x}\r\na",
                "{1}\r\nab",
                "(a)",
                "\u00e4"
            })
    void arguments_of_another_form_are_no_strings(String argument) {
        assertThat(new ImapCommand("a", "X", argument).strings()).isEmpty();
    }

    @Provide
    Arbitrary<String> octets() {
        return Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(12);
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.of(
                        "*", "+", "a", " ", "OK", "NO", "BAD", "BYE", "PREAUTH", "[", "]", "ALERT", "{1}", "{0}",
                        "\r\n", "x", "\0", "\u00e4")
                .list()
                .ofMaxSize(10)
                .map(parts -> String.join("", parts));
    }

    @Test
    void a_transcript_shows_status_responses_and_those_with_the_tag_of_a_command_that_was_shown() {
        ImapServerDialogue dialogue = dialogue("mail.example.org", List.of("IMAP4rev1"));
        dialogue.opened();
        assertThat(sent(dialogue, "a OK secret")).as("there is no command yet").isEqualTo("***");
        assertThat(received(dialogue, "a LOGIN mary secret")).isEqualTo("a LOGIN ***");
        assertThat(sent(dialogue, "a OK done")).isEqualTo("a OK done");
        assertThat(sent(dialogue, "ab OK secret")).isEqualTo("***");
        assertThat(sent(dialogue, "* 1 FETCH (secret)")).isEqualTo("***");
        assertThat(sent(dialogue, "1 OK secret")).isEqualTo("***");
        assertThat(sent(dialogue, "* BYE now")).isEqualTo("* BYE now");
        assertThat(sent(dialogue, "+ secret")).isEqualTo("+ ***");
        assertThat(received(dialogue, "secret x")).isEqualTo("***");
        assertThat(sent(dialogue, "a OK secret"))
                .as("it is not the last any more")
                .isEqualTo("***");
        assertThat(received(dialogue, "* NOOP")).isEqualTo("***");
    }

    @Test
    void a_transcript_shows_nothing_of_literals_and_responses_to_challenges() {
        ImapHandler asking = (command, session) ->
                new ImapAnswer.Challenge(new ImapResponse.Continuation(""), response -> ImapAnswer.ok("done"));
        ImapServerDialogue dialogue =
                new ImapServerDialogue("mail.example.org", TlsPolicy.OPPORTUNISTIC, asking, List.of("IMAP4rev1"));
        dialogue.opened();
        assertThat(received(dialogue, "a ID {1}")).isEqualTo("a ID ***");
        dialogue.received("a ID {1}");
        dialogue.octets(new byte[] {'x'});
        assertThat(received(dialogue, "b NOOP")).as("the rest of the command").isEqualTo("***");
        dialogue.received("");
        assertThat(received(dialogue, "b NOOP")).as("the response").isEqualTo("***");
        dialogue.received("b NOOP");
        assertThat(received(dialogue, "b NOOP")).isEqualTo("b NOOP");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CAPABILITY",
                "NOOP",
                "LOGOUT",
                "STARTTLS",
                "LOGIN",
                "AUTHENTICATE",
                "ID",
                "ENABLE",
                "SELECT",
                "EXAMINE",
                "CREATE",
                "DELETE",
                "RENAME",
                "SUBSCRIBE",
                "UNSUBSCRIBE",
                "LIST",
                "LSUB",
                "NAMESPACE",
                "STATUS",
                "APPEND",
                "IDLE",
                "CHECK",
                "CLOSE",
                "UNSELECT",
                "EXPUNGE",
                "SEARCH",
                "FETCH",
                "STORE",
                "COPY",
                "MOVE",
                "UID"
            })
    void a_transcript_names_the_commands_of_every_state(String name) {
        assertThat(received(dialogue("mail.example.org", List.of("IMAP4rev1")), "a " + name))
                .isEqualTo("a " + name);
    }

    private static String received(ImapServerDialogue dialogue, String line) {
        return dialogue.shown(DialogueTranscript.Direction.RECEIVED, line);
    }

    private static String sent(ImapServerDialogue dialogue, String line) {
        return dialogue.shown(DialogueTranscript.Direction.SENT, line);
    }

    private static ImapServerDialogue dialogue(String host, List<String> capabilities) {
        return new ImapServerDialogue(host, TlsPolicy.REQUIRED, (command, session) -> ImapAnswer.ok(""), capabilities);
    }

    @Test
    void what_is_missing_is_said_at_once() {
        ImapHandler handler = (command, session) -> ImapAnswer.bad("Unknown command");
        List<String> capabilities = List.of("IMAP4rev1");
        assertThatNullPointerException()
                .isThrownBy(() -> new ImapServerDialogue("mx", null, handler, capabilities))
                .withMessageContaining("policy: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> new ImapServerDialogue("mx", TlsPolicy.REQUIRED, null, capabilities))
                .withMessageContaining("handler: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> ImapServer.named("mx", null))
                .withMessageContaining("handler: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> ImapServer.named(null, handler))
                .withMessageContaining("host: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> new ImapLogin(null, handler))
                .withMessageContaining("credentials: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> new ImapLogin((user, password) -> true, null))
                .withMessageContaining("next: expected");
    }

    @Test
    void what_a_person_is_shown_has_no_control_characters() throws Exception {
        String line = "* OK [ALERT \u001b[2J] \u00fc\tdone";
        ImapResponse.Untagged response = (ImapResponse.Untagged) ImapResponse.parse(line);
        assertThat(response.sent()).isEqualTo(line);
        assertThat(response).hasToString("* OK [ALERT ?[2J] ??done");
        assertThat(response.status()).hasToString("OK [ALERT ?[2J] ??done");
        assertThat(response.status().code().orElseThrow().sent()).isEqualTo("[ALERT \u001b[2J]");
        assertThat(ImapCapabilities.parse("IMAP4rev1 X\u0007")).hasToString("IMAP4rev1 X?");
        assertThat(ImapCommand.parse("a \u001b[2J x").orElseThrow()).hasToString("a ?[2J");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nb", "\u00fc"})
    void a_name_that_could_not_be_sent_is_refused_where_it_is_set(String name) {
        ImapHandler handler = (command, session) -> ImapAnswer.bad("Unknown command");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImapServer.named(name, handler))
                .withMessageContaining("host: expected");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImapServer.named("mx", handler).capabilities(List.of("IMAP4rev1", name)))
                .withMessageContaining("capabilities: expected");
    }

    @Test
    void a_character_that_is_no_octet_is_named_as_what_it_is() {
        assertThatThrownBy(() -> ImapStatus.of(ImapCondition.OK, "\u0100"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("U+00FF")
                .hasMessageContaining("non-ASCII");
    }
}
