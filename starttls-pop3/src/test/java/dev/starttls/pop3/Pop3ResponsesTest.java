package dev.starttls.pop3;

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

/** Responses inside TLS, as an author's own client reads them. */
class Pop3ResponsesTest {

    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    @Test
    void replies_lines_and_a_message_are_read_by_what_the_command_was() throws Exception {
        Pop3Responses responses = Pop3Responses.over(new PiecewiseChannel(
                "+OK\r\n+OK 2\r\n1 10\r\n2 20\r\n.\r\n+OK\r\nSubject: x\r\n\r\n..\r\n..a\r\n.b\r",
                "\n.\r",
                "\n-ERR [IN-USE] no\r\n"));
        assertThat(responses.next().positive()).isTrue();
        assertThat(responses.next().text()).isEqualTo("2");
        assertThat(responses.lines()).containsExactly("1 10", "2 20");
        assertThat(responses.next().positive()).isTrue();
        assertThat(responses.content(OctetSink.to(message))).isEqualTo(24);
        assertThat(message()).isEqualTo("Subject: x\r\n\r\n.\r\n.a\r\nb\r\n");
        assertThat(responses.next().code()).contains(new Pop3ResponseCode("IN-USE"));
        assertThatThrownBy(responses::next).isInstanceOf(EOFException.class).hasMessageContaining("a response");
    }

    @Test
    void a_message_that_is_cut_is_not_taken_for_a_whole_one() throws Exception {
        Pop3Responses responses = Pop3Responses.over(new PiecewiseChannel("+OK\r\nfirst\r\n."));
        assertThat(responses.next().positive()).isTrue();
        assertThatThrownBy(() -> responses.content(OctetSink.to(message)))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("the line with a dot alone");
    }

    @Test
    void a_message_of_100_megabytes_is_passed_on_and_none_of_it_is_held() throws Exception {
        byte[] line = (".".repeat(70) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer lines = ByteBuffer.allocate(line.length * 10_000);
        while (lines.hasRemaining()) {
            lines.put(line);
        }
        Pop3ResponseReader reader = new Pop3ResponseReader(new Pop3ResponseLimits(64, 1, 1));
        long[] taken = {0};
        OctetSink counting = piece -> {
            taken[0] += piece.remaining();
            piece.position(piece.limit());
        };
        int times = 140;
        for (int i = 0; i < times; i++) {
            assertThat(reader.content(lines.flip(), counting)).isEmpty();
        }
        long size = times * 10_000L * (line.length - 1);
        assertThat(reader.content(octets(".\r\n"), counting)).contains(size);
        assertThat(taken[0]).isEqualTo(size);
    }

    @Test
    void a_dot_after_a_cr_or_an_lf_alone_ends_no_message() throws Exception {
        Pop3Responses responses =
                Pop3Responses.over(new PiecewiseChannel("a\n.\n.\r\nb\r.\r\n\0\r\n.\rc\r\n.\r\r\n.\n\r\n.\r\n"));
        responses.content(OctetSink.to(message));
        assertThat(message()).isEqualTo("a\n.\n.\r\nb\r.\r\n\0\r\n\rc\r\n\r\r\n\n\r\n");
    }

    @Test
    void a_channel_that_does_not_block_is_polled_and_one_that_timed_out_is_tried_again() throws Exception {
        Pop3Responses responses = Pop3Responses.over(new PiecewiseChannel(
                PiecewiseChannel.NOTHING,
                "+OK\r\na\r\n",
                PiecewiseChannel.NOTHING,
                ".\r\n+",
                PiecewiseChannel.NOTHING,
                "OK\r\n",
                "b",
                PiecewiseChannel.TIMEOUT,
                "\r\n",
                PiecewiseChannel.NOTHING,
                ".\r\n"));
        assertThat(responses.poll()).isEmpty();
        assertThat(responses.poll()).contains(Pop3Reply.ok(""));
        assertThat(responses.pollLines()).isEmpty();
        assertThat(responses.pollLines()).contains(List.of("a"));
        assertThat(responses.poll()).isEmpty();
        assertThat(responses.poll()).contains(Pop3Reply.ok(""));
        OctetSink sink = OctetSink.to(message);
        assertThatThrownBy(() -> responses.pollContent(sink)).isInstanceOf(SocketTimeoutException.class);
        assertThat(responses.pollContent(sink)).isEmpty();
        assertThat(responses.pollContent(sink)).contains(3L);
        assertThat(message()).isEqualTo("b\r\n");
    }

    @Test
    void what_has_begun_is_read_to_its_end_first() throws Exception {
        Pop3ResponseReader reader = new Pop3ResponseReader();
        assertThat(reader.reply(octets("+O"))).isEmpty();
        assertThatThrownBy(() -> reader.lines(octets("K\r\n")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("REPLY");
        assertThat(reader.reply(octets("K\r\n"))).isPresent();
        assertThat(reader.lines(octets("a\r\n"))).isEmpty();
        assertThatThrownBy(() -> reader.reply(octets(".\r\n"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> reader.content(octets(".\r\n"), OctetSink.to(message)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(reader.lines(octets(".\r\n"))).contains(List.of("a"));
    }

    @ParameterizedTest
    @CsvSource({
        "'+OK<CR>-ERR<CR><LF>', BARE_CR",
        "'+OK<LF>', BARE_LF",
        "'+OK <NUL><CR><LF>', NUL",
        "'+OK 01234567890123456789', TOO_LONG"
    })
    void what_is_no_line_fails_and_the_reader_refuses_to_go_on(String sent, LineException.Kind kind) {
        Pop3Responses responses = Pop3Responses.over(
                new PiecewiseChannel(PiecewiseChannel.spelled(sent), "+OK\r\n"),
                Pop3ResponseLimits.DEFAULT.withLineOctets(16));
        Pop3SyntaxException failure = catchThrowableOfType(Pop3SyntaxException.class, responses::next);
        assertThat(((LineException) failure.getCause()).kind()).isEqualTo(kind);
        assertThatThrownBy(responses::next)
                .isInstanceOf(Pop3SyntaxException.class)
                .hasMessageContaining("close the connection")
                .hasCause(failure);
    }

    @ParameterizedTest
    @CsvSource({
        "'* OK<CR><LF>.<CR><LF>', PROTOCOL_VIOLATION",
        "'+OK<CR><LF>a<CR><LF>b<CR><LF>c<CR><LF>', LIMIT_EXCEEDED",
        "'+OK<CR><LF>0123456789<CR><LF>', LIMIT_EXCEEDED",
        "'+OK<CR><LF>a<LF>b<CR><LF>', PROTOCOL_VIOLATION"
    })
    void what_is_no_response_or_over_the_limits_fails(String sent, FailureReason reason) {
        Pop3Responses responses = Pop3Responses.over(
                new PiecewiseChannel(PiecewiseChannel.spelled(sent)),
                Pop3ResponseLimits.DEFAULT.withLines(2).withOctets(8));
        assertThat(catchThrowableOfType(Pop3SyntaxException.class, () -> {
                            Pop3Reply reply = responses.next();
                            assertThat(reply.positive()).isTrue();
                            responses.lines();
                        })
                        .reason())
                .isEqualTo(reason);
    }

    @Test
    void a_sink_that_throws_ends_the_reading() {
        Pop3Responses responses = Pop3Responses.over(new PiecewiseChannel("a\r\n+OK\r\n.\r\n"));
        assertThatThrownBy(() -> responses.content(piece -> {
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(catchThrowableOfType(Pop3SyntaxException.class, responses::next)
                        .reason())
                .isEqualTo(FailureReason.LOCAL_ERROR);
        Pop3Responses others = Pop3Responses.over(new PiecewiseChannel("a\r\n.\r\n"));
        assertThatThrownBy(() -> others.content(piece -> {
                    throw new IllegalArgumentException("at fault");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(others::next).isInstanceOf(Pop3SyntaxException.class).hasMessageContaining("at fault");
    }

    @Test
    void limits_that_no_response_is_within_are_refused() {
        assertThatThrownBy(() -> Pop3ResponseLimits.DEFAULT.withLineOctets(4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Pop3ResponseLimits.DEFAULT.withLines(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Pop3ResponseLimits.DEFAULT.withOctets(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(seed = "1939", tries = 300)
    void octets_of_any_kind_make_the_same_at_every_split(@ForAll("hostile") List<String> tokens) {
        byte[] octets = String.join("", tokens).getBytes(StandardCharsets.ISO_8859_1);
        Pop3ResponseLimits limits = new Pop3ResponseLimits(12, 3, 20);
        ReaderSplits.requireSameAtEverySplit(() -> new Pop3ResponseReader(limits)::reply, octets);
        ReaderSplits.requireSameAtEverySplit(() -> new Pop3ResponseReader(limits)::lines, octets);
        ReaderSplits.requireSameAtEverySplit(Pop3ResponsesTest::contents, octets);
    }

    @Property(seed = "1939", tries = 200)
    void what_was_stuffed_comes_back_by_lines_and_by_octets_at_every_split(@ForAll("lines") List<String> lines) {
        StringBuilder sent = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (String line : lines) {
            sent.append(line.startsWith(".") ? "." : "").append(line).append("\r\n");
            expected.append(line).append("\r\n");
        }
        byte[] octets = sent.append(".\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ReaderSplits.requireSameAtEverySplit(() -> new Pop3ResponseReader()::lines, octets))
                .containsExactly(octets.length + " " + lines);
        assertThat(ReaderSplits.requireSameAtEverySplit(Pop3ResponsesTest::contents, octets))
                .containsExactly(octets.length + " " + expected.length() + " " + expected);
    }

    private static ReaderSplits.Reader contents() {
        Pop3ResponseReader reader = new Pop3ResponseReader();
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        return piece -> {
            Optional<Long> size = reader.content(piece, OctetSink.to(passed));
            return size.map(count -> count + " " + passed.toString(StandardCharsets.ISO_8859_1));
        };
    }

    @Provide
    Arbitrary<List<String>> hostile() {
        return Arbitraries.of(
                        "+OK", "-ERR", " ", "a", ".", ".", "\r\n", "\r\n", "\r\n", "\r", "\n", "\0", "\u00ff", ".\r\n")
                .list()
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<String>> lines() {
        return Arbitraries.strings()
                .withChars(".. a\u00ff")
                .ofMaxLength(4)
                .list()
                .ofMaxSize(5);
    }

    private String message() {
        return message.toString(StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
