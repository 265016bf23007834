package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramingTest {

    private static final int MUCH = 1 << 30;

    private final Framing framing = new Framing(512);

    @Test
    void a_literal_that_is_only_announced_holds_nothing() {
        framing.expect(MUCH);
        assertThat(framing.literalDue()).isTrue();
        assertThat(framing.held()).isZero();
        assertThat(framing.literal(ByteBuffer.allocate(0))).isEmpty();
        assertThat(framing.held()).isZero();
    }

    @Test
    void a_literal_holds_at_most_twice_what_has_come() {
        framing.expect(MUCH);
        for (int came = 1; came <= 200_000; came += 1_000) {
            assertThat(framing.literal(ByteBuffer.allocate(came == 1 ? 1 : 1_000)))
                    .isEmpty();
            assertThat(framing.held()).isBetween(came, Math.max(4_096, 2 * came));
        }
        framing.reset();
        assertThat(framing.held()).isZero();
        assertThat(framing.literalDue()).isFalse();
    }

    @Test
    void a_literal_is_whole_however_it_was_split() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] sent = new byte[1 + random.nextInt(20_000)];
            random.nextBytes(sent);
            framing.expect(sent.length);
            Optional<byte[]> whole = Optional.empty();
            int at = 0;
            while (at < sent.length) {
                assertThat(whole).as("seed %s", seed).isEmpty();
                int count = Math.min(1 + random.nextInt(9_000), sent.length - at);
                ByteBuffer piece = ByteBuffer.allocate(count + 2).put(sent, at, count);
                at += count;
                if (at < sent.length) {
                    piece.flip();
                } else {
                    piece.put((byte) '\r').put((byte) '\n').flip();
                }
                whole = framing.literal(piece);
                assertThat(piece.remaining()).as("seed %s", seed).isEqualTo(at < sent.length ? 0 : 2);
            }
            assertThat(whole).as("seed %s", seed).contains(sent);
            assertThat(framing.held()).isZero();
        }
    }
}
