package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.stubbing.Answer;

/** Buffers are lent while octets are on their way, to one at a time, and clean. */
@Timeout(60)
class BuffersTest {

    /** Of a record: where an engine that encrypts in place puts the octets down. */
    private static final int HEADER = 5;

    private final BufferPool pool = new BufferPool();

    @Test
    void a_buffer_that_was_given_back_is_clean() {
        PooledBuffer lent = pool.idle().acquire();
        ByteBuffer room = lent.room();
        room.put("first, long".getBytes(StandardCharsets.US_ASCII));
        lent = lent.flip();
        lent.octets().get();
        // Makes room after the rest: what followed it is still there, though no longer within the limit.
        lent.room().put((byte) 'x').put((byte) 'y');
        lent = lent.flip().release();
        assertThat(lent.held()).isFalse();
        ByteBuffer again = pool.take().room();
        assertThat(again).isSameAs(room);
        assertThat(again.position()).isZero();
        assertThat(again.limit()).isEqualTo(again.capacity());
        assertClean(again);
    }

    @Test
    void a_buffer_is_kept_as_long_as_there_are_octets_in_it() {
        PooledBuffer lent = pool.idle().acquire();
        lent.room().put((byte) 1).put((byte) 2);
        lent = lent.flip();
        lent.octets().get();
        lent = lent.releaseIfEmpty();
        assertThat(lent.held()).isTrue();
        assertThat(lent.octets().get()).isEqualTo((byte) 2);
        lent = lent.releaseIfEmpty();
        assertThat(lent.held()).isFalse();
        assertThat(lent.octets().hasRemaining()).isFalse();
    }

    @Test
    void giving_back_twice_gives_back_once() {
        PooledBuffer lent = pool.idle().acquire();
        lent.room().put((byte) 1);
        lent = lent.flip().release().release().releaseIfEmpty();
        assertThat(lent).isSameAs(pool.idle());
        assertThat(pool.take().room()).isNotSameAs(pool.take().room());
    }

    @Test
    void an_idle_direction_shares_what_has_no_room() {
        assertThat(pool.idle().octets().hasRemaining()).isFalse();
        assertThat(pool.idle().octets().capacity()).isZero();
        assertThat(pool.idle().releaseIfEmpty()).isSameAs(pool.idle());
        assertThat(pool.idle().release()).isSameAs(pool.idle());
        PooledBuffer nothingPutIn = pool.idle().acquire();
        nothingPutIn.room();
        assertThat(nothingPutIn.flip()).isSameAs(pool.idle());
    }

    @Test
    void no_two_have_the_same_buffer_at_once() throws Exception {
        Set<Integer> lentOut = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<Void>> users = new ArrayList<>();
        for (int u = 0; u < 4; u++) {
            users.add(Pair.run(() -> {
                for (int i = 0; i < 20_000; i++) {
                    PooledBuffer mine = pool.take();
                    ByteBuffer room = mine.room();
                    assertThat(room.get(0)).isZero();
                    assertThat(lentOut.add(identity(room))).isTrue();
                    room.put((byte) 1);
                    lentOut.remove(identity(room));
                    mine.flip().release();
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
        List<PooledBuffer> lent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            PooledBuffer next = pool.take();
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
        assertThat(pooled()).allSatisfy(octets -> assertThat(octets).doesNotContain(secret.substring(0, 10)));
    }

    @Test
    void nothing_that_was_encrypted_stays_in_the_shared_pool() throws Exception {
        String secret = "what one connection sends, which no other may see ".repeat(700);
        try (Pair pair = Pair.upgraded()) {
            CompletableFuture<Void> reader = Pair.run(() ->
                    assertThat(Octets.text(pair.server(), secret.length())).isEqualTo(secret));
            pair.client().write(Octets.of(secret));
            reader.get(30, TimeUnit.SECONDS);
        }
        assertThat(pooled()).allSatisfy(octets -> assertThat(octets).doesNotContain("one connection"));
    }

    @Test
    void what_an_engine_that_fails_was_to_encrypt_does_not_stay_in_the_shared_pool() throws Exception {
        String secret = "what an engine has put down and not encrypted ".repeat(3);
        SSLContext context =
                TestCertificates.shared().server(TestCertificates.shared().localhost(TestCertificates.KeyKind.EC));
        UpgradeSettings servers = Pair.serverSettings()
                .withTls(TlsSettings.builder()
                        .engines((host, port) -> failing(context.createSSLEngine(host, port), secret))
                        .build());
        try (Pair pair = Pair.upgraded(Pair.clientSettings(), servers)) {
            assertThatThrownBy(() -> pair.server().write(Octets.of(secret))).isInstanceOf(SSLException.class);
            pair.server().close();
        }
        // The alert that has left lies over the first octets.
        assertThat(pooled()).allSatisfy(octets -> assertThat(octets).doesNotContain("not encrypted"));
    }

    @Test
    void what_was_read_or_written_in_plaintext_is_overwritten() throws IOException {
        // New ones follow, in which there is nothing of others.
        pooled();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        Transport transport = new Transport(new Wire("some", written));
        transport.fill();
        ByteBuffer in = transport.in();
        in.position(in.limit());
        transport.taken();
        ByteBuffer out = transport.out();
        out.put(Octets.of("some"));
        transport.put();
        transport.flush();
        assertThat(written.toString(StandardCharsets.US_ASCII)).isEqualTo("some");
        assertThat(transport.holdsBuffers()).isFalse();
        assertClean(in.duplicate().clear());
        assertClean(out.duplicate().clear());
    }

    @Test
    void records_that_have_left_are_not_overwritten_but_what_came_before_them_in_the_buffer_is() {
        PooledBuffer lent = pool.idle().acquire();
        lent.room().put(Octets.of("plain"));
        lent = lent.flip();
        lent.room().put(Octets.of("record"));
        lent = lent.flipRecords();
        ByteBuffer octets = lent.octets();
        octets.position(octets.limit());
        assertThat(lent.releaseIfEmpty()).isSameAs(pool.idle());
        ByteBuffer again = pool.take().room();
        assertThat(again).isSameAs(octets);
        assertThat(again.limit()).isEqualTo(again.capacity());
        byte[] start = new byte[11];
        again.get(start);
        assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("\0\0\0\0\0record");
    }

    /** The octets of all that the shared pool has; and it has them no more. */
    private static List<String> pooled() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            ByteBuffer room = BufferPool.shared().take().room();
            all.add(StandardCharsets.ISO_8859_1.decode(room).toString());
        }
        return all;
    }

    /** Does as the engine does until it is to encrypt the secret, of which it fails half-way. */
    private static SSLEngine failing(SSLEngine engine, String secret) {
        Answer<Object> delegate = delegatesTo(engine);
        return mock(SSLEngine.class, withSettings().stubOnly().defaultAnswer(call -> {
            if (call.getMethod().getName().equals("wrap")) {
                ByteBuffer source = call.getArgument(0);
                ByteBuffer target = call.getArgument(1);
                if (source.remaining() == secret.length()) {
                    target.slice().position(HEADER).put(source.duplicate());
                    throw new SSLException("Expected a cipher that works, got none");
                }
            }
            return delegate.answer(call);
        }));
    }

    /** Gives some octets, and takes any. */
    private static final class Wire implements ByteChannel {

        private final ByteBuffer incoming;
        private final ByteArrayOutputStream written;

        Wire(String incoming, ByteArrayOutputStream written) {
            this.incoming = Octets.of(incoming);
            this.written = written;
        }

        @Override
        public int read(ByteBuffer dst) {
            int count = incoming.remaining();
            dst.put(incoming);
            return count;
        }

        @Override
        public int write(ByteBuffer src) {
            int count = src.remaining();
            while (src.hasRemaining()) {
                written.write(src.get());
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            incoming.position(incoming.limit());
        }
    }

    @Test
    void a_thread_finds_the_buffer_again_that_it_gave_back() {
        PooledBuffer first = pool.take();
        PooledBuffer second = pool.take();
        first.release();
        second.release();
        assertThat(pool.take()).isSameAs(first);
    }

    @Test
    void a_thread_that_has_given_none_back_finds_those_of_others() throws Exception {
        Set<PooledBuffer> given = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 64; i++) {
            given.add(pool.take());
        }
        given.forEach(pool::give);
        Set<PooledBuffer> found = Collections.newSetFromMap(new IdentityHashMap<>());
        Pair.run(() -> {
                    for (int i = 0; i < 64; i++) {
                        found.add(pool.take());
                    }
                })
                .get(30, TimeUnit.SECONDS);
        assertThat(found).isEqualTo(given);
    }

    private static void assertClean(ByteBuffer buffer) {
        assertThat(buffer).isEqualTo(ByteBuffer.allocate(BufferPool.SIZE));
    }

    private static int identity(ByteBuffer buffer) {
        return System.identityHashCode(buffer);
    }
}
