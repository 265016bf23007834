package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Blocking channels on virtual threads, which are there since Java 21 and so only by reflection here. */
@Timeout(60)
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadTest {

    @Test
    void many_blocking_upgrades_run_on_virtual_threads() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Pair pair = Pair.connected(Pair.clientSettings(), Pair.serverSettings());
            all.add(run(() -> {
                pair.server().upgrade();
                pair.server().write(Octets.of("abc"));
            }));
            all.add(run(() -> {
                pair.client().upgrade();
                assertThat(Octets.text(pair.client(), 3)).isEqualTo("abc");
                pair.close();
            }));
        }
        for (CompletableFuture<Void> one : all) {
            one.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_stalled_peer_is_given_up_on_a_virtual_thread_too() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel client = StartTlsChannel.over(
                    sockets.client(),
                    Pair.clientConnection(Pair.clientSettings()
                            .withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(100)))));
            run(() -> {
                        UpgradeException failed = catchThrowableOfType(UpgradeException.class, client::upgrade);
                        assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
                    })
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static CompletableFuture<Void> run(Pair.Work work) throws ReflectiveOperationException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable task = () -> {
            try {
                work.run();
                done.complete(null);
            } catch (Exception | AssertionError e) {
                done.completeExceptionally(e);
            }
        };
        Object unused =
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        return done;
    }
}
