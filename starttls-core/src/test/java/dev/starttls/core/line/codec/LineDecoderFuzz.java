package dev.starttls.core.line.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.line.LineException;
import dev.starttls.core.testing.fuzz.FuzzInput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Any octets under any limit, however they are cut: the lines are those of a decoder that sees all at once, and of the
 * rule as it is written down here a second time; nothing is read past the end of a line, and no more is held than the
 * limit.
 */
class LineDecoderFuzz {

    /** What is fuzzed: a {@link LineDecoder}, or in a test of the oracle a faulty one. */
    interface FuzzedDecoder {
        Optional<String> decode(ByteBuffer source) throws LineException;

        int held();
    }

    @FuzzTest
    void lines(byte[] input) {
        check(input, LineDecoderFuzz::decoder);
    }

    static FuzzedDecoder decoder(int limit) {
        LineDecoder decoder = new LineDecoder(limit);
        return new FuzzedDecoder() {
            @Override
            public Optional<String> decode(ByteBuffer source) throws LineException {
                return decoder.decode(source);
            }

            @Override
            public int held() {
                return decoder.held();
            }
        };
    }

    /** Reads a limit, up to 15 sizes of pieces, and the octets. */
    static void check(byte[] input, IntFunction<FuzzedDecoder> maker) {
        FuzzInput choices = new FuzzInput(input);
        int limit = 2 + choices.octet();
        byte[] sizes = choices.take(choices.choice(16));
        byte[] octets = choices.rest();
        List<String> expected = byTheRule(octets, limit);
        assertThat(run(maker.apply(limit), limit, octets, new byte[0])).isEqualTo(expected);
        assertThat(run(maker.apply(limit), limit, octets, new byte[] {1})).isEqualTo(expected);
        assertThat(run(maker.apply(limit), limit, octets, sizes)).isEqualTo(expected);
    }

    /** The results of a decoder for octets in pieces of these sizes, in turn; each with the position at which it was given. */
    private static List<String> run(FuzzedDecoder decoder, int limit, byte[] octets, byte[] sizes) {
        List<String> said = new ArrayList<>();
        int at = 0;
        for (int piece = 0; at < octets.length; piece++) {
            int size = sizes.length == 0 ? octets.length : Math.max(1, sizes[piece % sizes.length] & 0xff);
            int end = Math.min(octets.length, at + size);
            ByteBuffer source = ByteBuffer.wrap(Arrays.copyOfRange(octets, at, end));
            while (source.hasRemaining()) {
                int before = source.position();
                try {
                    Optional<String> line = decoder.decode(source);
                    if (line.isPresent()) {
                        requireClean(line.get(), limit);
                        said.add(at + source.position() + " " + line.get());
                    } else {
                        assertThat(source.hasRemaining())
                                .as("all taken where no line ends")
                                .isFalse();
                    }
                } catch (LineException e) {
                    said.add(at + source.position() + " " + e.kind());
                    assertThat(decoder.held()).as("held after a failure").isZero();
                }
                assertThat(source.position()).as("progress").isGreaterThan(before);
                assertThat(decoder.held()).as("held").isBetween(0, limit);
            }
            at = end;
        }
        return said;
    }

    private static void requireClean(String line, int limit) {
        assertThat(line.length() + 2).as("octets of a line").isLessThanOrEqualTo(limit);
        assertThat(line.chars()).as("characters of a line").noneMatch(c -> c == '\r' || c == '\n' || c == 0 || c > 255);
    }

    /** The rule a second time, over all octets at once. */
    private static List<String> byTheRule(byte[] octets, int limit) {
        List<String> expected = new ArrayList<>();
        int start = 0;
        while (start < octets.length) {
            int at = start;
            while (at < octets.length
                    && octets[at] != '\r'
                    && octets[at] != '\n'
                    && octets[at] != 0
                    && at - start < limit) {
                at++;
            }
            if (at == octets.length) {
                break;
            }
            if (at - start == limit) {
                start = at + 1;
                expected.add(start + " " + LineException.Kind.TOO_LONG);
            } else if (octets[at] == 0) {
                start = at + 1;
                expected.add(start + " " + LineException.Kind.NUL);
            } else if (octets[at] == '\n') {
                start = at + 1;
                expected.add(start + " " + LineException.Kind.BARE_LF);
            } else if (at + 1 == octets.length) {
                break;
            } else if (octets[at + 1] != '\n') {
                start = at + 2;
                expected.add(start + " " + LineException.Kind.BARE_CR);
            } else if (at + 2 - start > limit) {
                start = at + 2;
                expected.add(start + " " + LineException.Kind.TOO_LONG);
            } else {
                String line = new String(octets, start, at - start, StandardCharsets.ISO_8859_1);
                start = at + 2;
                expected.add(start + " " + line);
            }
        }
        return expected;
    }
}
