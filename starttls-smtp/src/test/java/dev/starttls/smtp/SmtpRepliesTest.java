package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.line.LineException;
import dev.starttls.core.testing.PiecewiseChannel;
import dev.starttls.core.testing.ReaderSplits;
import dev.starttls.core.upgrade.FailureReason;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.net.SocketTimeoutException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replies inside TLS, as an author's own client reads them. */
class SmtpRepliesTest {

    @Test
    void the_replies_to_commands_that_were_sent_together_come_in_order() throws Exception {
        SmtpReplies replies = SmtpReplies.over(new PiecewiseChannel(
                "250-mx\r\n250-PIPELINING\r\n250 SIZE 10\r\n250 2.1.0 Ok\r\n550 5.1.1 No such user\r\n35", "4 Go\r\n"));
        assertThat(SmtpCapabilities.of(replies.next()).has("PIPELINING")).isTrue();
        assertThat(replies.next().code()).isEqualTo(250);
        SmtpReply refused = replies.next();
        assertThat(refused.status()).contains(new EnhancedStatusCode(5, 1, 1));
        assertThat(refused.text()).containsExactly("No such user");
        assertThat(replies.next().code()).isEqualTo(354);
        assertThatThrownBy(replies::next).isInstanceOf(EOFException.class).hasMessageContaining("a reply");
    }

    @Test
    void a_channel_that_does_not_block_is_polled() throws Exception {
        SmtpReplies replies = SmtpReplies.over(new PiecewiseChannel(
                PiecewiseChannel.NOTHING, "250-a\r\n2", PiecewiseChannel.NOTHING, "50 b\r\n250 c\r\n"));
        assertThat(replies.poll()).isEmpty();
        assertThat(replies.poll()).isEmpty();
        assertThat(replies.poll()).contains(SmtpReply.of(250, "a", "b"));
        assertThat(replies.poll()).contains(SmtpReply.of(250, "c"));
        assertThatThrownBy(replies::poll).isInstanceOf(EOFException.class);
    }

    @Test
    void a_read_that_timed_out_is_tried_again() throws Exception {
        SmtpReplies replies =
                SmtpReplies.over(new PiecewiseChannel("250-a\r", PiecewiseChannel.TIMEOUT, "\n250 b\r\n"));
        assertThatThrownBy(replies::next).isInstanceOf(SocketTimeoutException.class);
        assertThat(replies.next()).isEqualTo(SmtpReply.of(250, "a", "b"));
    }

    @Test
    void a_stream_is_read_by_way_of_a_channel() throws Exception {
        byte[] octets = "220 ready\r\n221 Bye\r\n".getBytes(StandardCharsets.US_ASCII);
        SmtpReplies replies = SmtpReplies.over(Channels.newChannel(new ByteArrayInputStream(octets)));
        assertThat(replies.next().code()).isEqualTo(220);
        assertThat(replies.next().code()).isEqualTo(221);
    }

    @ParameterizedTest
    @CsvSource({
        "'250 a<CR>250 b<CR><LF>', BARE_CR",
        "'250 a<LF>', BARE_LF",
        "'250 a<NUL><CR><LF>', NUL",
        "'250-aaaaaaaaaaaaaaaaa', TOO_LONG"
    })
    void what_is_no_line_fails_as_what_it_is(String sent, LineException.Kind kind) {
        SmtpReplies replies = SmtpReplies.over(
                new PiecewiseChannel(PiecewiseChannel.spelled(sent), "250 a\r\n"),
                SmtpReplyLimits.DEFAULT.withLineOctets(16));
        SmtpSyntaxException failure = catchThrowableOfType(SmtpSyntaxException.class, replies::next);
        assertThat(failure).hasCauseInstanceOf(LineException.class);
        assertThat(((LineException) failure.getCause()).kind()).isEqualTo(kind);
        assertThat(failure.reason())
                .isEqualTo(
                        kind == LineException.Kind.TOO_LONG
                                ? FailureReason.LIMIT_EXCEEDED
                                : FailureReason.PROTOCOL_VIOLATION);
        assertThatThrownBy(replies::next)
                .as("it refuses to go on")
                .isInstanceOf(SmtpSyntaxException.class)
                .hasMessageContaining("close the connection")
                .hasCause(failure);
    }

    @ParameterizedTest
    @CsvSource({
        "'600 a<CR><LF>', PROTOCOL_VIOLATION",
        "'250-a<CR><LF>251 b<CR><LF>', PROTOCOL_VIOLATION",
        "'* OK<CR><LF>', PROTOCOL_VIOLATION",
        "'<CR><LF>', PROTOCOL_VIOLATION",
        "'250-a<CR><LF>250-b<CR><LF>250-c<CR><LF>', LIMIT_EXCEEDED",
        "'250 0123456789<CR><LF>', LIMIT_EXCEEDED"
    })
    void what_is_no_reply_or_over_the_limits_fails(String sent, FailureReason reason) {
        SmtpReplies replies = SmtpReplies.over(
                new PiecewiseChannel(PiecewiseChannel.spelled(sent)),
                SmtpReplyLimits.DEFAULT.withLines(2).withOctets(12));
        assertThat(catchThrowableOfType(SmtpSyntaxException.class, replies::next)
                        .reason())
                .isEqualTo(reason);
    }

    @Test
    void limits_that_no_reply_is_within_are_refused() {
        assertThatThrownBy(() -> SmtpReplyLimits.DEFAULT.withLineOctets(4))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SmtpReplyLimits.DEFAULT.withLines(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SmtpReplyLimits.DEFAULT.withOctets(2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_is_held_of_a_reply_is_known() throws Exception {
        SmtpReplyReader reader = new SmtpReplyReader();
        assertThat(reader.unfinished()).isFalse();
        assertThat(reader.read(StandardCharsets.US_ASCII.encode("2"))).isEmpty();
        assertThat(reader.unfinished()).isTrue();
        assertThat(reader.read(StandardCharsets.US_ASCII.encode("50-a\r\n"))).isEmpty();
        assertThat(reader.unfinished()).isTrue();
        assertThat(reader.read(StandardCharsets.US_ASCII.encode("250 b\r\n"))).isPresent();
        assertThat(reader.unfinished()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'250-a<CR><LF>250<NUL>'", "'250-a<CR><LF>250-b<CR><CR>'", "'250-a<CR><LF>251 b<CR><LF>'"})
    void after_a_violation_nothing_is_held(String sent) {
        SmtpReplyReader reader = new SmtpReplyReader();
        assertThatThrownBy(() -> reader.read(StandardCharsets.US_ASCII.encode(PiecewiseChannel.spelled(sent))))
                .isInstanceOf(SmtpSyntaxException.class);
        assertThat(reader.unfinished()).isFalse();
    }

    @Property(seed = "5321", tries = 300)
    void octets_of_any_kind_make_the_same_replies_at_every_split(@ForAll("hostile") List<String> tokens) {
        byte[] octets = String.join("", tokens).getBytes(StandardCharsets.ISO_8859_1);
        SmtpReplyLimits limits = new SmtpReplyLimits(12, 3, 20);
        ReaderSplits.requireSameAtEverySplit(() -> new SmtpReplyReader(limits)::read, octets);
    }

    @Property(seed = "2920", tries = 100)
    void pipelined_replies_come_back_at_every_split(@ForAll("codes") List<Integer> codes) {
        StringBuilder sent = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int code : codes) {
            SmtpReply reply = code % 2 == 0 ? SmtpReply.of(code, "a", "b") : SmtpReply.of(code, "c");
            sent.append(String.join("\r\n", reply.lines())).append("\r\n");
            expected.add(sent.length() + " " + reply);
        }
        assertThat(ReaderSplits.requireSameAtEverySplit(
                        () -> new SmtpReplyReader()::read, sent.toString().getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo(expected);
    }

    @Provide
    Arbitrary<List<String>> hostile() {
        return Arbitraries.of("250-a", "250 b", "\r\n", "\r\n", "\r\n", "\r", "\n", "\0", "250", "251 x", "-", "\u00ff")
                .list()
                .ofMinSize(1)
                .ofMaxSize(10);
    }

    @Provide
    Arbitrary<List<Integer>> codes() {
        return Arbitraries.integers().between(200, 599).list().ofMinSize(1).ofMaxSize(4);
    }
}
