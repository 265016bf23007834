package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers are lent while octets are on their way, to one at a time, and clean. */
@Timeout(60)
class BuffersTest {

    private final BufferPool pool = new BufferPool();

    @Test
    void a_buffer_that_was_given_back_is_clean() {
        Lent lent = new Lent(pool);
        ByteBuffer room = lent.room();
        room.put("first, long".getBytes(StandardCharsets.US_ASCII));
        lent.turn();
        lent.octets().get();
        // Makes room behind the rest: what was behind that is still there, though no longer within the limit.
        lent.room().put((byte) 'x').put((byte) 'y');
        lent.turn();
        lent.release();
        assertThat(lent.held()).isFalse();
        ByteBuffer again = pool.take();
        assertThat(again).isSameAs(room);
        assertThat(again.position()).isZero();
        assertThat(again.limit()).isEqualTo(again.capacity());
        assertClean(again);
    }

    @Test
    void a_buffer_is_kept_as_long_as_there_are_octets_in_it() {
        Lent lent = new Lent(pool);
        lent.room().put((byte) 1).put((byte) 2);
        lent.turn();
        lent.octets().get();
        lent.releaseIfEmpty();
        assertThat(lent.held()).isTrue();
        assertThat(lent.octets().get()).isEqualTo((byte) 2);
        lent.releaseIfEmpty();
        assertThat(lent.held()).isFalse();
        assertThat(lent.octets().hasRemaining()).isFalse();
    }

    @Test
    void giving_back_twice_gives_back_once() {
        Lent lent = new Lent(pool);
        lent.room().put((byte) 1);
        lent.turn();
        lent.release();
        lent.release();
        lent.releaseIfEmpty();
        Lent other = new Lent(pool);
        assertThat(other.room()).isNotSameAs(new Lent(pool).room());
    }

    @Test
    void no_two_have_the_same_buffer_at_once() throws Exception {
        Set<Integer> lentOut = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<Void>> users = new ArrayList<>();
        for (int u = 0; u < 4; u++) {
            users.add(Pair.run(() -> {
                for (int i = 0; i < 20_000; i++) {
                    ByteBuffer mine = pool.take();
                    assertThat(mine.get(0)).isZero();
                    assertThat(lentOut.add(identity(mine))).isTrue();
                    mine.put(0, (byte) 1);
                    lentOut.remove(identity(mine));
                    pool.give(mine, 1);
                }
            }));
        }
        for (CompletableFuture<Void> user : users) {
            user.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void the_pool_keeps_no_more_than_some() {
        List<ByteBuffer> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add(pool.take());
        }
        many.forEach(buffer -> pool.give(buffer, 0));
        int kept = 0;
        for (int i = 0; i < 200; i++) {
            ByteBuffer next = pool.take();
            kept += many.stream().anyMatch(one -> identity(one) == identity(next)) ? 1 : 0;
        }
        assertThat(kept).isEqualTo(64);
    }

    @Test
    void nothing_that_was_decrypted_stays_in_the_shared_pool() throws Exception {
        String secret = "the secret of one connection, which no other may see";
        try (Pair pair = Pair.upgraded()) {
            pair.client().write(Octets.of(secret));
            assertThat(Octets.text(pair.server(), secret.length())).isEqualTo(secret);
            pair.sockets().server().configureBlocking(false);
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isZero();
        }
        for (int i = 0; i < 64; i++) {
            assertClean(BufferPool.shared().take());
        }
    }

    private static void assertClean(ByteBuffer buffer) {
        assertThat(buffer).isEqualTo(ByteBuffer.allocate(BufferPool.SIZE));
    }

    private static int identity(ByteBuffer buffer) {
        return System.identityHashCode(buffer);
    }
}
