package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a client connects at most, and how long its session waits. */
@Timeout(60)
class TotalTimeoutTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofMinutes(10);

    @Test
    void a_client_bounds_all_of_it_and_its_session() throws Exception {
        LinkedBlockingQueue<StartTlsChannel> served = new LinkedBlockingQueue<>();
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel listening = new TinyServerSetup()
                        .sslContext(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                        .handOver(served::add)
                        .listen(running.loop(), Loopback.anyPort())) {
            TinyClientSetup client = client(listening)
                    .sslContext(CERTIFICATES.client())
                    .timeout(Duration.ofMinutes(1))
                    .totalTimeout(Duration.ofMinutes(2))
                    .readTimeout(Duration.ofMillis(50))
                    .writeTimeout(Duration.ofMinutes(5));

            try (StartTlsChannel blocking = client.connect();
                    StartTlsChannel looped = client.connect(running.loop()).get(30, TimeUnit.SECONDS);
                    StartTlsChannel over = client.connect(SocketChannel.open(listening.getLocalAddress()))) {
                ((SocketChannel) looped.transport()).configureBlocking(true);
                for (StartTlsChannel channel : List.of(blocking, looped, over)) {
                    assertThat(channel.isSecure()).isTrue();
                    assertThat(channel.writeTimeout()).isEqualTo(Duration.ofMinutes(5));
                    assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(10)))
                            .isInstanceOf(SocketTimeoutException.class);
                }
            }
        }
    }

    @Test
    void a_server_that_says_nothing_is_given_up_after_the_total_time_in_every_driver() throws Exception {
        try (RunningLoop running = new RunningLoop();
                ServerSocketChannel silent = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            TinyClientSetup client = client(silent).timeout(LONG).totalTimeout(SHORT);
            long began = System.nanoTime();
            UpgradeException blocking = RunningLoop.failureOnceConnected(
                    () -> catchThrowableOfType(UpgradeException.class, client::connect));
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(SHORT.toNanos());
            UpgradeException looped =
                    RunningLoop.failureOnceConnected(() -> RunningLoop.failure(client.connect(running.loop())));
            SocketChannel connected = SocketChannel.open(silent.getLocalAddress());
            UpgradeException over = catchThrowableOfType(UpgradeException.class, () -> client.connect(connected));
            assertThat(connected.isOpen()).isFalse();
            for (UpgradeException failed : List.of(blocking, looped, over)) {
                assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
                assertThat(failed.phase()).isEqualTo(Phase.GREETING);
                assertThat(failed)
                        .hasMessageContaining("within 200 ms as a whole")
                        .hasMessageContaining("totalTimeout");
            }
            assertThat(running.loop().underway()).isZero();
        }
    }

    @Test
    void a_look_up_that_does_not_end_is_given_up_after_the_total_time() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            TinyClientSetup client = new TinyClientSetup("localhost", 25)
                    .timeout(LONG)
                    .totalTimeout(SHORT)
                    .lookup(task -> {});
            UpgradeException blocking = catchThrowableOfType(UpgradeException.class, client::connect);
            UpgradeException looped = RunningLoop.failure(client.connect(running.loop()));
            for (UpgradeException failed : List.of(blocking, looped)) {
                assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
                assertThat(failed).hasMessageContaining("within 200 ms").hasMessageContaining("totalTimeout");
            }
        }
    }

    @Test
    void the_shorter_of_both_times_counts_for_the_connection() {
        long now = System.nanoTime();
        ClientTimes times = ClientTimes.DEFAULT.withConnect(Duration.ofSeconds(30));
        assertThat(new Connector.Attempts(times.withTotal(Duration.ofSeconds(20)), now).deadline() - now)
                .isEqualTo(Duration.ofSeconds(20).toNanos());
        assertThat(new Connector.Attempts(times.withTotal(Duration.ofSeconds(40)), now).deadline() - now)
                .isEqualTo(Duration.ofSeconds(30).toNanos());
        long before = now - Duration.ofSeconds(45).toNanos();
        Connector.Attempts second = new Connector.Attempts(times.withTotal(Duration.ofSeconds(50)), before).again();
        assertThat(second.deadline() - now).isEqualTo(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void times_that_could_not_be_are_refused_where_they_are_set() {
        TinyClientSetup client = new TinyClientSetup("localhost", 25);
        for (Duration time : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> client.totalTimeout(time))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("totalTimeout");
        }
        assertThatThrownBy(() -> client.readTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("readTimeout");
        assertThatThrownBy(() -> client.writeTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("writeTimeout");
        client.totalTimeout(Duration.ofDays(1_000_000))
                .readTimeout(Duration.ofDays(1_000_000))
                .writeTimeout(Duration.ofDays(1_000_000));
    }

    private static TinyClientSetup client(ServerSocketChannel server) {
        return new TinyClientSetup("localhost", server.socket().getLocalPort());
    }
}
