package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** How long a client may be silent that a server serves. */
class ServedClientTest {

    private static final UpgradeLimits LIMITS = UpgradeLimits.DEFAULT;

    @Test
    void its_first_command_gives_it_the_time_for_a_command() throws IOException {
        UpgradeConnection server = Connections.server(TlsPolicy.OPPORTUNISTIC);
        server.begin(0);
        assertThat(server.deadline()).contains(LIMITS.timePerPhase().toNanos());

        server.receive(Connections.octets("CAPS\r\n"), Connections.NOTHING);

        assertThat(server.deadline()).contains(LIMITS.timePerCommand().toNanos());
    }

    @Test
    void where_tls_is_required_it_has_no_such_time_before_tls() throws IOException {
        UpgradeConnection server = Connections.server(TlsPolicy.REQUIRED);
        server.begin(0);

        server.receive(Connections.octets("CAPS\r\n"), Connections.NOTHING);

        assertThat(server.deadline()).contains(LIMITS.timePerPhase().toNanos());
    }

    @Test
    void its_upgrade_has_the_time_of_a_phase() throws IOException {
        UpgradeConnection server = Connections.server(TlsPolicy.OPPORTUNISTIC);
        server.begin(0);

        server.receive(Connections.octets("CAPS\r\n"), Connections.NOTHING);
        server.receive(Connections.octets("UPGRADE\r\n"), Connections.NOTHING);

        assertThat(server.deadline()).contains(LIMITS.timePerPhase().toNanos());
    }
}
