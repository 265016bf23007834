package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Loopback;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ChannelHalvesTest {

    @Test
    void nothing_is_let_go_of_while_a_thread_may_use_it() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            Transport transport = new Transport(sockets.client());
            ChannelHalves halves = new ChannelHalves(transport, Pair.clientConnection(Pair.clientSettings()));
            fill(transport);
            for (ReentrantLock lock : new ReentrantLock[] {
                halves.reading().lock(), halves.writing().lock()
            }) {
                lock.lock();
                try {
                    Pair.run(halves::end).get(30, TimeUnit.SECONDS);
                    // Nor by the thread itself, in the middle of its work.
                    halves.end();
                    assertThat(transport.holdsBuffers()).isTrue();
                } finally {
                    lock.unlock();
                }
            }
            halves.end();
            assertThat(transport.holdsBuffers()).isFalse();
        }
    }

    @Test
    void the_last_of_two_to_leave_lets_go_however_close_they_are() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            for (int round = 0; round < 5_000; round++) {
                Transport transport = new Transport(sockets.client());
                ChannelHalves halves = new ChannelHalves(transport, Pair.clientConnection(Pair.clientSettings()));
                CyclicBarrier held = new CyclicBarrier(2);
                CompletableFuture<Void> writer = Pair.run(() -> {
                    halves.writing().lock().lock();
                    try {
                        fill(transport);
                        held.await();
                    } finally {
                        halves.writing().lock().unlock();
                    }
                    halves.end();
                });
                halves.reading().lock().lock();
                try {
                    held.await();
                } finally {
                    halves.reading().lock().unlock();
                }
                halves.end();
                writer.get(30, TimeUnit.SECONDS);
                assertThat(transport.holdsBuffers()).isFalse();
            }
        }
    }

    private static void fill(Transport transport) {
        transport.out().put((byte) 1);
        transport.put();
    }
}
