package dev.starttls.core.nio;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Preparation;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;

/**
 * What the clients of all protocols are set up with, and how they connect: who knows one knows all.
 *
 * <p>Not safe for use by several threads. One setup may connect any number of times.
 *
 * @param <S> the protocol's client
 * @param <C> what it connects to
 */
public abstract class ClientSetup<S extends ClientSetup<S, C>, C> {

    private static final Duration CONNECT = Duration.ofSeconds(30);

    private final Peer address;
    private Optional<String> serverName = Optional.empty();
    private UpgradeSettings settings;
    private Duration connectTimeout = CONNECT;
    private Optional<Executor> preparer = Optional.empty();

    /**
     * A client under a policy.
     *
     * @param host a name or an address
     * @param port 0 to 65535
     * @param policy until another is set
     */
    protected ClientSetup(String host, int port, TlsPolicy policy) {
        if (port < 0) {
            throw new IllegalArgumentException("port: expected 0 to 65535, got " + port);
        }
        this.address = new Peer(host, port);
        this.settings = UpgradeSettings.of(policy);
    }

    /**
     * What is done about TLS. Unless set: {@link TlsPolicy#IMPLICIT} on the implicit-TLS port of the protocol (RFC 8314
     * section 7), {@link TlsPolicy#REQUIRED} on any other.
     *
     * @param policy any
     * @return this
     */
    public S policy(TlsPolicy policy) {
        return with(settings.withPolicy(policy));
    }

    /**
     * The context for TLS; short for {@link #tls}. Use one for many connections, so that sessions are resumed.
     *
     * @param context initialised
     * @return this
     */
    public S sslContext(SSLContext context) {
        return tls(TlsSettings.builder().context(context).build());
    }

    /**
     * How TLS is spoken.
     *
     * @param tls settings
     * @return this
     */
    public S tls(TlsSettings tls) {
        return with(settings.withTls(tls));
    }

    /**
     * The name that the server's certificate must have and that is sent by SNI. Unless set, the host connected to.
     *
     * @param name a host name or address
     * @return this
     */
    public S serverName(String name) {
        serverName = Optional.of(name);
        return self();
    }

    /**
     * Who hears what becomes of the upgrades.
     *
     * @param listener called by the thread that connects
     * @return this
     */
    public S listener(UpgradeListener listener) {
        return with(settings.withListener(listener));
    }

    /**
     * Bounds on what the server sends.
     *
     * @param limits any
     * @return this
     */
    public S limits(UpgradeLimits limits) {
        return with(settings.withLimits(limits));
    }

    /**
     * How long the TCP connection may take, and each phase behind it.
     *
     * @param timeout positive; 30 seconds and 60 seconds unless set
     * @return this
     */
    public S timeout(Duration timeout) {
        connectTimeout = timeout;
        return with(settings.withLimits(settings.limits().withTimePerPhase(timeout)));
    }

    /**
     * When the ClientHello is made.
     *
     * @param preparation while waiting, unless set
     * @return this
     */
    public S preparation(Preparation preparation) {
        return with(settings.withPreparation(preparation));
    }

    /**
     * Who makes the ClientHello, from the beginning on: while the name is looked up, the connection made and the greeting
     * awaited. Unless set, the thread that connects makes it while it waits for the greeting, where there is little to wait
     * for on a short link.
     *
     * @param executor runs a task of some milliseconds for each connection; if it rejects one or does not come to it in
     *     time, the thread that connects makes the ClientHello itself. With {@link #connect(UpgradeLoop)}, {@code
     *     Runnable::run} has the calling thread make it while the loop's connects
     * @return this
     */
    public S preparation(Executor executor) {
        preparer = Optional.of(executor);
        return preparation(Preparation.WHILE_WAITING);
    }

    /**
     * Connects and upgrades; blocks until the session is ready. Its channel is blocking.
     *
     * @return the session
     * @throws dev.starttls.core.upgrade.UpgradeException if that fails; the connection is then closed
     */
    public C connect() throws IOException {
        long before = System.nanoTime();
        Dialogue dialogue = dialogue();
        UpgradeConnection connection = connection(dialogue);
        prepare(preparation(connection));
        SocketChannel socket = Connector.connect(Connector.resolve(address), connectTimeout);
        connection.spent(Phase.CONNECT, System.nanoTime() - before);
        return upgrade(socket, connection, dialogue);
    }

    /**
     * Upgrades a connection that was made already, perhaps through a proxy; blocks until the session is ready.
     *
     * @param connected by whatever means, and blocking; nothing having been read
     * @return the session, whose report has no phase {@link Phase#CONNECT}
     * @throws dev.starttls.core.upgrade.UpgradeException if that fails; the connection is then closed
     * @throws java.nio.channels.IllegalBlockingModeException if it is non-blocking; it is then left as it is
     */
    public C connect(SocketChannel connected) throws IOException {
        if (!connected.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        Dialogue dialogue = dialogue();
        Connector.withoutDelay(connected);
        UpgradeConnection connection = connection(dialogue);
        prepare(preparation(connection));
        return upgrade(connected, connection, dialogue);
    }

    /**
     * Connects and upgrades on a loop; does not block but for the look-up of the host's name. Its addresses are tried in
     * their order. The session's channel is non-blocking and registered with no selector.
     *
     * @param loop that some thread runs
     * @return completed by the loop's thread; fails with an {@link dev.starttls.core.upgrade.UpgradeException}. Cancelling
     *     it closes the connection
     */
    public CompletableFuture<C> connect(UpgradeLoop loop) {
        long before = System.nanoTime();
        Dialogue dialogue = dialogue();
        UpgradeConnection connection = connection(dialogue);
        Optional<Runnable> preparation = preparation(connection);
        CompletableFuture<StartTlsChannel> channel;
        try {
            channel = loop.connect(Connector.resolve(address), connection, connectTimeout, before);
        } catch (UpgradeException unknown) {
            return CompletableFuture.failedFuture(unknown);
        }
        // Behind the connection's own beginning, so that an executor which is this thread helps the loop's.
        prepare(preparation);
        CompletableFuture<C> session = new CompletableFuture<>();
        var unusedRelay = channel.whenComplete((ready, thrown) -> {
            if (thrown != null) {
                session.completeExceptionally(thrown);
            } else {
                complete(session, ready, dialogue);
            }
        });
        var unusedCancel = session.whenComplete((done, thrown) -> {
            if (session.isCancelled()) {
                channel.cancel(false);
            }
        });
        return session;
    }

    /**
     * The connection without any I/O, for a loop of one's own.
     *
     * @return not begun
     */
    public UpgradeConnection connection() {
        return connection(dialogue());
    }

    /**
     * Makes the dialogue of one connection.
     *
     * @return a new one
     */
    protected abstract Dialogue dialogue();

    /**
     * Makes the session of a connection that is ready.
     *
     * @param channel upgraded as far as the policy has it
     * @param dialogue that {@link #dialogue} made for it
     * @return the session
     */
    protected abstract C session(StartTlsChannel channel, Dialogue dialogue);

    /**
     * This, by its own type.
     *
     * @return this
     */
    protected abstract S self();

    private C upgrade(SocketChannel socket, UpgradeConnection connection, Dialogue dialogue) throws IOException {
        StartTlsChannel channel = StartTlsChannel.over(socket, connection);
        try {
            channel.upgrade();
            return session(channel, dialogue);
        } catch (IOException | RuntimeException e) {
            Quietly.close(channel);
            throw e;
        }
    }

    private void complete(CompletableFuture<C> session, StartTlsChannel ready, Dialogue dialogue) {
        try {
            if (!session.complete(session(ready, dialogue))) {
                Quietly.close(ready);
            }
        } catch (RuntimeException e) {
            Quietly.close(ready);
            session.completeExceptionally(e);
        }
    }

    private Optional<Runnable> preparation(UpgradeConnection connection) {
        return preparer.isPresent() ? connection.preparation() : Optional.empty();
    }

    private void prepare(Optional<Runnable> preparation) {
        if (preparation.isPresent()) {
            try {
                preparer.orElseThrow().execute(preparation.get());
            } catch (RejectedExecutionException e) {
                // Whoever needs the ClientHello makes it.
                return;
            }
        }
    }

    private UpgradeConnection connection(Dialogue dialogue) {
        return new UpgradeConnection(dialogue, settings, new Peer(serverName.orElse(address.host()), address.port()));
    }

    private S with(UpgradeSettings changed) {
        settings = changed;
        return self();
    }
}
