package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/** What a reader makes of octets: always the same, however they are split. */
public final class ReaderSplits {

    /** A reader, as it is given octets. */
    @FunctionalInterface
    public interface Reader {
        /** Takes octets up to the end of the next value, and none after it. */
        Optional<?> read(ByteBuffer octets) throws IOException;
    }

    private ReaderSplits() {}

    /** Each value with the position in the stream at which it was given; the failure, if there is one, is the last. */
    public static List<String> whole(Reader reader, byte[] stream) {
        return read(reader, stream, at -> stream.length);
    }

    /** The same, of text with a character for each octet. */
    public static List<String> whole(Reader reader, String stream) {
        return whole(reader, stream.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Requires that fresh readers make the same of the stream at every split in two, and octet by octet. Returns what. */
    public static List<String> requireSameAtEverySplit(Supplier<Reader> fresh, byte[] stream) {
        List<String> expected = whole(fresh.get(), stream);
        assertThat(read(fresh.get(), stream, at -> at + 1)).as("octet by octet").isEqualTo(expected);
        for (int split = 1; split < stream.length; split++) {
            int cut = split;
            assertThat(read(fresh.get(), stream, at -> at < cut ? cut : stream.length))
                    .as("split after %s octets", split)
                    .isEqualTo(expected);
        }
        WalkedSplits.count(2 * stream.length);
        return expected;
    }

    /** Requires the same of pieces of other sizes. */
    public static List<String> read(Reader reader, byte[] stream, IntUnaryOperator ends) {
        List<String> outcomes = new ArrayList<>();
        int at = 0;
        while (at < stream.length) {
            int end = Math.min(stream.length, ends.applyAsInt(at));
            ByteBuffer piece = ByteBuffer.wrap(stream, at, end - at);
            while (piece.hasRemaining()) {
                int before = piece.position();
                try {
                    Optional<?> value = reader.read(piece);
                    if (value.isPresent()) {
                        outcomes.add(piece.position() + " " + value.get());
                    } else {
                        assertThat(piece.hasRemaining())
                                .as("left where no value ends")
                                .isFalse();
                    }
                } catch (IOException e) {
                    outcomes.add(piece.position() + " " + e.getClass().getSimpleName() + " " + e.getMessage());
                    requireStopped(reader);
                    return outcomes;
                }
                assertThat(piece.position()).as("progress").isGreaterThan(before);
            }
            at = end;
        }
        return outcomes;
    }

    private static void requireStopped(Reader reader) {
        ByteBuffer more = ByteBuffer.wrap("250 a\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> reader.read(more))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has failed");
        assertThat(more.position()).as("taken after a failure").isZero();
    }
}
