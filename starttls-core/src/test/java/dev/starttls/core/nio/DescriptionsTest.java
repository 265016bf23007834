package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.RecordingChannel;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.upgrade.AnnouncedCapabilities;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the types of this package say of themselves, for logs and debuggers. */
@Timeout(60)
class DescriptionsTest {

    @Test
    void a_channel_says_protocol_side_peer_state_and_what_tls_agreed_on() throws Exception {
        try (Pair pair = Pair.connected(Pair.clientSettings(), Pair.serverSettings())) {
            String server = address(pair.sockets().client().getRemoteAddress());
            String client = address(pair.sockets().server().getRemoteAddress());
            String protocol = pair.client().report().protocol();
            assertThat(pair.client())
                    .hasToString("StartTlsChannel[" + protocol + " client, peer " + server + ", PLAINTEXT]");
            pair.upgrade();
            assertThat(pair.client().toString())
                    .startsWith("StartTlsChannel[" + protocol + " client, peer " + server + ", SECURE, TLSv1.3 TLS_")
                    .endsWith("]");
            assertThat(pair.server().toString())
                    .startsWith("StartTlsChannel[" + protocol + " server, peer " + client + ", SECURE, TLSv1.3 TLS_");
            pair.client().close();
            assertThat(pair.client().toString())
                    .contains("peer unknown, CLOSED")
                    .endsWith(", closed]");
        }
    }

    @Test
    void a_channel_over_no_socket_says_over_what() throws Exception {
        try (SocketChannel open = SocketChannel.open()) {
            assertThat(StartTlsChannel.over(open, Pair.clientConnection(Pair.clientSettings())))
                    .asString()
                    .contains("peer not connected, PLAINTEXT");
            assertThat(StartTlsChannel.over(new RecordingChannel(open), Pair.clientConnection(Pair.clientSettings())))
                    .asString()
                    .contains("peer over " + RecordingChannel.class.getName() + ", PLAINTEXT");
        }
    }

    @Test
    void a_channel_that_a_reader_blocks_on_says_it_all_the_same() throws Exception {
        try (Pair pair = Pair.upgraded()) {
            CompletableFuture<Void> reader = Pair.run(() -> pair.client().read(ByteBuffer.allocate(1)));
            assertThat(pair.client().toString()).contains("SECURE");
            pair.server().write(Octets.of("x"));
            reader.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_channel_in_the_middle_of_its_upgrade_says_it_to_any_thread() throws Exception {
        try (Pair pair = Pair.connected(Pair.clientSettings(), Pair.serverSettings())) {
            CompletableFuture<Void> upgrade = Pair.run(pair.client()::upgrade);
            Octets.writeAll(pair.sockets().server(), Octets.of("HI\r\n"));
            assertThat(Octets.text(pair.sockets().server(), 6)).isEqualTo("CAPS\r\n");
            // The thread that upgrades waits for the answer, with both locks.
            assertThat(pair.client().toString()).contains("PLAINTEXT");
            pair.client().close();
            assertThat(upgrade.handle((done, thrown) -> thrown).get(30, TimeUnit.SECONDS))
                    .isNotNull();
            assertThat(pair.client().toString()).endsWith(", closed]");
        }
    }

    @Test
    void a_loop_says_how_many_are_underway_and_whether_it_runs() throws Exception {
        UpgradeLoop loop = UpgradeLoop.open(7, Runnable::run);
        assertThat(loop).hasToString("UpgradeLoop[0 of at most 7 connections, not running yet]");
        Thread thread = new Thread(loop);
        thread.start();
        try (Loopback sockets = Loopback.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            loop.listen(server, peer -> null, channel -> {}).get(30, TimeUnit.SECONDS);
            CompletableFuture<StartTlsChannel> silent =
                    loop.upgrade(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            assertThat(loop).hasToString("UpgradeLoop[1 of at most 7 connections, running]");
            loop.close();
            assertThat(loop).hasToString("UpgradeLoop[1 of at most 7 connections, closing]");
            loop.closeNow();
            assertThat(silent.handle((done, thrown) -> thrown).get(30, TimeUnit.SECONDS))
                    .isNotNull();
        }
        thread.join();
        assertThat(loop).hasToString("UpgradeLoop[0 of at most 7 connections, ended]");
    }

    @Test
    void a_client_says_where_it_connects_and_under_which_policy() {
        assertThat(new Client()).hasToString("Client[mail.example:2525, REQUIRED]");
        assertThat(new Client().policy(TlsPolicy.OPPORTUNISTIC))
                .hasToString("Client[mail.example:2525, OPPORTUNISTIC]");
    }

    @Test
    void a_server_says_its_policy_and_the_name_that_it_goes_by() {
        assertThat(new Server()).hasToString("Server[mx.example, REQUIRED]");
    }

    @Test
    void a_session_says_what_its_channel_says() throws IOException {
        try (Loopback sockets = Loopback.open();
                Session session = new Session(
                        StartTlsChannel.over(sockets.client(), Pair.clientConnection(Pair.clientSettings())))) {
            assertThat(session).hasToString("Session[" + session.channel() + "]");
        }
    }

    private static String address(SocketAddress address) {
        InetSocketAddress inet = (InetSocketAddress) address;
        return inet.getHostString() + ":" + inet.getPort();
    }

    private static final class Client extends ClientSetup<Client, StartTlsChannel, TinyClient> {

        Client() {
            super("mail.example", 2_525, TlsPolicy.REQUIRED);
            timeout(Duration.ofSeconds(1));
        }

        @Override
        protected TinyClient dialogue() {
            return new TinyClient();
        }

        @Override
        protected StartTlsChannel session(StartTlsChannel channel, TinyClient dialogue) {
            return channel;
        }

        @Override
        protected Client self() {
            return this;
        }
    }

    private static final class Server extends HandlerServer<Server, Runnable> {

        Server() {
            super("mx.example", () -> {});
        }

        @Override
        protected Dialogue dialogue(TlsPolicy policy, String name, Runnable author, List<String> announced) {
            return new TinyServer(policy, TinyServer.HandOver.INSIDE_TLS);
        }

        @Override
        protected Server self() {
            return this;
        }
    }

    private static final class Session extends ClientConnection<AnnouncedCapabilities> {

        Session(StartTlsChannel channel) {
            super(channel, null);
        }
    }
}
