package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SmtpServerPatienceTest {

    private static final String BYE = "421 4.4.2 mail.example.org Silent for too long, closing the connection\r\n";
    private static final Duration PHASE = Duration.ofSeconds(60);
    private static final Duration COMMAND = Duration.ofMinutes(30);

    @Test
    void a_client_that_must_upgrade_first_is_given_the_time_of_a_phase() {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        RawPeer client = SmtpFixture.greeted(server);
        client.say("EHLO client.example.org\r\n");
        server.pass(PHASE.minusMillis(1));
        assertThat(server.failure()).isEmpty();
        server.pass(Duration.ofMillis(1));
        assertThat(client.listen()).isEqualTo(BYE);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(server.upgradeFailure()).hasMessageContaining("60000 ms");
    }

    @Test
    void a_client_that_is_served_may_be_silent_for_longer() throws Exception {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        RawPeer client = SmtpFixture.greeted(server);
        client.say("STARTTLS\r\n");
        client.handshake();
        assertThat(client.tls("EHLO client.example.org\r\n")).startsWith("250-");
        server.pass(COMMAND.minusMillis(1));
        assertThat(client.tls("NOOP\r\n")).startsWith("250 ");
        server.pass(COMMAND.minusMillis(1));
        assertThat(server.failure()).isEmpty();
        server.pass(Duration.ofMillis(1));
        assertThat(client.tls("")).isEqualTo(BYE);
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
    }

    @Test
    void a_client_that_says_nothing_inside_tls_is_given_the_time_of_a_phase() throws Exception {
        Endpoint server = SmtpFixture.serverSide(TlsPolicy.REQUIRED);
        RawPeer client = SmtpFixture.greeted(server);
        client.say("STARTTLS\r\n");
        client.handshake();
        server.pass(PHASE);
        assertThat(client.tls("")).isEqualTo(BYE);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
    }
}
