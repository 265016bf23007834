package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.OctetSink;
import dev.starttls.core.testing.PiecewiseChannel;
import dev.starttls.core.testing.ReaderSplits;
import dev.starttls.core.upgrade.FailureReason;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

/** Responses inside TLS, as an author's own client reads them. */
class ImapResponsesTest {

    private static final ImapLiteralReceiver HOLDING = ImapLiteralReceiver.holding();

    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    @Test
    void a_command_is_read_to_its_end_and_what_came_before_is_given() throws Exception {
        ImapResponses responses = ImapResponses.over(new PiecewiseChannel(
                "* 3 EXISTS\r\n* OK [UIDNEXT 7] Next\r\na OK [READ-WRITE] Sel", "ected\r\n* 4 EXISTS\r\nb NO No\r\n"));
        List<ImapResponse> others = new ArrayList<>();
        assertThat(responses.until("a", others::add).code().orElseThrow().name())
                .isEqualTo("READ-WRITE");
        assertThat(others)
                .containsExactly(new ImapResponse.Data("3 EXISTS"), ImapResponse.parse("* OK [UIDNEXT 7] Next"));
        assertThat(responses.next()).isEqualTo(new ImapResponse.Data("4 EXISTS"));
        assertThat(responses.until("b", others::add).condition()).isEqualTo(ImapCondition.NO);
        assertThatThrownBy(responses::next).isInstanceOf(EOFException.class).hasMessageContaining("a response");
    }

    @Test
    void a_continuation_and_the_end_of_another_command_are_responses_as_others() throws Exception {
        ImapResponses responses = ImapResponses.over(new PiecewiseChannel("+ idling\r\nb OK done\r\na OK done\r\n"));
        List<ImapResponse> others = new ArrayList<>();
        responses.until("a", others::add);
        assertThat(others)
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo(new ImapResponse.Continuation("idling")),
                        second -> assertThat(second).isInstanceOf(ImapResponse.Tagged.class));
    }

    @Test
    void literals_are_held_unless_they_are_passed_on() throws Exception {
        String sent = "* 1 FETCH (BODY[HEADER] {4}\r\nA: 1 BODY[] {6}\r\n\r\n* x\0 UID 7)\r\n";
        ImapResponse.Data held = (ImapResponse.Data)
                ImapResponses.over(new PiecewiseChannel(sent)).next();
        assertThat(held.literals()).containsExactly("A: 1", "\r\n* x\0");

        ImapResponses passing = ImapResponses.over(new PiecewiseChannel(sent));
        List<String> begun = new ArrayList<>();
        passing.literals((before, octets) -> {
            begun.add(before + octets);
            return before.endsWith("BODY[] ") ? Optional.of(OctetSink.to(message)) : Optional.empty();
        });
        ImapResponse.Data passed = (ImapResponse.Data) passing.next();
        assertThat(begun).containsExactly("1 FETCH (BODY[HEADER] 4", "1 FETCH (BODY[HEADER] {4}\r\nA: 1 BODY[] 6");
        assertThat(message.toString(StandardCharsets.ISO_8859_1)).isEqualTo("\r\n* x\0");
        assertThat(passed.text()).isEqualTo("1 FETCH (BODY[HEADER] {4}\r\nA: 1 BODY[] {0}\r\n UID 7)");
        assertThat(passed.literals()).containsExactly("A: 1", "");
    }

    @Test
    void a_binary_literal_keeps_its_tilde_and_one_of_no_octets_is_one() throws Exception {
        ImapResponses responses = ImapResponses.over(
                new PiecewiseChannel("* 1 FETCH (BINARY[1] ~{2}\r\n\0\1)\r\n* LIST () \"/\" {0}\r\n\r\n"));
        assertThat(responses.next().sent()).isEqualTo("* 1 FETCH (BINARY[1] ~{2}\r\n\0\1)");
        responses.literals((before, octets) -> Optional.of(OctetSink.to(message)));
        assertThat(responses.next().sent()).isEqualTo("* LIST () \"/\" {0}\r\n");
        assertThat(message.size()).isZero();
    }

    @Test
    void a_long_literal_is_passed_on_and_none_of_it_is_held() throws Exception {
        long size = 1L << 32;
        ImapResponseReader reader = new ImapResponseReader(new ImapResponseLimits(100, 1, 100));
        long[] taken = {0};
        ImapLiteralReceiver counting = (before, octets) -> Optional.of(piece -> {
            taken[0] += piece.remaining();
            piece.position(piece.limit());
        });
        assertThat(reader.read(octets("* 1 FETCH (BODY[] {" + size + "}\r\n"), counting))
                .isEmpty();
        ByteBuffer piece = ByteBuffer.allocate(1 << 20);
        for (long given = 0; given < size; given += piece.capacity()) {
            assertThat(reader.read(piece.clear(), counting)).isEmpty();
        }
        assertThat(reader.unfinished()).isTrue();
        assertThat(reader.read(octets(")\r\n"), counting)).contains(new ImapResponse.Data("1 FETCH (BODY[] {0}\r\n)"));
        assertThat(taken[0]).isEqualTo(size);
        assertThat(reader.unfinished()).isFalse();
    }

    @Test
    void braces_at_the_end_of_what_is_no_data_are_text() throws Exception {
        ImapResponses responses =
                ImapResponses.over(new PiecewiseChannel("* OK {3}\r\n+ {3}\r\na NO {3}\r\n* BYE {99+}\r\n"));
        assertThat(responses.next()).isInstanceOf(ImapResponse.Untagged.class);
        assertThat(responses.next()).isInstanceOf(ImapResponse.Continuation.class);
        assertThat(responses.next()).isInstanceOf(ImapResponse.Tagged.class);
        assertThat(responses.next()).isInstanceOf(ImapResponse.Untagged.class);
    }

    @Test
    void a_channel_that_does_not_block_is_polled_and_one_that_timed_out_is_tried_again() throws Exception {
        ImapResponses responses = ImapResponses.over(new PiecewiseChannel(
                "* X {3}\r\na",
                PiecewiseChannel.NOTHING, "b", PiecewiseChannel.TIMEOUT, "c\r", PiecewiseChannel.NOTHING, "\n"));
        assertThat(responses.poll()).isEmpty();
        assertThatThrownBy(responses::poll).isInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(responses::next).isInstanceOf(IllegalStateException.class);
        assertThat(responses.poll()).contains(new ImapResponse.Data("X {3}\r\nabc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"* 1 X\r* 2 X\r\n", "* 1 X\n", "* 1 \0\r\n", "* 1 X0123456789012345678901234567890123456789"})
    void what_is_no_line_fails_and_the_reader_refuses_to_go_on(String sent) {
        ImapResponses responses = ImapResponses.over(
                new PiecewiseChannel(sent, "* 2 X\r\n"), ImapResponseLimits.DEFAULT.withLineOctets(40));
        ImapSyntaxException failure = catchThrowableOfType(ImapSyntaxException.class, responses::next);
        assertThat(failure).hasCauseInstanceOf(LineException.class);
        assertThatThrownBy(responses::next)
                .isInstanceOf(ImapSyntaxException.class)
                .hasMessageContaining("close the connection")
                .hasCause(failure);
    }

    @ParameterizedTest
    @CsvSource({
        "'* X {3+}<CR><LF>', PROTOCOL_VIOLATION",
        "'220 ready<CR><LF>', PROTOCOL_VIOLATION",
        "'<CR><LF>', PROTOCOL_VIOLATION",
        "'* X {40}<CR><LF>', LIMIT_EXCEEDED",
        "'* X {999999999999999999999}<CR><LF>', LIMIT_EXCEEDED",
        "'* X {2}<CR><LF>ab {0}<CR><LF> {0}<CR><LF>', LIMIT_EXCEEDED",
        "'* 0123456789012345678901234567890123456789<CR><LF>', LIMIT_EXCEEDED",
        "'* X {9}<CR><LF>123456789 0123456789 0123456789a<CR><LF>', LIMIT_EXCEEDED"
    })
    void what_is_no_response_or_over_the_limits_fails(String sent, FailureReason reason) {
        ImapResponses responses = ImapResponses.over(
                new PiecewiseChannel(PiecewiseChannel.spelled(sent)), new ImapResponseLimits(100, 2, 40));
        assertThat(catchThrowableOfType(ImapSyntaxException.class, responses::next)
                        .reason())
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* X 456789012345678901234567890123456789\r\n",
                "* X {30}\r\n012345678901234567890123456789\r\n",
                "* X {29}\r\n01234567890123456789012345678)\r\n",
                "* X {0}\r\n {0}\r\n\r\n"
            })
    void a_response_within_the_limits_is_taken_and_with_one_octet_less_it_is_over_them(String sent) throws Exception {
        assertThat(new ImapResponseReader(new ImapResponseLimits(100, 2, 40)).read(octets(sent), HOLDING))
                .isPresent();
        int held = sent.length() - "\r\n".length();
        ImapResponseReader smaller = new ImapResponseReader(new ImapResponseLimits(100, 2, held - 1));
        assertThat(catchThrowableOfType(ImapSyntaxException.class, () -> smaller.read(octets(sent), HOLDING))
                        .reason())
                .isEqualTo(FailureReason.LIMIT_EXCEEDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"* X {3}\r\nabc\r\r", "* X {3}\r\nabc {4+}\r\n", "* X {3}\r\nabc {4}\r\n"})
    void after_a_violation_nothing_is_held(String sent) {
        ImapResponseReader reader = new ImapResponseReader(new ImapResponseLimits(100, 1, 40));
        assertThatThrownBy(() -> reader.read(octets(sent), HOLDING)).isInstanceOf(ImapSyntaxException.class);
        assertThat(reader.unfinished()).isFalse();
    }

    @Test
    void a_sink_that_throws_ends_the_reading() {
        ImapResponses responses = ImapResponses.over(new PiecewiseChannel("* X {3}\r\nabc\r\n* OK\r\n"));
        responses.literals((before, octets) -> Optional.of(piece -> {
            throw new IOException("disk full");
        }));
        assertThatThrownBy(responses::next).isInstanceOf(IOException.class).hasMessage("disk full");
        assertThat(catchThrowableOfType(ImapSyntaxException.class, responses::next)
                        .reason())
                .isEqualTo(FailureReason.LOCAL_ERROR);
    }

    @Test
    void a_receiver_that_returns_null_fails_with_what_was_expected_of_it() {
        ImapResponseReader reader = new ImapResponseReader();
        assertThatThrownBy(() -> reader.read(ascii("* 1 FETCH (BODY[] {3}\r\n"), (before, octets) -> null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageStartingWith("ImapLiteralReceiver.begin: expected where the octets go");
    }

    @Test
    void what_is_copied_for_each_literal_of_a_long_response_is_bounded() throws Exception {
        ImapResponseReader reader = new ImapResponseReader();
        List<String> given = new ArrayList<>();
        ImapLiteralReceiver noting = (before, octets) -> {
            given.add(before);
            return Optional.empty();
        };
        String begin = "1 FETCH (X " + "x".repeat(990_000);
        assertThat(reader.read(ascii("* " + begin + "{0}\r\n" + "{0}\r\n".repeat(989) + " BODY[] {0}\r\n"), noting))
                .isEmpty();
        assertThat(given).hasSize(991).allMatch(before -> before.length() == 2 * 4_096 + 1);
        assertThat(given.get(0)).isEqualTo(begin.substring(0, 4_096) + '\0' + "x".repeat(4_096));
        assertThat(given.get(990)).startsWith("1 FETCH (X xxx").endsWith("{0}\r\n{0}\r\n BODY[] ");
    }

    @Test
    void of_a_response_that_is_not_long_all_is_given() throws Exception {
        String most = "1 X " + "x".repeat(2 * 4_096 - 4);
        for (String before : List.of("", "1 X ", most)) {
            List<String> given = new ArrayList<>();
            assertThat(new ImapResponseReader().read(ascii("* " + before + "{0}\r\n"), (data, octets) -> {
                        given.add(data);
                        return Optional.empty();
                    }))
                    .isEmpty();
            assertThat(given).containsExactly(before);
        }
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void a_receiver_that_throws_ends_the_reading() {
        ImapResponses responses = ImapResponses.over(new PiecewiseChannel("* X {3}\r\nabc\r\n* OK\r\n"));
        responses.literals((before, octets) -> {
            throw new IllegalArgumentException("at fault");
        });
        assertThatThrownBy(responses::next).isInstanceOf(IllegalArgumentException.class);
        assertThat(catchThrowableOfType(ImapSyntaxException.class, responses::next))
                .hasMessageContaining("at fault");
    }

    @Test
    void limits_that_no_response_is_within_are_refused() {
        assertThatThrownBy(() -> ImapResponseLimits.DEFAULT.withLineOctets(3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImapResponseLimits.DEFAULT.withLiterals(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImapResponseLimits.DEFAULT.withOctets(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(seed = "9051", tries = 300)
    void octets_of_any_kind_make_the_same_responses_at_every_split(@ForAll("hostile") List<String> tokens) {
        byte[] octets = String.join("", tokens).getBytes(StandardCharsets.ISO_8859_1);
        ImapResponseLimits limits = new ImapResponseLimits(30, 2, 40);
        List<String> held = ReaderSplits.requireSameAtEverySplit(
                () -> {
                    ImapResponseReader reader = new ImapResponseReader(limits);
                    return piece -> reader.read(piece, HOLDING);
                },
                octets);
        List<String> passed = ReaderSplits.requireSameAtEverySplit(
                () -> {
                    ImapResponseReader reader = new ImapResponseReader(limits);
                    ByteArrayOutputStream literals = new ByteArrayOutputStream();
                    return piece -> reader.read(piece, (before, count) -> Optional.of(OctetSink.to(literals)))
                            .map(response -> response + " " + literals.toString(StandardCharsets.ISO_8859_1));
                },
                octets);
        assertThat(passed).as("what is passed on is under fewer limits").hasSizeGreaterThanOrEqualTo(complete(held));
    }

    @Property(seed = "4301", tries = 100)
    void literals_of_any_octets_come_back_at_every_split(@ForAll("literals") List<String> literals) {
        StringBuilder sent = new StringBuilder("* 1 FETCH (");
        for (String literal : literals) {
            sent.append("X {").append(literal.length()).append("}\r\n").append(literal);
        }
        sent.append(")\r\n* 2 EXISTS\r\n");
        ReaderSplits.requireSameAtEverySplit(
                () -> {
                    ImapResponseReader reader = new ImapResponseReader();
                    return piece -> {
                        Optional<ImapResponse> response = reader.read(piece, HOLDING);
                        response.ifPresent(each -> assertThat(((ImapResponse.Data) each).literals())
                                .isIn(literals, List.of()));
                        return response;
                    };
                },
                sent.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static int complete(List<String> outcomes) {
        return (int) outcomes.stream()
                .filter(outcome -> !outcome.contains("Exception"))
                .count();
    }

    @Provide
    Arbitrary<List<String>> hostile() {
        return Arbitraries.of(
                        "* X ",
                        "* OK ",
                        "a OK",
                        "+ ",
                        "{3}\r\n",
                        "{0}\r\n",
                        "~{2}\r\n",
                        "{1+}\r\n",
                        "{30}\r\n",
                        "abc",
                        "\r\n",
                        "\r\n",
                        "\r",
                        "\n",
                        "\0",
                        "\u00ff")
                .list()
                .ofMinSize(1)
                .ofMaxSize(10);
    }

    @Provide
    Arbitrary<List<String>> literals() {
        return Arbitraries.strings()
                .withChars("\r\n\0{}1) a\u00ff")
                .ofMaxLength(8)
                .list()
                .ofMaxSize(3);
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
