package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {

    private static final int MUCH = 1 << 30;

    /** A value of LDAP, in BER with a definite length (RFC 4511 section 5.1). */
    private static final Frame BER = Frame.sized(2, first -> {
        int more = (first[1] & 0xFF) - 128;
        if (more < 0) {
            return OptionalInt.of(2 + first[1]);
        }
        if (first.length < 2 + more) {
            return OptionalInt.empty();
        }
        int length = 0;
        for (int i = 0; i < more; i++) {
            length = (length << 8) | (first[2 + i] & 0xFF);
        }
        return OptionalInt.of(2 + more + length);
    });

    private final Framing framing = new Framing(512, MUCH);

    @Test
    void a_literal_that_is_only_announced_holds_nothing() {
        framing.expect(Frame.exactly(MUCH));
        assertThat(framing.lineDue()).isFalse();
        assertThat(framing.held()).isZero();
        assertThat(framing.octets(ByteBuffer.allocate(0))).isEmpty();
        assertThat(framing.held()).isZero();
    }

    @Test
    void a_literal_holds_at_most_twice_what_has_come() {
        framing.expect(Frame.exactly(MUCH));
        for (int came = 1; came <= 200_000; came += 1_000) {
            assertThat(framing.octets(ByteBuffer.allocate(came == 1 ? 1 : 1_000)))
                    .isEmpty();
            assertThat(framing.held()).isBetween(came, Math.max(4_096, 2 * came));
        }
        framing.reset();
        assertThat(framing.held()).isZero();
        assertThat(framing.lineDue()).isTrue();
    }

    @Test
    void a_literal_is_whole_however_it_was_split() {
        Random random = new Random(16);
        for (int i = 0; i < 200; i++) {
            byte[] sent = new byte[1 + random.nextInt(20_000)];
            random.nextBytes(sent);
            framing.expect(Frame.exactly(sent.length));
            Optional<byte[]> whole = Optional.empty();
            int at = 0;
            while (at < sent.length) {
                assertThat(whole).as("literal %s", i).isEmpty();
                int count = Math.min(1 + random.nextInt(9_000), sent.length - at);
                ByteBuffer piece = ByteBuffer.allocate(count + 2).put(sent, at, count);
                at += count;
                if (at < sent.length) {
                    piece.flip();
                } else {
                    piece.put((byte) '\r').put((byte) '\n').flip();
                }
                whole = framing.octets(piece);
                assertThat(piece.remaining()).as("literal %s", i).isEqualTo(at < sent.length ? 0 : 2);
            }
            assertThat(whole).as("literal %s", i).contains(sent);
            assertThat(framing.held()).isZero();
        }
    }

    @Property(tries = 500)
    void a_message_ends_at_the_first_delimiter_and_nothing_after_it_is_taken(
            @ForAll @Size(max = 60) List<@ByteRange(min = 97, max = 99) Byte> text,
            @ForAll @Size(max = 40) List<@IntRange(min = 1, max = 7) Integer> pieces) {
        String all = text(text) + "cab" + "rest";
        int end = Math.min(ending(all, "cab"), ending(all, "bb"));
        ByteBuffer source = ByteBuffer.wrap(all.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(feed(Frame.upTo("cab", "bb"), source, pieces))
                .contains(all.substring(0, end).getBytes(StandardCharsets.ISO_8859_1));
        assertThat(source.position()).isEqualTo(end);
    }

    @Property(tries = 500)
    void a_message_that_says_its_length_is_whole_however_it_was_split(
            @ForAll @IntRange(max = 70_000) int count,
            @ForAll @Size(max = 40) List<@IntRange(min = 1, max = 3_000) Integer> pieces) {
        byte[] message = ber(count);
        ByteBuffer source = ByteBuffer.allocate(message.length + 3).put(message).position(0);
        assertThat(feed(BER, source, pieces)).contains(message);
        assertThat(source.remaining()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, MUCH + 1})
    void a_length_that_cannot_be_is_refused_before_more_is_read(int said) {
        framing.expect(Frame.sized(4, first -> OptionalInt.of(said)));
        ByteBuffer source = ByteBuffer.allocate(20);
        assertThat(framing.octets(source)).isEmpty();
        assertThat(framing.misannounced()).isPresent();
        assertThat(source.position()).isEqualTo(4);
        assertThat(framing.held()).isLessThanOrEqualTo(4_096);
    }

    @Test
    void a_message_that_is_nothing_but_its_head_is_whole() {
        framing.expect(Frame.sized(2, first -> OptionalInt.of(2)));
        assertThat(framing.octets(ByteBuffer.allocate(9))).contains(new byte[2]);
        assertThat(framing.lineDue()).isTrue();
    }

    private static Optional<byte[]> feed(Frame frame, ByteBuffer source, List<Integer> pieces) {
        Framing framing = new Framing(512, MUCH);
        framing.expect(frame);
        int all = source.limit();
        int next = 0;
        Optional<byte[]> whole = Optional.empty();
        while (whole.isEmpty() && source.position() < all) {
            int piece = next < pieces.size() ? pieces.get(next++) : all;
            source.limit(Math.min(all, source.position() + piece));
            whole = framing.octets(source);
            assertThat(framing.misannounced()).isEmpty();
        }
        source.limit(all);
        return whole;
    }

    private static String text(List<Byte> octets) {
        StringBuilder text = new StringBuilder();
        octets.forEach(octet -> text.append((char) (byte) octet));
        return text.toString();
    }

    private static int ending(String all, String delimiter) {
        int at = all.indexOf(delimiter);
        return at < 0 ? Integer.MAX_VALUE : at + delimiter.length();
    }

    private static byte[] ber(int count) {
        byte[] head = count < 128
                ? new byte[] {0x30, (byte) count}
                : new byte[] {0x30, (byte) 0x83, (byte) (count >> 16), (byte) (count >> 8), (byte) count};
        byte[] message = Arrays.copyOf(head, head.length + count);
        Arrays.fill(message, head.length, message.length, (byte) 7);
        return message;
    }
}
