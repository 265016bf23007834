package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.SessionEnd.Cause;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A dialogue that is over hears whether the application has got its connection: once, and not before it is known. */
class HandOverEndTest {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final PoliteServer dialogue = new PoliteServer();

    private UpgradeConnection ready() throws IOException {
        UpgradeConnection server = Connections.server(dialogue, Connections.serverSettings(TlsPolicy.OPPORTUNISTIC));
        server.begin(0);
        server.receive(ByteBuffer.wrap("RAW\r\n".getBytes(StandardCharsets.US_ASCII)), NOTHING);
        assertThat(server.ready()).isTrue();
        assertThat(dialogue.ends()).isEmpty();
        return server;
    }

    private void requireEnd(Cause cause) {
        assertThat(dialogue.end().cause()).isEqualTo(cause);
    }

    @Test
    void the_driver_says_once_that_the_application_has_it() throws IOException {
        UpgradeConnection server = ready();
        server.handOver();
        server.handOver();
        server.end();
        requireEnd(Cause.HANDED_OVER);
        assertThat(dialogue.end().failure()).isEmpty();
    }

    @Test
    void the_first_octets_that_the_application_takes_say_so_too() throws IOException {
        ready().receive(NOTHING, ByteBuffer.allocate(1));
        requireEnd(Cause.HANDED_OVER);
    }

    @Test
    void the_first_octets_that_the_application_gives_say_so_too() throws IOException {
        ready().transmit(ByteBuffer.allocate(1), ByteBuffer.allocate(1_000));
        requireEnd(Cause.HANDED_OVER);
    }

    @Test
    void octets_that_come_with_the_end_of_the_dialogue_say_so_at_once() throws IOException {
        UpgradeConnection server = Connections.server(dialogue, Connections.serverSettings(TlsPolicy.OPPORTUNISTIC));
        server.begin(0);
        ByteBuffer application = ByteBuffer.allocate(10);
        server.receive(ByteBuffer.wrap("RAW\r\nmore".getBytes(StandardCharsets.US_ASCII)), application);
        assertThat(application.position()).isEqualTo(4);
        server.transportFailed(new SocketException("Connection reset"));
        requireEnd(Cause.HANDED_OVER);
    }

    @Test
    void a_reset_before_that_is_the_end() throws IOException {
        UpgradeConnection server = ready();
        SocketException reset = new SocketException("Connection reset");
        assertThatThrownBy(() -> server.transportFailed(reset))
                .isInstanceOf(UpgradeException.class)
                .hasMessageContaining("before the connection is handed over, got: Connection reset")
                .hasCause(reset);
        server.end();
        requireEnd(Cause.PEER_CLOSED);
        assertThat(dialogue.end().failure()).isPresent();
    }

    @Test
    void a_reset_after_that_is_the_applications() throws IOException {
        UpgradeConnection server = ready();
        server.handOver();
        server.transportFailed(new SocketException("Connection reset"));
        requireEnd(Cause.HANDED_OVER);
    }

    @Test
    void a_driver_that_gives_up_before_that_says_why() throws IOException {
        UpgradeException why = new UpgradeException(FailureReason.REJECTED, Phase.RECAPABILITY, "shut down");
        ready().abort(why);
        assertThat(dialogue.end()).isEqualTo(new SessionEnd(Cause.SHUT_DOWN, Optional.of(why)));
    }

    @Test
    void a_driver_that_closes_before_that_has_abandoned_it() throws IOException {
        ready().end();
        requireEnd(Cause.ABANDONED);
    }

    @Test
    void nothing_is_handed_over_before_the_dialogue_is_over() throws IOException {
        UpgradeConnection server = Connections.server(dialogue, Connections.serverSettings(TlsPolicy.OPPORTUNISTIC));
        server.begin(0);
        server.handOver();
        assertThat(dialogue.ends()).isEmpty();
    }
}
