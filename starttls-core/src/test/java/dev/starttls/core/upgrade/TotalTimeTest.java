package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.clientSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Invariant 12: all phases of a client together end in time, too. */
class TotalTimeTest {

    private static final Duration TOTAL = Duration.ofSeconds(100);

    @Test
    void a_server_that_is_in_time_in_each_phase_is_not_waited_for_longer_than_the_total_time() {
        UpgradeConnection connection = Connections.client(clientSettings(TlsPolicy.REQUIRED));
        connection.totalTime(-Duration.ofSeconds(10).toNanos(), TOTAL);
        Endpoint client = Endpoint.of(connection).at(0).run();
        assertThat(connection.deadline()).hasValue(Duration.ofSeconds(60).toNanos());
        client.pass(Duration.ofSeconds(50)).arrive("HELLO there\r\n").run().requireNoFailure();
        assertThat(connection.deadline()).hasValue(Duration.ofSeconds(90).toNanos());
        client.pass(Duration.ofSeconds(39)).run().requireNoFailure();
        client.pass(Duration.ofSeconds(1)).run();
        UpgradeException failed = client.upgradeFailure();
        assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(failed.phase()).isEqualTo(Phase.CAPABILITY);
        assertThat(failed)
                .hasMessageContaining("within 100000 ms as a whole")
                .hasMessageContaining("capabilities")
                .hasMessageContaining("totalTimeout");
    }

    @Test
    void time_that_is_given_to_the_peer_adds_nothing_to_it() {
        UpgradeConnection connection = Connections.client(clientSettings(TlsPolicy.REQUIRED));
        connection.totalTime(0, TOTAL);
        Endpoint client = Endpoint.of(connection).at(0).run();
        connection.ownTime(TOTAL.toNanos());
        connection.keptWaiting(TOTAL.toNanos());
        assertThat(connection.deadline()).hasValue(TOTAL.toNanos());
        client.pass(TOTAL).run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
    }

    @Test
    void nothing_is_learnt_of_a_host_that_was_not_waited_for_to_the_end() {
        HostMemory memory = HostMemory.inMemory(10);
        HostFacts taking =
                HostFacts.NONE.withUpgraded().withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN);
        Peer peer = new Peer("localhost", 40_000);
        memory.update(peer.host(), peer.port(), known -> taking);
        UpgradeConnection connection = new UpgradeConnection(
                new LineProtocolClient(),
                clientSettings(TlsPolicy.REQUIRED)
                        .withDirect(DirectUpgrade.REMEMBERED)
                        .withMemory(memory),
                peer);
        connection.totalTime(0, Duration.ofSeconds(5));
        Endpoint client =
                Endpoint.of(connection).at(0).arrive("HELLO there\r\n").run();
        client.pass(Duration.ofSeconds(5)).run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
        assertThat(memory.recall(peer.host(), peer.port())).isEqualTo(taking);
    }

    @Test
    void it_is_a_client_s_and_positive() {
        UpgradeConnection client = Connections.client(TlsPolicy.REQUIRED);
        for (Duration time : List.of(Duration.ZERO, Duration.ofNanos(-1), UpgradeLimits.MAX_TIME.plusNanos(1))) {
            assertThatThrownBy(() -> client.totalTime(0, time)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Connections.server(TlsPolicy.REQUIRED).totalTime(0, TOTAL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("UpgradeLimits");
    }
}
