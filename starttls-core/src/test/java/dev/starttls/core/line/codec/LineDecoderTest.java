package dev.starttls.core.line.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.line.LineException;
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
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineDecoderTest {

    private static final int LIMIT = 16;

    @Test
    void a_line_is_given_out_without_its_crlf() throws LineException {
        assertThat(new LineDecoder(LIMIT).decode(octets("220 ready\r\n"))).contains("220 ready");
    }

    @Test
    void an_empty_line_is_a_line() throws LineException {
        assertThat(new LineDecoder(2).decode(octets("\r\n"))).contains("");
    }

    @Test
    void nothing_after_the_line_is_taken() throws LineException {
        ByteBuffer source = octets("one\r\n\u0000\nrest");
        assertThat(new LineDecoder(LIMIT).decode(source)).contains("one");
        assertThat(source.position()).isEqualTo(5);
    }

    @Test
    void octets_before_the_position_and_after_the_limit_are_left_alone() throws LineException {
        ByteBuffer source = octets("xxab\r\nyy").position(2).limit(5);
        LineDecoder decoder = new LineDecoder(LIMIT);
        assertThat(decoder.decode(source)).isEmpty();
        assertThat(source.position()).isEqualTo(5);
        source.limit(8);
        assertThat(decoder.decode(source)).contains("ab");
        assertThat(source.position()).isEqualTo(6);
    }

    @Test
    void direct_and_read_only_buffers_do() throws LineException {
        ByteBuffer direct = ByteBuffer.allocateDirect(8).put(octets("ab\r\n")).flip();
        assertThat(new LineDecoder(LIMIT).decode(direct)).contains("ab");
        assertThat(new LineDecoder(LIMIT).decode(octets("ab\r\n").asReadOnlyBuffer()))
                .contains("ab");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 127, 128, 129, 255, 256, 257, 512, 1000})
    void a_line_as_long_as_the_limit_passes_and_one_octet_more_does_not(int limit) throws LineException {
        String longest = "x".repeat(limit - 2);
        LineDecoder decoder = new LineDecoder(limit);
        assertThat(decoder.decode(octets(longest + "\r\n"))).contains(longest);

        ByteBuffer tooLong = octets(longest + "x\r\nnext");
        LineException thrown = catchThrowableOfType(LineException.class, () -> decoder.decode(tooLong));
        assertThat(thrown.kind()).isEqualTo(LineException.Kind.TOO_LONG);
        assertThat(thrown)
                .hasMessageContaining("at most " + limit + " octets")
                .hasMessageContaining("octet " + (limit + 1));
        assertThat(tooLong.position())
                .as("no more than one octet over the limit")
                .isEqualTo(limit + 1);
    }

    @ParameterizedTest
    @CsvSource({"BARE_CR,'a\rb',3", "BARE_CR,'\r\r\n',2", "BARE_LF,'a\nb',2", "BARE_LF,'\n',1"})
    void a_bare_cr_or_lf_is_no_end_of_a_line(LineException.Kind kind, String text, int octet) {
        ByteBuffer source = octets(text);
        LineException thrown = catchThrowableOfType(LineException.class, () -> new LineDecoder(LIMIT).decode(source));
        assertThat(thrown.kind()).isEqualTo(kind);
        assertThat(thrown).hasMessageContaining("octet " + octet + " of the line");
        assertThat(source.position()).isEqualTo(octet);
    }

    @Test
    void a_nul_is_refused_wherever_it_is() {
        for (String text : List.of("\0", "ab\0", "a\0b\r\n")) {
            LineException thrown =
                    catchThrowableOfType(LineException.class, () -> new LineDecoder(LIMIT).decode(octets(text)));
            assertThat(thrown.kind()).isEqualTo(LineException.Kind.NUL);
        }
    }

    @Test
    void a_nul_after_cr_is_a_bare_cr() {
        LineException thrown =
                catchThrowableOfType(LineException.class, () -> new LineDecoder(LIMIT).decode(octets("\r\0")));
        assertThat(thrown.kind()).isEqualTo(LineException.Kind.BARE_CR);
    }

    @Test
    void every_other_octet_is_kept_as_it_is() throws LineException {
        StringBuilder all = new StringBuilder();
        for (char c = 1; c < 256; c++) {
            if (c != '\r' && c != '\n') {
                all.append(c);
            }
        }
        String line = new LineDecoder(300).decode(octets(all + "\r\n")).orElseThrow();
        assertThat(line).isEqualTo(all.toString());
        ByteBuffer utf8 = ByteBuffer.wrap("grüße\r\n".getBytes(StandardCharsets.UTF_8));
        String raw = new LineDecoder(LIMIT).decode(utf8).orElseThrow();
        assertThat(new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .isEqualTo("grüße");
    }

    @Test
    void after_a_failure_nothing_is_held() throws LineException {
        LineDecoder decoder = new LineDecoder(LIMIT);
        for (String broken : List.of("ab\rc", "ab\n", "ab\0", "x".repeat(LIMIT + 1))) {
            assertThatThrownBy(() -> decoder.decode(octets(broken))).isInstanceOf(LineException.class);
            assertThat(decoder.held()).isZero();
            assertThat(decoder.decode(octets("next\r\n"))).contains("next");
        }
    }

    @Test
    void a_reset_forgets_a_fragment_and_a_cr() throws LineException {
        LineDecoder decoder = new LineDecoder(LIMIT);
        assertThat(decoder.decode(octets("glue\r"))).isEmpty();
        assertThat(decoder.held()).isEqualTo(5);
        decoder.reset();
        assertThat(decoder.held()).isZero();
        assertThatThrownBy(() -> decoder.decode(octets("\n"))).isInstanceOf(LineException.class);
        assertThat(decoder.decode(octets("b\r\n"))).contains("b");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1})
    void a_limit_without_room_for_crlf_is_refused(int limit) {
        assertThatThrownBy(() -> new LineDecoder(limit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 2");
    }

    @Property(seed = "1")
    void lines_are_the_same_however_the_stream_was_split(
            @ForAll("streams") byte[] stream, @ForAll @Size(max = 20) List<@IntRange(min = 0, max = 9) Integer> cuts) {
        assertThat(events(stream, cuts)).isEqualTo(events(stream, List.of()));
        assertThat(events(stream, List.of(1))).isEqualTo(events(stream, List.of()));
    }

    @Property(seed = "2")
    void every_octet_taken_is_accounted_for_and_no_more_than_the_limit_is_held(@ForAll("streams") byte[] stream) {
        LineDecoder decoder = new LineDecoder(LIMIT);
        ByteBuffer source = ByteBuffer.wrap(stream);
        while (source.hasRemaining()) {
            int from = source.position();
            int before = decoder.held();
            try {
                Optional<String> line = decoder.decode(source);
                int taken = before + source.position() - from;
                if (line.isPresent()) {
                    assertThat(taken).isEqualTo(line.get().length() + 2).isLessThanOrEqualTo(LIMIT);
                    assertThat(decoder.held()).isZero();
                } else {
                    assertThat(decoder.held()).isEqualTo(taken).isLessThanOrEqualTo(LIMIT);
                    assertThat(source.hasRemaining()).isFalse();
                }
            } catch (LineException e) {
                assertThat(before + source.position() - from).isLessThanOrEqualTo(LIMIT + 1);
                assertThat(decoder.held()).isZero();
            }
        }
    }

    @Property(seed = "3")
    void what_was_encoded_is_decoded(@ForAll("lines") String line) throws LineException {
        ByteBuffer octets = LineEncoder.encode(line);
        assertThat(new LineDecoder(Math.max(2, line.length() + 2)).decode(octets))
                .contains(line);
        assertThat(octets.hasRemaining()).isFalse();
    }

    @Provide
    Arbitrary<byte[]> streams() {
        // Line ends for the most part, and letters between them.
        Arbitrary<Byte> octet = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(6, Arbitraries.of((byte) 'a', (byte) 'z', (byte) 0x80, (byte) 0xff)),
                net.jqwik.api.Tuple.of(3, Arbitraries.of((byte) '\r', (byte) '\n')),
                net.jqwik.api.Tuple.of(1, Arbitraries.of((byte) 0)));
        Arbitrary<List<Byte>> piece =
                Arbitraries.oneOf(octet.list().ofMaxSize(20), Arbitraries.just(List.of((byte) '\r', (byte) '\n')));
        return piece.list().ofMaxSize(12).map(LineDecoderTest::flat);
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.strings()
                .withCharRange((char) 1, (char) 255)
                .excludeChars('\r', '\n')
                .ofMaxLength(300);
    }

    private static List<String> events(byte[] stream, List<Integer> cuts) {
        LineDecoder decoder = new LineDecoder(LIMIT);
        List<String> events = new ArrayList<>();
        int from = 0;
        int cut = 0;
        while (from < stream.length) {
            int size = cuts.isEmpty() ? stream.length : cuts.get(cut++ % cuts.size());
            if (size == 0 && cuts.stream().allMatch(count -> count == 0)) {
                size = 1;
            }
            int to = Math.min(stream.length, from + size);
            ByteBuffer source = ByteBuffer.wrap(stream, from, to - from);
            do {
                try {
                    decoder.decode(source).ifPresent(line -> events.add("line " + line));
                } catch (LineException e) {
                    events.add(e.kind() + " " + e.getMessage());
                }
            } while (source.hasRemaining());
            from = to;
        }
        events.add("held " + decoder.held());
        return events;
    }

    private static byte[] flat(List<List<Byte>> pieces) {
        List<Byte> all = pieces.stream().flatMap(List::stream).toList();
        byte[] octets = new byte[all.size()];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = all.get(i);
        }
        return octets;
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
