package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
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
        Lent lent = pool.idle().opened();
        ByteBuffer room = lent.room();
        room.put("first, long".getBytes(StandardCharsets.US_ASCII));
        lent = lent.turned();
        lent.octets().get();
        // Makes room behind the rest: what was behind that is still there, though no longer within the limit.
        lent.room().put((byte) 'x').put((byte) 'y');
        lent = lent.turned().emptied();
        assertThat(lent.held()).isFalse();
        ByteBuffer again = pool.take().room();
        assertThat(again).isSameAs(room);
        assertThat(again.position()).isZero();
        assertThat(again.limit()).isEqualTo(again.capacity());
        assertClean(again);
    }

    @Test
    void a_buffer_is_kept_as_long_as_there_are_octets_in_it() {
        Lent lent = pool.idle().opened();
        lent.room().put((byte) 1).put((byte) 2);
        lent = lent.turned();
        lent.octets().get();
        lent = lent.settled();
        assertThat(lent.held()).isTrue();
        assertThat(lent.octets().get()).isEqualTo((byte) 2);
        lent = lent.settled();
        assertThat(lent.held()).isFalse();
        assertThat(lent.octets().hasRemaining()).isFalse();
    }

    @Test
    void giving_back_twice_gives_back_once() {
        Lent lent = pool.idle().opened();
        lent.room().put((byte) 1);
        lent = lent.turned().emptied().emptied().settled();
        assertThat(lent).isSameAs(pool.idle());
        assertThat(pool.take().room()).isNotSameAs(pool.take().room());
    }

    @Test
    void an_idle_direction_shares_what_has_no_room() {
        assertThat(pool.idle().octets().hasRemaining()).isFalse();
        assertThat(pool.idle().octets().capacity()).isZero();
        assertThat(pool.idle().settled()).isSameAs(pool.idle());
        assertThat(pool.idle().emptied()).isSameAs(pool.idle());
        Lent nothingPutIn = pool.idle().opened();
        nothingPutIn.room();
        assertThat(nothingPutIn.turned()).isSameAs(pool.idle());
    }

    @Test
    void no_two_have_the_same_buffer_at_once() throws Exception {
        Set<Integer> lentOut = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<Void>> users = new ArrayList<>();
        for (int u = 0; u < 4; u++) {
            users.add(Pair.run(() -> {
                for (int i = 0; i < 20_000; i++) {
                    Lent mine = pool.take();
                    ByteBuffer room = mine.room();
                    assertThat(room.get(0)).isZero();
                    assertThat(lentOut.add(identity(room))).isTrue();
                    room.put((byte) 1);
                    lentOut.remove(identity(room));
                    mine.turned().emptied();
                }
            }));
        }
        for (CompletableFuture<Void> user : users) {
            user.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void the_pool_keeps_no_more_than_some() {
        Set<ByteBuffer> many = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Lent> lent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Lent next = pool.take();
            lent.add(next);
            many.add(next.octets());
        }
        lent.forEach(pool::give);
        int kept = 0;
        for (int i = 0; i < 200; i++) {
            ByteBuffer next = pool.take().octets();
            kept += many.contains(next) ? 1 : 0;
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
            assertClean(BufferPool.shared().take().room());
        }
    }

    private static void assertClean(ByteBuffer buffer) {
        assertThat(buffer).isEqualTo(ByteBuffer.allocate(BufferPool.SIZE));
    }

    private static int identity(ByteBuffer buffer) {
        return System.identityHashCode(buffer);
    }
}
