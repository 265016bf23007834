package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client whose octets wait, again and again, for a thread that is busy with others: each time for 0.9 of its time. */
class KeptWaitingTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long WAIT = LIMIT.toNanos() / 10 * 9;

    private final UpgradeConnection server = Pair.serverConnection(Pair.serverSettings()
            .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(LIMIT).withTimePerCommand(LIMIT)));
    private long now;

    @BeforeEach
    void greet() throws IOException {
        server.begin(now);
        server.transmit(ByteBuffer.allocate(0), ByteBuffer.allocate(1_000));
    }

    @Test
    void a_client_that_completes_a_line_each_time_is_not_charged_for_its_wait() throws IOException {
        for (int i = 0; i < 20; i++) {
            waitFor("NOOP\r\n");
            server.transmit(ByteBuffer.allocate(0), ByteBuffer.allocate(1_000));
        }
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void a_line_in_two_pieces_may_wait_twice() throws IOException {
        waitFor("NO");
        waitFor("OP\r\n");
        assertThat(server.failure()).isEmpty();
    }

    @Test
    void a_client_that_sends_octet_by_octet_does_not_live_as_long_as_the_thread_is_busy() throws IOException {
        waitFor("N");
        waitFor("O");
        assertThatThrownBy(() -> {
                    waitFor("O");
                    waitFor("P");
                })
                .isInstanceOfSatisfying(
                        UpgradeException.class, why -> assertThat(why.reason()).isEqualTo(FailureReason.TIMEOUT));
    }

    private void waitFor(String octets) throws IOException {
        now += WAIT;
        server.keptWaiting(WAIT);
        server.tick(now);
        server.receive(Octets.of(octets), ByteBuffer.allocate(0));
    }
}
