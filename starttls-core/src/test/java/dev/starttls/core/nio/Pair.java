package dev.starttls.core.nio;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.testing.TinyServer.HandOver;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A client's and a server's channel over loopback, and settings for them. */
record Pair(Loopback sockets, StartTlsChannel client, StartTlsChannel server) implements AutoCloseable {

    private static final Pairs SUN_JSSE = new Pairs(EngineMaker.SUN_JSSE);

    static TlsSettings.Builder clientTls() {
        return SUN_JSSE.clientTls();
    }

    static TlsSettings.Builder serverTls() {
        return SUN_JSSE.serverTls();
    }

    static UpgradeSettings clientSettings() {
        return SUN_JSSE.clientSettings();
    }

    static UpgradeSettings serverSettings() {
        return SUN_JSSE.serverSettings();
    }

    static UpgradeConnection clientConnection(UpgradeSettings settings) {
        return new UpgradeConnection(new TinyClient(), settings, new Peer("localhost", -1));
    }

    static UpgradeConnection serverConnection(UpgradeSettings settings) {
        return new UpgradeConnection(
                new TinyServer(settings.policy(), HandOver.INSIDE_TLS), settings, new Peer("127.0.0.1", -1));
    }

    /** Not upgraded yet. */
    static Pair connected(
            UpgradeSettings clients,
            UpgradeSettings servers,
            UnaryOperator<ByteChannel> clientSide,
            UnaryOperator<ByteChannel> serverSide)
            throws IOException {
        Loopback sockets = Loopback.open();
        return new Pair(
                sockets,
                StartTlsChannel.over(clientSide.apply(sockets.client()), clientConnection(clients)),
                StartTlsChannel.over(serverSide.apply(sockets.server()), serverConnection(servers)));
    }

    static Pair connected(UpgradeSettings clients, UpgradeSettings servers) throws IOException {
        return connected(clients, servers, UnaryOperator.identity(), UnaryOperator.identity());
    }

    static Pair upgraded(UpgradeSettings clients, UpgradeSettings servers) throws Exception {
        return connected(clients, servers).upgrade();
    }

    /** Upgraded, and blocking. */
    static Pair upgraded() throws Exception {
        return SUN_JSSE.upgraded();
    }

    static Pair upgraded(String version) throws Exception {
        return SUN_JSSE.upgraded(version);
    }

    Pair upgrade() throws Exception {
        CompletableFuture<Void> served = run(server::upgrade);
        client.upgrade();
        served.get(30, TimeUnit.SECONDS);
        return this;
    }

    @Override
    public void close() throws IOException {
        sockets.close();
    }

    /** Something that may throw. */
    interface Work {
        void run() throws Exception;
    }

    /** Runs it on a thread of its own. */
    static CompletableFuture<Void> run(Work work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Exception | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }
}
