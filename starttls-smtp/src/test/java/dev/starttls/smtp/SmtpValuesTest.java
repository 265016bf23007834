package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpValuesTest {

    @Test
    void a_reply_of_one_line_is_read_with_its_enhanced_status_code() throws Exception {
        SmtpReply reply = SmtpReply.parse(List.of("530 5.7.0 Must issue a STARTTLS command first"));
        assertThat(reply.code()).isEqualTo(530);
        assertThat(reply.status()).contains(new EnhancedStatusCode(5, 7, 0));
        assertThat(reply.text()).containsExactly("Must issue a STARTTLS command first");
        assertThat(reply.category()).isEqualTo(5);
        assertThat(reply.lines()).containsExactly("530 5.7.0 Must issue a STARTTLS command first");
    }

    @Test
    void a_reply_of_several_lines_has_the_code_and_the_status_on_each() throws Exception {
        List<String> lines = List.of("550-5.7.1 Not", "550-5.7.1 for", "550 5.7.1 you");
        SmtpReply reply = SmtpReply.parse(lines);
        assertThat(reply.text()).containsExactly("Not", "for", "you");
        assertThat(reply.lines()).isEqualTo(lines);
        assertThat(reply).hasToString("550-5.7.1 Not / 550-5.7.1 for / 550 5.7.1 you");
    }

    @Test
    void a_status_alone_and_lines_with_another_or_none_keep_their_text() throws Exception {
        SmtpReply reply = SmtpReply.parse(List.of("250-2.1.5", "250-2.1.5 Ok", "250-2.0.0 Ok", "250 Ok"));
        assertThat(reply.status()).contains(new EnhancedStatusCode(2, 1, 5));
        assertThat(reply.text()).containsExactly("", "Ok", "2.0.0 Ok", "Ok");
    }

    @Test
    void a_status_of_another_category_than_the_code_is_text() throws Exception {
        SmtpReply reply = SmtpReply.parse(List.of("250 5.7.0 odd"));
        assertThat(reply.status()).isEmpty();
        assertThat(reply.text()).containsExactly("5.7.0 odd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"220", "220 "})
    void a_reply_may_have_no_text(String line) throws Exception {
        SmtpReply reply = SmtpReply.parse(List.of(line));
        assertThat(reply.code()).isEqualTo(220);
        assertThat(reply.text()).containsExactly("");
    }

    @Test
    void an_unknown_code_of_a_known_category_is_taken() throws Exception {
        assertThat(SmtpReply.parse(List.of("571 5.7.1 Go away")).category()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "2", "25", "250x", "2500 ok", " 250 ok", "150 ok", "650 ok", "* OK", "+OK", "250\tok", "-50 ok"
            })
    void a_line_that_is_no_reply_line_is_refused(String line) {
        assertThatThrownBy(() -> new SmtpReplyParser().add(line)).isInstanceOf(SmtpSyntaxException.class);
    }

    @Test
    void a_line_with_another_code_than_the_one_before_it_is_refused_and_nothing_is_kept() throws Exception {
        SmtpReplyParser parser = new SmtpReplyParser();
        parser.add("250-one");
        assertThat(parser.unfinished()).isTrue();
        assertThatThrownBy(() -> parser.add("220 two"))
                .isInstanceOf(SmtpSyntaxException.class)
                .hasMessageContaining("250")
                .hasMessageContaining("220");
        assertThat(parser.unfinished()).isFalse();
        assertThat(parser.add("220 three").orElseThrow().text()).containsExactly("three");
    }

    @Test
    void a_reply_without_end_is_bounded_in_lines_and_in_octets() throws Exception {
        SmtpReplyParser lines = new SmtpReplyParser();
        for (int i = 0; i < SmtpReplyParser.MAX_LINES; i++) {
            lines.add("250-X");
        }
        assertThat(catchThrowableOfType(SmtpSyntaxException.class, () -> lines.add("250 X"))
                        .reason())
                .isEqualTo(FailureReason.LIMIT_EXCEEDED);
        String longLine = "250-" + "x".repeat(8_000);
        SmtpReplyParser octets = new SmtpReplyParser();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        octets.add(longLine);
                    }
                })
                .isInstanceOf(SmtpSyntaxException.class);
    }

    @Test
    void a_reply_as_long_as_it_may_be_is_taken_and_one_octet_more_is_not() throws Exception {
        SmtpReplyLimits limits = new SmtpReplyLimits(100, 2, 12);
        SmtpReplyParser parser = new SmtpReplyParser(limits);
        parser.add("250-ab");
        assertThat(parser.add("250 cd")).contains(SmtpReply.of(250, "ab", "cd"));
        parser.add("250-ab");
        assertThat(catchThrowableOfType(SmtpSyntaxException.class, () -> parser.add("250 cde"))
                        .reason())
                .isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @Test
    void the_limits_of_a_reply_may_be_as_small_as_the_smallest_reply() {
        assertThat(new SmtpReplyLimits(5, 1, 3).withLineOctets(6)).isEqualTo(new SmtpReplyLimits(6, 1, 3));
    }

    @Test
    void lines_that_are_not_exactly_one_reply_are_refused() {
        assertThatThrownBy(() -> SmtpReply.parse(List.of())).isInstanceOf(SmtpSyntaxException.class);
        assertThatThrownBy(() -> SmtpReply.parse(List.of("250-a"))).isInstanceOf(SmtpSyntaxException.class);
        assertThatThrownBy(() -> SmtpReply.parse(List.of("250 a", "250 b"))).isInstanceOf(SmtpSyntaxException.class);
    }

    @Test
    void a_reply_that_could_not_be_sent_as_one_is_refused() {
        assertThatThrownBy(() -> SmtpReply.of(250, "a\r\n250 b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SmtpReply.of(250)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SmtpReply.of(100, "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SmtpReply(250, Optional.of(new EnhancedStatusCode(5, 0, 0)), List.of("x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("begins with 2, got 5.0.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "5.7", "5.7.", "3.0.0", "5.7.0.1", "5.07.0", "5.7.1000", "55.7.0", "5.-7.0", "a.b.c"})
    void what_is_no_enhanced_status_code_is_not_taken_for_one(String text) {
        assertThat(EnhancedStatusCode.parse(text)).isEmpty();
    }

    @Test
    void an_enhanced_status_code_is_written_as_it_was_read() {
        assertThat(EnhancedStatusCode.parse("4.12.999").orElseThrow()).hasToString("4.12.999");
        assertThatThrownBy(() -> new EnhancedStatusCode(3, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EnhancedStatusCode(2, 1000, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void capabilities_are_found_whatever_their_case_and_keep_their_parameters() {
        SmtpCapabilities capabilities = SmtpCapabilities.of(
                SmtpReply.of(250, "mail.example.org greets you", "size 1000", "StartTLS", "AUTH PLAIN", "AUTH  LOGIN"));
        assertThat(capabilities.has("STARTTLS")).isTrue();
        assertThat(capabilities.has("starttls")).isTrue();
        assertThat(capabilities.has("8BITMIME")).isFalse();
        assertThat(capabilities.parameters("Size")).containsExactly("1000");
        assertThat(capabilities.parameters("AUTH")).containsExactly("PLAIN", "LOGIN");
        assertThat(capabilities.parameters("DSN")).isEmpty();
        assertThat(capabilities.names()).containsExactly("SIZE", "STARTTLS", "AUTH");
        assertThat(capabilities.domain()).isEqualTo("mail.example.org");
        assertThat(capabilities.announced()).containsExactly("size 1000", "StartTLS", "AUTH PLAIN", "AUTH  LOGIN");
    }

    @Test
    void a_line_without_a_keyword_announces_nothing() {
        SmtpCapabilities capabilities =
                SmtpCapabilities.of(SmtpReply.of(250, "", "AUTH=LOGIN", "", "-X", "X STARTTLS", "\u00dftarttls"));
        assertThat(capabilities.names()).containsExactly("X");
        assertThat(capabilities.has("AUTH=LOGIN")).isFalse();
        assertThat(capabilities.announced()).hasSize(5);
        assertThat(capabilities.domain()).isEmpty();
    }

    @Test
    void words_stand_between_spaces_and_tabs_however_many() {
        SmtpCapabilities capabilities =
                SmtpCapabilities.of(SmtpReply.of(250, " \tmx  x", "\t SIZE \t 1 \t", "AUTH\tPLAIN", "0-Z9a", ""));
        assertThat(capabilities.domain()).isEqualTo("mx");
        assertThat(capabilities.has("SIZE")).isTrue();
        assertThat(capabilities.has("SIZ")).isFalse();
        assertThat(capabilities.has("")).isFalse();
        assertThat(capabilities.parameters("size")).containsExactly("1");
        assertThat(capabilities.parameters("AUTH")).containsExactly("PLAIN");
        assertThat(capabilities.names()).containsExactly("SIZE", "AUTH", "0-Z9A");
    }

    @Test
    void capabilities_of_another_domain_or_with_another_line_are_others() {
        SmtpCapabilities capabilities = SmtpCapabilities.of(SmtpReply.of(250, "x", "SIZE 1"));
        SmtpCapabilities elsewhere = SmtpCapabilities.of(SmtpReply.of(250, "y", "SIZE 1"));
        SmtpCapabilities larger = SmtpCapabilities.of(SmtpReply.of(250, "x", "SIZE 2"));
        assertThat(capabilities).isNotEqualTo(elsewhere).isNotEqualTo(larger);
        assertThat(capabilities.hashCode()).isNotEqualTo(elsewhere.hashCode()).isNotEqualTo(larger.hashCode());
    }

    @Test
    void a_refusal_announces_nothing() {
        assertThat(SmtpCapabilities.of(SmtpReply.of(550, "no", "STARTTLS"))).isEqualTo(SmtpCapabilities.none());
    }

    @Test
    void capabilities_cannot_be_changed() {
        SmtpCapabilities capabilities = SmtpCapabilities.of(SmtpReply.of(250, "x", "SIZE 1"));
        assertThatThrownBy(() -> capabilities.names().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> capabilities.announced().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(capabilities).isEqualTo(SmtpCapabilities.of(SmtpReply.of(250, "x", "SIZE 1")));
        assertThat(capabilities)
                .hasSameHashCodeAs(SmtpCapabilities.of(SmtpReply.of(250, "x", "SIZE 1")))
                .hasToString("x [SIZE 1]");
    }

    @Test
    void a_client_without_a_name_calls_itself_by_its_address() throws Exception {
        assertThat(SmtpClientDialogue.nameOf(InetAddress.getByName("192.0.2.1")))
                .isEqualTo("[192.0.2.1]");
        assertThat(SmtpClientDialogue.nameOf(InetAddress.getByName("2001:db8::1")))
                .isEqualTo("[IPv6:2001:db8:0:0:0:0:0:1]");
        assertThat(SmtpClientDialogue.nameOf(InetAddress.getByName("fe80::1%1")))
                .isEqualTo("[IPv6:fe80:0:0:0:0:0:0:1]");
    }

    @Test
    void a_command_has_its_verb_in_upper_case_and_its_argument_as_it_came() {
        assertThat(SmtpCommand.parse("mAiL  FROM:<A@b>  "))
                .isEqualTo(new SmtpCommand("MAIL", "FROM:<A@b>", "mAiL  FROM:<A@b>  "));
        assertThat(SmtpCommand.parse("NOOP")).isEqualTo(new SmtpCommand("NOOP", "", "NOOP"));
        assertThat(SmtpCommand.parse("").verb()).isEmpty();
        assertThat(SmtpCommand.parse(" NOOP").verb()).isEmpty();
    }

    @Test
    void no_letter_outside_ascii_makes_a_verb() {
        assertThat(SmtpCommand.parse("re\u00dfet").verb()).isEqualTo("RE\u00dfET");
    }

    @Test
    void a_command_does_not_show_its_argument_to_a_log() {
        assertThat(SmtpCommand.parse("AUTH PLAIN AHNlY3JldA==")).hasToString("AUTH");
    }

    @Test
    void the_text_of_a_reply_is_its_own_copy() {
        List<String> lines = new java.util.ArrayList<>(Collections.nCopies(2, "a"));
        SmtpReply reply = new SmtpReply(250, Optional.empty(), lines);
        lines.clear();
        assertThat(reply.text()).hasSize(2);
    }

    @Test
    void what_a_person_is_shown_has_no_control_characters() {
        SmtpReply reply = SmtpReply.of(250, "mx \u001b[2J", "SIZE\t1 \u00fc");
        assertThat(reply).hasToString("250-mx ?[2J / 250 SIZE?1 ?");
        assertThat(SmtpCapabilities.of(reply)).hasToString("mx [SIZE?1 ?]");
        assertThat(SmtpCommand.parse("\u001b[2J x")).hasToString("?[2J");
        SmtpSession session = new SmtpSession(State.SECURE, ConnectionInfo.UNKNOWN);
        assertThat(new SmtpEnvelope("c", "\"\u001b\"@a", List.of("\u0007@b"), session))
                .hasToString("SmtpEnvelope[clientName=c, sender=\"?\"@a, recipients=[?@b], client=unknown]");
        assertThat(new SmtpEnvelope("c", "a@b", List.of("x@y"), null))
                .hasToString("SmtpEnvelope[clientName=c, sender=a@b, recipients=[x@y], client=none]");
    }

    @Test
    void a_character_that_is_no_octet_is_named_as_what_it_is() {
        assertThatThrownBy(() -> SmtpReply.of(250, "\u0100"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("U+00FF")
                .hasMessageContaining("non-ASCII");
    }
}
