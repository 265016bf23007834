package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.starttls.core.line.LineException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

    @Test
    void a_message_may_be_as_long_as_the_limit_and_no_longer() {
        for (int said : new int[] {10, 11}) {
            Framing small = new Framing(512, 10);
            small.expect(Frame.sized(2, first -> OptionalInt.of(said)));
            assertThat(small.octets(ByteBuffer.allocate(20)).isPresent()).isEqualTo(said == 10);
            if (said > 10) {
                assertThat(small.misannounced()).hasValue(said);
            } else {
                assertThat(small.misannounced()).isEmpty();
            }
        }
    }

    @Test
    void a_length_is_asked_for_with_one_octet_more_each_time() {
        List<Integer> asked = new ArrayList<>();
        framing.expect(Frame.sized(2, first -> {
            asked.add(first.length);
            return first.length < 4 ? OptionalInt.empty() : OptionalInt.of(6);
        }));
        assertThat(framing.octets(ByteBuffer.allocate(1))).isEmpty();
        assertThat(framing.octets(ByteBuffer.allocate(2))).isEmpty();
        assertThat(framing.misannounced()).isEmpty();
        ByteBuffer rest = ByteBuffer.allocate(9);
        assertThat(framing.octets(rest)).contains(new byte[6]);
        assertThat(rest.remaining()).isEqualTo(6);
        assertThat(asked).containsExactly(2, 3, 4);
    }

    @Test
    void what_was_taken_of_a_message_may_begin_like_a_record_of_tls() {
        assertThat(beginsLikeTls()).isFalse();
        assertThat(beginsLikeTls(22)).isTrue();
        assertThat(beginsLikeTls(21)).isTrue();
        assertThat(beginsLikeTls(23)).isFalse();
        assertThat(beginsLikeTls(22, 3)).isTrue();
        assertThat(beginsLikeTls(22, 4)).isFalse();
        assertThat(beginsLikeTls(21, 3, 1)).isTrue();
        assertThat(beginsLikeTls(21, 2, 3)).isFalse();
    }

    private static boolean beginsLikeTls(int... octets) {
        Framing framing = new Framing(512, MUCH);
        framing.expect(Frame.exactly(10));
        ByteBuffer source = ByteBuffer.allocate(octets.length);
        for (int octet : octets) {
            source.put((byte) octet);
        }
        assertThat(framing.octets(source.flip())).isEmpty();
        return framing.beginsLikeTls();
    }

    /** Each character is one octet. */
    @Test
    void a_delimiter_may_have_octets_above_those_of_ascii() {
        framing.expect(Frame.upTo("\u00ff\u0080"));
        ByteBuffer source = ByteBuffer.wrap(new byte[] {(byte) 0x80, (byte) 0xff, (byte) 0x80, 1});
        assertThat(framing.octets(source)).contains(new byte[] {(byte) 0x80, (byte) 0xff, (byte) 0x80});
        assertThat(source.remaining()).isEqualTo(1);
    }

    @Test
    void a_short_literal_holds_what_it_has_and_a_message_of_unknown_length_somewhat_more() {
        framing.expect(Frame.exactly(10));
        assertThat(framing.octets(ByteBuffer.allocate(3))).isEmpty();
        assertThat(framing.held()).isEqualTo(10);
        framing.reset();
        framing.expect(Frame.upTo("end"));
        assertThat(framing.octets(ByteBuffer.allocate(1))).isEmpty();
        assertThat(framing.held()).as("it grows seldom").isEqualTo(4_096);
        for (int came = 2; came <= 20_000; came++) {
            assertThat(framing.octets(ByteBuffer.allocate(1))).isEmpty();
            assertThat(framing.held()).isBetween(came, Math.max(4_096, 2 * came));
        }
    }

    @Test
    void a_line_is_held_until_it_is_whole_and_what_follows_is_not_taken() throws LineException {
        ByteBuffer source = ByteBuffer.wrap("HELLO\r\nNOOP\r\n".getBytes(StandardCharsets.ISO_8859_1));
        source.limit(3);
        assertThat(framing.line(source)).isEmpty();
        assertThat(framing.held()).isGreaterThanOrEqualTo(3);
        source.limit(13);
        assertThat(framing.line(source)).contains("HELLO");
        assertThat(source.position()).isEqualTo(7);
        assertThat(framing.held()).isZero();

        source.limit(9);
        assertThat(framing.line(source)).isEmpty();
        framing.reset();
        assertThat(framing.held()).isZero();
        source.limit(13);
        assertThat(framing.line(source)).as("nothing is glued to it").contains("OP");
    }

    @Test
    void a_piece_is_as_long_as_it_is_to_be_or_may_be() {
        Framing bounded = new Framing(512, 1_000);
        bounded.expect(Frame.atMost(1_001));
        assertThat(bounded.octets(ByteBuffer.allocate(999))).isEmpty();
        assertThat(bounded.octets(ByteBuffer.allocate(2)))
                .hasValueSatisfying(piece -> assertThat(piece).hasSize(1_000));
        bounded.expect(Frame.atMost(10));
        assertThat(bounded.octets(ByteBuffer.allocate(11)))
                .hasValueSatisfying(piece -> assertThat(piece).hasSize(10));
    }

    @Test
    void a_frame_that_could_not_end_is_refused() {
        for (ThrowingCallable wrong : List.<ThrowingCallable>of(
                () -> Frame.exactly(0),
                () -> Frame.atMost(0),
                () -> Frame.upTo(),
                () -> Frame.upTo("a", ""),
                () -> Frame.upTo("\u0100"),
                () -> Frame.sized(0, first -> OptionalInt.of(1)))) {
            assertThatIllegalArgumentException().isThrownBy(wrong).withMessageContaining("expected");
        }
        assertThat(Frame.exactly(1)).isEqualTo(new Frame.Exactly(1));
        assertThat(Frame.upTo("\u00ff")).isEqualTo(new Frame.UpTo(List.of("\u00ff")));
        assertThat(Frame.line()).isEqualTo(new Frame.Line());
        Frame.Length one = first -> OptionalInt.of(1);
        assertThat(Frame.sized(1, one)).isEqualTo(new Frame.Sized(1, one));
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
