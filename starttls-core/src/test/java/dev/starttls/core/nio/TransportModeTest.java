package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Loopback;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A blocking channel is made non-blocking for a moment, so that a write has a time limit: no other thread is to take it for one. */
@Timeout(60)
class TransportModeTest {

    private static final int WRITES = 5_000;

    @Test
    void a_channel_stays_blocking_for_others_while_a_write_is_timed() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            Transport transport = new Transport(sockets.client());
            CompletableFuture<Void> writer = Pair.run(() -> {
                for (int i = 0; i < WRITES; i++) {
                    transport.out().put((byte) 0);
                    transport.put();
                    assertThat(transport.flush(0)).isTrue();
                }
            });
            while (!writer.isDone()) {
                assertThat(transport.blocking()).isTrue();
                assertThat(transport.timed()).isTrue();
            }
            writer.get(30, TimeUnit.SECONDS);
            transport.release();
        }
    }
}
