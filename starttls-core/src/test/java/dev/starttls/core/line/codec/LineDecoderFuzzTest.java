package dev.starttls.core.line.codec;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.codec.LineDecoderFuzz.FuzzedDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Each oracle of the target finds its fault. */
class LineDecoderFuzzTest {

    /** A limit of 100 and pieces of one octet. */
    private static final byte[] INPUT =
            ("\142\1\1" + "250-a\r\n250 b\r\nx\ry\nz\0\r\n").getBytes(StandardCharsets.ISO_8859_1);

    @Test
    void the_decoder_passes() {
        assertThatCode(() -> LineDecoderFuzz.check(INPUT, LineDecoderFuzz::decoder))
                .doesNotThrowAnyException();
    }

    @Test
    void a_decoder_that_forgets_at_the_end_of_a_piece_is_found() {
        found(limit -> new FaultyDecoder(limit) {
            @Override
            public Optional<String> decode(ByteBuffer source) throws LineException {
                Optional<String> line = super.decode(source);
                if (line.isEmpty()) {
                    decoder.reset();
                }
                return line;
            }
        });
    }

    @Test
    void a_decoder_that_takes_a_bare_lf_for_the_end_of_a_line_is_found() {
        found(limit -> new FaultyDecoder(limit) {
            @Override
            public Optional<String> decode(ByteBuffer source) throws LineException {
                try {
                    return super.decode(source);
                } catch (LineException e) {
                    return Optional.of("a line");
                }
            }
        });
    }

    @Test
    void a_decoder_that_gives_out_what_is_no_character_of_a_line_is_found() {
        found(limit -> new FaultyDecoder(limit) {
            @Override
            public Optional<String> decode(ByteBuffer source) throws LineException {
                return super.decode(source).map(line -> line + "\r");
            }
        });
    }

    @Test
    void a_decoder_that_reads_past_the_end_of_a_line_is_found() {
        found(limit -> new FaultyDecoder(limit) {
            @Override
            public Optional<String> decode(ByteBuffer source) throws LineException {
                Optional<String> line = super.decode(source);
                source.position(source.limit());
                return line;
            }
        });
    }

    @Test
    void a_decoder_that_makes_no_progress_is_found() {
        found(limit -> new FaultyDecoder(limit) {
            @Override
            public Optional<String> decode(ByteBuffer source) {
                return Optional.empty();
            }
        });
    }

    @Test
    void a_decoder_that_holds_more_than_its_limit_is_found() {
        found(limit -> new FaultyDecoder(limit) {
            @Override
            public int held() {
                return limit + 1;
            }
        });
    }

    private static void found(IntFunction<FuzzedDecoder> faulty) {
        assertThatThrownBy(() -> LineDecoderFuzz.check(INPUT, faulty)).isInstanceOf(AssertionError.class);
    }

    /** Without a fault until a method is overridden. */
    private static class FaultyDecoder implements FuzzedDecoder {

        final LineDecoder decoder;

        FaultyDecoder(int limit) {
            decoder = new LineDecoder(limit);
        }

        @Override
        public Optional<String> decode(ByteBuffer source) throws LineException {
            return decoder.decode(source);
        }

        @Override
        public int held() {
            return decoder.held();
        }
    }
}
