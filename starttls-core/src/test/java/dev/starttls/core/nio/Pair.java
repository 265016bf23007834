package dev.starttls.core.nio;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.testing.TinyServer.HandOver;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/** A client's and a server's channel over loopback, and settings for them. */
record Pair(Loopback sockets, StartTlsChannel client, StartTlsChannel server) implements AutoCloseable {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext CLIENT = CERTIFICATES.client();
    private static final SSLContext SERVER = CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));

    static TlsSettings.Builder clientTls() {
        return TlsSettings.builder().context(CLIENT);
    }

    static TlsSettings.Builder serverTls() {
        return TlsSettings.builder().context(SERVER);
    }

    static UpgradeSettings clientSettings() {
        return UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(clientTls().build());
    }

    static UpgradeSettings serverSettings() {
        return UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(serverTls().build());
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

    /** Upgraded, and blocking. */
    static Pair upgraded() throws Exception {
        return upgraded(clientSettings(), serverSettings());
    }

    static Pair upgraded(String version) throws Exception {
        return upgraded(clientSettings().withTls(clientTls().versions(version).build()), serverSettings());
    }

    static Pair upgraded(UpgradeSettings clients, UpgradeSettings servers) throws Exception {
        return connected(clients, servers).upgrade();
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
