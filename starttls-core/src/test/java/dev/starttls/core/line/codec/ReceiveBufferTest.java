package dev.starttls.core.line.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.OctetSink;
import dev.starttls.core.testing.PiecewiseChannel;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReceiveBufferTest {

    private final LineDecoder lines = new LineDecoder(20_000);

    @Test
    void lines_that_came_in_one_read_are_given_one_by_one() throws Exception {
        ReceiveBuffer received = reading("one\r\ntw", "o\r\nthree\r\nfo");
        assertThat(next(received)).isEqualTo("one");
        assertThat(next(received)).isEqualTo("two");
        assertThat(StandardCharsets.US_ASCII.decode(received.held()).toString()).isEqualTo("three\r\nfo");
        assertThat(received.poll(lines::decode, "a line")).contains("three");
        assertThatThrownBy(() -> received.next(lines::decode, "a line"))
                .isInstanceOf(EOFException.class)
                .hasMessageStartingWith("Expected a line, got the end of the connection");
    }

    @Test
    void a_value_may_be_longer_than_the_buffer() throws Exception {
        String line = "x".repeat(2 * ReceiveBuffer.SIZE + 1);
        assertThat(next(reading(line + "\r\n"))).isEqualTo(line);
    }

    @Test
    void a_channel_that_has_nothing_now_is_polled_and_not_waited_for() throws Exception {
        ReceiveBuffer received = reading("o", PiecewiseChannel.NOTHING, "ne\r", PiecewiseChannel.NOTHING, "\n");
        assertThat(received.poll(lines::decode, "a line")).isEmpty();
        assertThatThrownBy(() -> received.next(lines::decode, "a line"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("use poll");
        assertThat(received.poll(lines::decode, "a line")).contains("one");
    }

    @Test
    void a_read_that_timed_out_is_tried_again_and_nothing_is_lost() throws Exception {
        ReceiveBuffer received = reading("o", PiecewiseChannel.TIMEOUT, "ne\r\n");
        assertThatThrownBy(() -> received.next(lines::decode, "a line")).isInstanceOf(SocketTimeoutException.class);
        assertThat(next(received)).isEqualTo("one");
    }

    @Test
    void what_the_decoder_throws_is_passed_on() {
        assertThatThrownBy(() -> reading("a\n").next(lines::decode, "a line")).isInstanceOf(LineException.class);
    }

    @Test
    void a_decoder_that_leaves_octets_where_no_value_ends_is_at_fault() {
        assertThatThrownBy(() -> reading("ab").poll(octets -> Optional.empty(), "nothing"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("left 2");
    }

    @Test
    void a_sink_of_a_stream_takes_what_it_is_given() throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ByteBuffer source = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
        source.get();
        OctetSink.to(stream).takeFrom(source, 2);
        assertThat(stream.toByteArray()).containsExactly(2, 3);
        assertThat(source.remaining()).isEqualTo(1);
        OctetSink none = octets -> {
            throw new AssertionError();
        };
        none.takeFrom(source, 0);
    }

    @Test
    void a_sink_that_leaves_octets_or_writes_into_them_is_found_out() {
        OctetSink half = octets -> octets.get();
        assertThatThrownBy(() -> half.takeFrom(ByteBuffer.allocate(3), 3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("left 2");
        OctetSink writing = octets -> octets.put((byte) 1);
        assertThatThrownBy(() -> writing.takeFrom(ByteBuffer.allocate(3), 3))
                .isInstanceOf(ReadOnlyBufferException.class);
    }

    private String next(ReceiveBuffer received) throws IOException {
        return received.next(lines::decode, "a line");
    }

    private static ReceiveBuffer reading(String... pieces) {
        return new ReceiveBuffer(new PiecewiseChannel(pieces)::read);
    }
}
