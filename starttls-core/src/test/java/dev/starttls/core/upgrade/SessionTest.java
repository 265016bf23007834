package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.NOTHING;
import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.octets;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Once the connection is the application's, what negotiated it is gone, and nothing that was promised is. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SessionTest {

    private static final Step.Ready LAST_LINES =
            new Step.Ready(List.of("the first of the last lines", "the very last"));
    private static final String LINES = "the first of the last lines\r\nthe very last\r\n";

    @Test
    void the_report_and_the_phase_stay_as_they_were() {
        UpgradeConnection connection = client(TlsPolicy.REQUIRED);
        connection.spent(Phase.CONNECT, 5);
        UpgradeConnection peer = server(TlsPolicy.REQUIRED);
        MemoryLink.between(connection, peer).run().client().requireNoFailure();
        UpgradeReport report = connection.report();

        assertThat(report.phases())
                .extracting(PhaseTime::phase)
                .containsExactly(
                        Phase.CONNECT,
                        Phase.GREETING,
                        Phase.CAPABILITY,
                        Phase.COMMAND,
                        Phase.HANDSHAKE,
                        Phase.RECAPABILITY);
        assertThat(report.phases().get(0).took()).isEqualTo(Duration.ofNanos(5));
        assertThat(report.offeredBefore()).containsExactly("PLAIN", "UPGRADE");
        assertThat(report.offeredInside()).containsExactly("LOGIN");
        assertThat(connection.phase()).isEqualTo(Phase.RECAPABILITY);
        assertThat(connection.state()).isEqualTo(State.SECURE);
        assertThat(connection.timeToClose()).isEqualTo(UpgradeLimits.DEFAULT.timeToClose());
        connection.close();
        connection.end();
        assertThat(connection.report()).isEqualTo(report);
        assertThat(connection.phase()).isEqualTo(Phase.RECAPABILITY);
        assertThat(connection.ready()).isTrue();
        assertThat(connection.held()).isZero();
    }

    @Test
    void neither_time_nor_preparation_nor_a_second_beginning_is_due_any_more() throws Exception {
        Endpoint client = Endpoint.of(client(clientSettings(TlsPolicy.OPPORTUNISTIC)))
                .arrive("HELLO there\r\nCAP PLAIN\r\nEND\r\n")
                .run()
                .requireNoFailure();
        UpgradeConnection connection = client.connection();
        assertThat(connection.ready()).isTrue();
        assertThat(connection.deadline()).isEmpty();
        connection.tick(Long.MAX_VALUE / 2);
        assertThat(connection.prepareNext()).isFalse();
        assertThat(connection.state()).isEqualTo(State.PLAINTEXT);
        assertThatThrownBy(() -> connection.begin(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Expected begin once");
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "IMPLICIT"})
    void the_last_lines_leave_through_buffers_of_one_octet_and_the_application_after_them(TlsPolicy policy)
            throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = Endpoint.of(server(new Last(Role.SERVER, LAST_LINES), serverSettings(policy)))
                .fragmented(Fragmentation.OCTETS)
                .send("the application");
        shakeHands(server, policy, tls);
        server.arrive(tls.say("the peer").take()).run().requireNoFailure();

        assertThat(tls.feed(server.take()).heard()).isEqualTo(LINES + "the application");
        assertThat(server.received()).isEqualTo("the peer");
        assertThat(server.connection().held()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 44, 1000})
    void in_plaintext_the_last_lines_leave_too_before_anything_else(int room) throws Exception {
        UpgradeConnection connection = readyInPlaintext();
        ByteBuffer application = octets("the application");
        StringBuilder sent = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            assertThat(connection.ready()).isTrue();
            assertThat(connection.want()).isEqualTo(sent.length() < LINES.length() ? Want.WRITE : Want.NOTHING);
            // A reader has nothing to wait for meanwhile.
            ByteBuffer in = ByteBuffer.allocate(4);
            connection.receive(octets("in"), in);
            assertThat(in.position()).isEqualTo(2);
            ByteBuffer out = ByteBuffer.allocate(room);
            connection.transmit(application, out);
            sent.append(StandardCharsets.ISO_8859_1.decode(out.flip()));
        }
        assertThat(sent).hasToString(LINES + "the application");
    }

    @Test
    void the_last_lines_do_not_leave_after_a_close() throws Exception {
        UpgradeConnection connection = readyInPlaintext();
        ByteBuffer out = ByteBuffer.allocate(3);
        connection.transmit(NOTHING, out);
        assertThat(connection.held()).isEqualTo(LINES.length() - 3);
        connection.close();

        assertThat(connection.held()).isZero();
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        ByteBuffer more = ByteBuffer.allocate(100);
        connection.transmit(octets("never"), more);
        assertThat(more.position()).isZero();
    }

    @Test
    void close_notify_right_after_the_handshake_ends_the_session_and_fails_nothing() throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = Endpoint.of(
                server(new Last(Role.SERVER, new Step.Ready(List.of())), serverSettings(TlsPolicy.IMPLICIT)));
        server.arrive(tls.take()).run();
        tls.feed(server.take());
        assertThat(tls.established()).isTrue();
        server.arrive(tls.close().take()).run().requireNoFailure();

        assertThat(server.connection().ready()).isTrue();
        assertThat(server.connection().inputEnded()).isTrue();
        assertThat(server.connection().report().encrypted()).isTrue();
    }

    @Test
    void a_session_that_fails_says_so_again_and_its_alert_leaves() throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = Endpoint.of(server(new Last(Role.SERVER, LAST_LINES), serverSettings(TlsPolicy.IMPLICIT)));
        shakeHands(server, TlsPolicy.IMPLICIT, tls);
        UpgradeConnection connection = server.connection();
        byte[] record = tls.say("cut and bent").take();
        record[record.length - 1] ^= 1;

        assertThatThrownBy(() -> connection.receive(ByteBuffer.wrap(record), ByteBuffer.allocate(100)))
                .isInstanceOf(SSLException.class)
                .isNotInstanceOf(UpgradeException.class);
        assertThat(connection.state()).isEqualTo(State.FAILED);
        assertThat(connection.ready()).isTrue();
        assertThat(connection.inputEnded()).isFalse();
        assertThatThrownBy(() -> connection.receive(octets("more"), ByteBuffer.allocate(100)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("failed before");
        assertThatThrownBy(connection::endOfInput)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("failed before");
        assertThat(connection.want()).isEqualTo(Want.WRITE);
        byte[] last = server.run().take();
        assertThatThrownBy(() -> tls.feed(last)).hasMessageContaining("bad_record_mac");
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void a_listener_that_closes_when_it_hears_of_the_upgrade_has_closed() {
        UpgradeConnection[] connection = new UpgradeConnection[1];
        UpgradeListener closing = new UpgradeListener() {
            @Override
            public void upgraded(UpgradeReport report) {
                connection[0].close();
            }
        };
        connection[0] = client(clientSettings(TlsPolicy.REQUIRED).withListener(closing));
        MemoryLink.between(connection[0], server(TlsPolicy.REQUIRED)).run();

        assertThat(connection[0].state()).isEqualTo(State.CLOSED);
        assertThat(connection[0].want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void the_dialogue_is_let_go_of_when_the_connection_is_handed_over() throws Exception {
        UpgradeConnection server = server(TlsPolicy.REQUIRED);
        LineProtocolClient[] dialogue = {new LineProtocolClient()};
        UpgradeConnection client = client(dialogue[0], clientSettings(TlsPolicy.REQUIRED));
        MemoryLink.between(client, server).run().client().requireNoFailure();
        client.handOver();
        WeakReference<Dialogue> gone = new WeakReference<>(dialogue[0]);
        dialogue[0] = null;
        for (int i = 0; i < 100 && gone.get() != null; i++) {
            System.gc();
        }

        assertThat(gone.get()).isNull();
        assertThat(client.report().encrypted()).isTrue();
    }

    @Test
    void one_thread_transmits_in_the_moment_in_which_another_makes_it_ready_and_goes_on_receiving() throws Exception {
        String much = "octets of the peer, ".repeat(5_000);
        for (int round = 0; round < 40; round++) {
            BareTls tls = BareTls.server(Connections.SERVING).begin();
            UpgradeConnection connection =
                    client(new Last(Role.CLIENT, LAST_LINES), clientSettings(TlsPolicy.IMPLICIT));
            Endpoint client = Endpoint.of(connection).run();
            while (!tls.established()) {
                tls.feed(client.take());
                client.arrive(tls.take()).run().requireNoFailure();
            }
            assertThat(connection.ready()).isFalse();
            // The server's line makes the client ready; data comes right after it.
            ByteBuffer network = ByteBuffer.wrap(tls.say("go on\r\n").say(much).take());
            ByteBuffer out = ByteBuffer.allocate(200_000);
            CompletableFuture<Void> writer = new CompletableFuture<>();
            Thread writing = new Thread(() -> {
                try {
                    while (!connection.ready() && !writer.isDone()) {
                        Thread.onSpinWait();
                    }
                    ByteBuffer application = octets(much);
                    for (int turn = 0; turn < 1_000 && application.hasRemaining(); turn++) {
                        connection.transmit(application, out);
                    }
                    assertThat(connection.phase()).isEqualTo(Phase.GREETING);
                    assertThat(connection.want()).isEqualTo(Want.NOTHING);
                    writer.complete(null);
                } catch (Exception | AssertionError e) {
                    writer.completeExceptionally(e);
                }
            });
            writing.setDaemon(true);
            writing.start();
            ByteBuffer in = ByteBuffer.allocate(much.length());
            for (int turn = 0; turn < much.length() && in.hasRemaining(); turn++) {
                connection.receive(network, in);
            }
            writer.get(30, TimeUnit.SECONDS);

            assertThat(StandardCharsets.ISO_8859_1.decode(in.flip()).toString()).isEqualTo(much);
            byte[] sent = new byte[out.flip().remaining()];
            out.get(sent);
            assertThat(tls.feed(sent).heard()).isEqualTo(LINES + much);
        }
    }

    @Test
    void a_server_in_the_clear_may_be_ready_from_the_beginning() throws Exception {
        Dialogue silent = new Last(Role.SERVER, new Step.Ready(List.of())) {
            @Override
            public Step opened() {
                return secured();
            }
        };
        UpgradeConnection connection = server(silent, serverSettings(TlsPolicy.OPPORTUNISTIC));
        connection.begin(0);
        assertThat(connection.ready()).isTrue();
        assertThat(connection.phase()).isEqualTo(Phase.GREETING);
        ByteBuffer out = ByteBuffer.allocate(10);
        connection.transmit(octets("mine"), out);
        assertThat(out.position()).isEqualTo(4);
    }

    private static UpgradeConnection readyInPlaintext() throws Exception {
        UpgradeConnection connection =
                server(new Last(Role.SERVER, LAST_LINES), serverSettings(TlsPolicy.OPPORTUNISTIC));
        connection.begin(0);
        connection.receive(octets("OVER\r\n"), NOTHING);
        assertThat(connection.ready()).isTrue();
        return connection;
    }

    private static void shakeHands(Endpoint server, TlsPolicy policy, BareTls tls) throws Exception {
        if (policy != TlsPolicy.IMPLICIT) {
            server.arrive("UPGRADE\r\n").run().take();
        }
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run().requireNoFailure();
    }

    /** A server whose only word inside TLS, or after OVER in plaintext, is its last; or a client that awaits a line first. */
    private static class Last implements Dialogue {

        private final Role role;
        private final Step.Ready last;

        Last(Role role, Step.Ready last) {
            this.role = role;
            this.last = last;
        }

        @Override
        public String protocol() {
            return "last";
        }

        @Override
        public Role role() {
            return role;
        }

        @Override
        public Step opened() {
            return Step.await(Phase.GREETING);
        }

        @Override
        public Step received(String line) {
            return role == Role.CLIENT || line.equals("OVER") ? last : new Step.Proceed(List.of("GO"));
        }

        @Override
        public Step secured() {
            return role == Role.CLIENT ? Step.await(Phase.GREETING) : last;
        }
    }
}
