package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many connections a server takes of one client and in all. */
class ConnectionLimitsTest {

    private final AtomicLong now = new AtomicLong();

    private ConnectionCounts counts(ConnectionLimits limits) {
        return new ConnectionCounts(limits, now::get);
    }

    private static Peer peer(String host) {
        return new Peer(host, 1);
    }

    @Test
    void a_client_has_so_many_at_once_and_others_as_many() {
        ConnectionCounts counts = counts(ConnectionLimits.NONE.withPerClient(2));
        assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.1"))).contains("at most 2 connections at once of 192.0.2.1");
        assertThat(counts.admit(peer("192.0.2.2"))).isEmpty();
        counts.release(peer("192.0.2.1"));
        assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
    }

    @Test
    void new_ones_are_counted_in_each_window() {
        ConnectionCounts counts = counts(ConnectionLimits.NONE.withNewPerClient(2, Duration.ofSeconds(10)));
        for (int i = 0; i < 2; i++) {
            assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
            counts.release(peer("192.0.2.1"));
        }
        assertThat(counts.admit(peer("192.0.2.1")))
                .hasValueSatisfying(why -> assertThat(why).contains("2 new connections", "10000 ms"));
        now.set(Duration.ofSeconds(10).toNanos());
        assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
    }

    @Test
    void new_ones_of_all_clients_are_counted_in_windows_of_their_own() {
        ConnectionCounts counts = counts(ConnectionLimits.NONE.withPerClient(1).withNewTotal(2, Duration.ofSeconds(1)));
        now.set(Duration.ofMillis(700).toNanos());
        assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.1")))
                .as("refused, and not counted")
                .isPresent();
        assertThat(counts.admit(peer("unix:/run/mail"))).isEmpty();
        counts.release(peer("192.0.2.1"));
        assertThat(counts.admit(peer("192.0.2.3"))).contains("at most 2 new connections in 1000 ms");
        now.set(Duration.ofMillis(1_699).toNanos());
        assertThat(counts.admit(peer("192.0.2.3")))
                .as("the window began with the first")
                .isPresent();
        now.set(Duration.ofMillis(1_700).toNanos());
        assertThat(counts.admit(peer("192.0.2.3"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.4"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.5"))).isPresent();
    }

    @Test
    void all_together_are_bounded_too_and_a_client_that_is_refused_takes_no_place() {
        ConnectionCounts counts = counts(ConnectionLimits.NONE.withTotal(3).withPerClient(2));
        assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.1"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.1"))).isPresent();
        assertThat(counts.admit(peer("unix:/run/mail"))).isEmpty();
        assertThat(counts.admit(peer("192.0.2.9"))).contains("at most 3 connections at once");
        assertThat(counts.open()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,192.0.2.1",
        "::ffff:192.0.2.1,192.0.2.1",
        "2001:db8:1:2:3:4:5:6,20:01:0d:b8:00:01:00:02::/64",
        "2001:db8:1:2::9%eth0,20:01:0d:b8:00:01:00:02::/64",
        "mail.example.org,",
        "unix:/run/x,",
        "unknown,",
        "beef,"
    })
    void a_client_is_an_address_or_a_network_of_64_bits(String host, String network) {
        assertThat(ConnectionCounts.network(peer(host)).orElse(null)).isEqualTo(network);
    }

    @Test
    void clients_that_have_gone_are_forgotten_and_those_remembered_are_bounded() {
        ConnectionCounts counts = counts(ConnectionLimits.NONE.withPerClient(1));
        for (int i = 0; i < 70_000; i++) {
            Peer client = peer("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
            assertThat(counts.admit(client)).isEmpty();
            counts.release(client);
        }
        assertThat(counts.clients()).isEqualTo(65_536);
        now.set(Duration.ofMinutes(2).toNanos());
        assertThat(counts.admit(peer("10.1.0.1"))).isEmpty();
        assertThat(counts.open()).isEqualTo(1);
    }

    @Test
    void limits_are_positive() {
        assertThatThrownBy(() -> ConnectionLimits.NONE.withPerClient(0))
                .hasMessage("perClient: expected at least 1, got 0");
        assertThatThrownBy(() -> ConnectionLimits.NONE.withNewPerClient(1, Duration.ZERO))
                .hasMessage("window: expected a positive time, got PT0S");
        assertThatThrownBy(() -> ConnectionLimits.NONE.withNewTotal(0, Duration.ofSeconds(1)))
                .hasMessage("newTotal: expected at least 1, got 0");
        assertThatThrownBy(() -> ConnectionLimits.NONE.withNewTotal(1, Duration.ofSeconds(-1)))
                .hasMessage("totalWindow: expected a positive time, got PT-1S");
    }

    /** One that was left out would be answered by the default of the interface. */
    @Test
    void a_counted_dialogue_has_every_method_of_the_one_that_it_counts() {
        assertThat(Arrays.stream(Dialogue.class.getDeclaredMethods())
                        .filter(method -> !method.isSynthetic())
                        .map(method -> method.getName() + Arrays.toString(method.getParameterTypes())))
                .allMatch(declared -> Arrays.stream(ServedDialogue.class.getDeclaredMethods())
                        .map(method -> method.getName() + Arrays.toString(method.getParameterTypes()))
                        .anyMatch(declared::equals));
    }
}
