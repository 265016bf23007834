package dev.starttls.core.nio;

import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.discovery.TargetTrust;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.keys.TrustedRoots;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.DowngradeDetection;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Preparation;
import dev.starttls.core.upgrade.StartTlsProtocol;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * What the clients of all protocols are set up with, and how they connect.
 *
 * <p>Not safe for use by several threads, connecting included. Each setter returns this. One setup may connect any number of
 * times. A server whose threads connect to others makes a setup for each connection, which costs little, and gives all of them the
 * same {@link SSLContext} ({@link #sslContext}; of a PEM file {@link TrustedRoots#context}), so that sessions are resumed, and the
 * same {@link #memory}; or it synchronises.
 *
 * @param <S> the protocol's client
 * @param <C> what it connects to
 * @param <D> its dialogue
 */
public abstract class ClientSetup<S extends ClientSetup<S, C, D>, C, D extends Dialogue> {

    private final Peer address;
    /** Whose ports decide about the policy, until one is set. */
    private Optional<StartTlsProtocol> byPort = Optional.empty();

    private Optional<String> serverName = Optional.empty();
    private UpgradeSettings settings;
    private ClientTimes times = ClientTimes.DEFAULT;
    private Preparer preparer = Preparer.none();
    private Optional<Executor> lookup = Optional.empty();
    private Optional<ProxyRoute> proxy = Optional.empty();
    private Connector.NameService names = InetAddress::getAllByName;
    private Optional<SocketOpener> sockets = Optional.empty();
    /** Empty where the name is looked up. */
    private List<InetAddress> addresses = List.of();

    /**
     * A client under {@link TlsPolicy#IMPLICIT} on a port of the protocol's for TLS from the first octet, under {@link
     * TlsPolicy#REQUIRED} on any other, until another policy is set.
     *
     * @param host a name or an address
     * @param port 0 to 65535
     * @param protocol whose ports are looked up
     * @throws IllegalArgumentException if the host is empty or the port out of bounds
     * @throws NullPointerException if the host is null
     */
    protected ClientSetup(String host, int port, StartTlsProtocol protocol) {
        this(host, port, SocketUpgrades.policyOf(protocol, port));
        byPort = Optional.of(protocol);
    }

    /**
     * A client under a policy.
     *
     * @param host a name or an address
     * @param port 0 to 65535
     * @param policy until another is set
     */
    protected ClientSetup(String host, int port, TlsPolicy policy) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: expected 0 to 65535, got " + port);
        }
        this.address = new Peer(
                Objects.requireNonNull(host, "host: expected the name or address of a server, got null"), port);
        this.settings = UpgradeSettings.of(policy);
    }

    /**
     * A client of a service that a domain has published, under the policy of that service.
     *
     * @param endpoint one of whose {@link ServiceEndpoint#names names} the certificate must have
     * @param protocol of this client
     * @throws IllegalArgumentException if it is of another protocol, or is {@link TargetTrust#UNCONFIRMED}
     */
    protected ClientSetup(ServiceEndpoint endpoint, StartTlsProtocol protocol) {
        this.address = new Peer(
                required(endpoint, protocol).host(),
                endpoint.port(),
                endpoint.names().stream()
                        .filter(name -> !name.equals(endpoint.host()))
                        .toList());
        this.settings = UpgradeSettings.of(endpoint.policy());
    }

    private static ServiceEndpoint required(ServiceEndpoint endpoint, StartTlsProtocol protocol) {
        Objects.requireNonNull(endpoint, "endpoint: expected one of ServiceDiscovery, got null");
        if (!endpoint.service().protocol().equals(protocol.name())) {
            throw new IllegalArgumentException("endpoint: expected one of " + protocol.name() + ", got "
                    + endpoint.service() + " of " + endpoint.domain());
        }
        if (endpoint.trust() == TargetTrust.UNCONFIRMED) {
            throw new IllegalArgumentException("endpoint: expected a host that " + endpoint.domain()
                    + " is known to have named, got " + endpoint.host()
                    + ", which is in another domain, by an answer that is not signed: show it to the user, and use"
                    + " endpoint.confirmed() if the user knows it (RFC 6186 section 6)");
        }
        return endpoint;
    }

    /**
     * What is done about TLS. Unless set: {@link TlsPolicy#IMPLICIT} on the implicit-TLS port of the protocol (RFC 8314
     * section 7), {@link TlsPolicy#REQUIRED} on any other.
     *
     * @throws NullPointerException if it is null
     */
    public S policy(TlsPolicy policy) {
        S changed = with(settings.withPolicy(policy));
        byPort = Optional.empty();
        return changed;
    }

    /**
     * The context for TLS, put into the settings of {@link #tls}: whatever else they have (pins, versions, verification)
     * stays. Use one for many connections, so that sessions are resumed.
     *
     * @param context initialised
     * @throws NullPointerException if it is null
     */
    public S sslContext(SSLContext context) {
        return tls(settings.tls().withContext(context));
    }

    /**
     * Trusts the certificates of a file, those of an organisation's own authority for instance, in place of those of the Java
     * runtime: {@link #sslContext} with a context that does. The file is read once, here. How certificates and names are verified
     * stays, and so do pins.
     *
     * <p>The context is new: setups that each call this share no sessions, and none of theirs is resumed by another. For those
     * make one context, {@code TrustedRoots.pem(file).context()}, and give it to each by {@link #sslContext}.
     *
     * <pre>{@code
     * client.trust(Path.of("ca.pem"));
     * }</pre>
     *
     * @param pem certificates of authorities, or of the server itself, in PEM; at most 1 MiB
     * @throws IOException if it cannot be read or has no certificate; the message names the file and says what it has
     * @throws NullPointerException if it is null
     */
    public S trust(Path pem) throws IOException {
        Objects.requireNonNull(pem, "pem: expected a PEM file with trusted certificates, got null");
        try {
            return sslContext(TrustedRoots.pem(pem).context());
        } catch (IOException e) {
            throw new IOException("trust: " + e.getMessage(), e);
        }
    }

    /**
     * How TLS is spoken. These settings replace all that was set before, the context of {@link #sslContext} too.
     *
     * @throws NullPointerException if it is null
     */
    public S tls(TlsSettings tls) {
        return with(settings.withTls(tls));
    }

    /**
     * The name that the server's certificate must have and that is sent by SNI, unless that is another ({@link
     * TlsSettings.Builder#sni}). Unless set, the host connected to, or any name of the service that was given.
     *
     * @param name a host name or address
     * @throws IllegalArgumentException if it is empty, or is not ASCII and cannot be converted to it
     * @throws NullPointerException if it is null
     */
    public S serverName(String name) {
        Objects.requireNonNull(
                name,
                "name: expected the name that the certificate must have, got null; unless set, it is the" + " host");
        var unusedPeer = new Peer(ServerIdentity.toAscii(name), -1);
        serverName = Optional.of(name);
        return self();
    }

    /**
     * The listener that hears what becomes of the upgrades.
     *
     * @param listener called by the thread that connects
     * @throws NullPointerException if it is null
     */
    public S listener(UpgradeListener listener) {
        return with(settings.withListener(listener));
    }

    /**
     * The transcript that records what is said and heard in the clear and inside TLS, with secrets concealed.
     *
     * @param transcript {@link DialogueTranscript#NONE} unless set; called by the thread that connects, or the loop's
     * @throws NullPointerException if it is null
     */
    public S transcript(DialogueTranscript transcript) {
        return with(settings.withTranscript(transcript));
    }

    /**
     * Bounds on what the server sends.
     *
     * @throws NullPointerException if it is null
     */
    public S limits(UpgradeLimits limits) {
        return with(settings.withLimits(limits));
    }

    /**
     * How long the TCP connection may take as a whole, looking the name up and all of its addresses included, and how long
     * each phase after it may take. The addresses of a host are tried as RFC 8305 has it: the families take turns, the next
     * address is tried when the last has failed or has not answered for 250 ms, and the first that connects is used; the others
     * are closed. The look-up is counted but cannot be ended before it returns, unless {@link #lookup} has
     * an executor for it: connecting then fails right after it.
     *
     * <p>{@link UpgradeLimits#DEFAULT} says why it is 60 seconds. A client that relays mail needs the 5 minutes of RFC 5321
     * section 4.5.3.2: {@code timeout(Duration.ofMinutes(5))}.
     *
     * @param timeout positive, at most {@link UpgradeLimits#MAX_TIME}, which longer ones are taken for; 30 seconds and 60
     *     seconds unless set
     * @throws IllegalArgumentException if it is not positive
     * @throws NullPointerException if it is null
     */
    public S timeout(Duration timeout) {
        times = times.withConnect(timeout);
        return with(settings.withLimits(settings.limits().withTimePerPhase(timeout)));
    }

    /**
     * How long all of it may take: the look-up, the TCP connection and every phase of the upgrade, until the session is
     * ready; of two connections ({@link #direct}) both together. {@link #timeout} bounds each of them beside this. When it is
     * over, connecting fails with {@link dev.starttls.core.upgrade.FailureReason#CONNECT_FAILED} in phase {@link Phase#CONNECT}, and with {@link
     * dev.starttls.core.upgrade.FailureReason#TIMEOUT} in those that follow. It is counted from the call of {@link #connect()}, {@link
     * #connect(UpgradeLoop)} or {@link #connect(SocketChannel)}. What cannot be ended is counted, and ends in a failure once it
     * returns: a look-up without an executor ({@link #lookup}), and code of the application.
     *
     * <p>{@link #connection} has no driver that could count it from the beginning: see {@link UpgradeConnection#totalTime}.
     *
     * @param timeout positive, at most {@link UpgradeLimits#MAX_TIME}, which longer ones are taken for; none unless set
     * @throws IllegalArgumentException if it is not positive
     * @throws NullPointerException if it is null
     */
    public S totalTimeout(Duration timeout) {
        times = times.withTotal(timeout);
        return self();
    }

    /**
     * How long a read of the session's channel may wait for octets: {@link StartTlsChannel#readTimeout(Duration)}, which says
     * what holds after one that has. A session that is connected on a loop has it too, for when its channel is made blocking.
     *
     * @param timeout zero or more; zero for no limit, as unless set: a server that says nothing more is then waited for until
     *     another thread closes the session
     * @throws IllegalArgumentException if it is negative
     * @throws NullPointerException if it is null
     */
    public S readTimeout(Duration timeout) {
        times = times.withRead(timeout);
        return self();
    }

    /**
     * How long the server may take for each 16 KiB that are written to the session's channel: {@link
     * StartTlsChannel#writeTimeout(Duration)}, which says what holds after a write that took longer.
     *
     * @param timeout zero or more; zero for no limit, as unless set
     * @throws IllegalArgumentException if it is negative
     * @throws NullPointerException if it is null
     */
    public S writeTimeout(Duration timeout) {
        times = times.withWrite(timeout);
        return self();
    }

    /**
     * The executor that looks the host's name up. Unless set, the thread that calls {@link #connect()} or {@link #connect(UpgradeLoop)},
     * for as long as the name service of the machine takes.
     *
     * @param executor runs one task for each connection, which blocks; it is abandoned there when the time for the TCP
     *     connection is over, so that a few threads more than there are names in need are wanted. Not {@code
     *     Runnable::run} with {@link #connect(UpgradeLoop)}: it would block the loop
     * @throws NullPointerException if it is null
     */
    public S lookup(Executor executor) {
        lookup = Optional.of(Objects.requireNonNull(
                executor,
                "executor: expected one for look-ups, got null; unless set, the calling thread looks names up"));
        return self();
    }

    /**
     * Connects through a proxy: TCP connects to it in place of the server, what the dialogue says comes first, and then all goes on
     * as on a connection to the server. The server's name is not looked up on this machine but given to the proxy; it is still
     * the name that the certificate must have and that is sent by SNI, and what is remembered of a host is remembered of the
     * server.
     *
     * <pre>{@code
     * client.proxy("proxy.example.net", 1080, Socks5Dialogue::new).connect();
     * }</pre>
     *
     * <p>The dialogue has the time of a phase ({@link #timeout}), its replies have the bounds of one ({@link #limits}), and both
     * belong to {@link Phase#CONNECT} in reports and failures. A proxy that is reached by other means than TCP is given to {@link
     * #connect(SocketChannel)} as a connected channel.
     *
     * @param host the proxy's name or address
     * @param port the proxy's, 0 to 65535
     * @param dialogues makes what is said on one connection, for the server's host, in ASCII, and port. Called by the thread that
     *     connects, or that of the loop
     * @throws IllegalArgumentException if the host is empty or the port out of bounds
     * @throws NullPointerException if any is null
     */
    public S proxy(String host, int port, Function<Peer, ProxyDialogue> dialogues) {
        Objects.requireNonNull(dialogues, "dialogues: expected a function that makes a proxy's dialogue, got null");
        if (port < 0) {
            throw new IllegalArgumentException("port: expected 0 to 65535, got " + port);
        }
        proxy = Optional.of(new ProxyRoute(
                new Peer(Objects.requireNonNull(host, "host: expected the proxy's name or address, got null"), port),
                dialogues));
        return self();
    }

    /**
     * Opens the sockets that this client connects, and may find the addresses that it connects them to: a local address, options of
     * the system, Unix-domain sockets, a name service of the application's. With a {@link #proxy} they are the proxy's.
     *
     * <pre>{@code
     * client.sockets(address -> SocketChannel.open().bind(new InetSocketAddress("192.0.2.25", 0)));
     * }</pre>
     *
     * @param opener called by the thread that connects, or that of the loop, for each address that is tried; used by {@link
     *     #connect()}, {@link #connect(UpgradeLoop)} and socket factories
     * @throws NullPointerException if it is null
     */
    public S sockets(SocketOpener opener) {
        sockets = Optional.of(Objects.requireNonNull(
                opener, "opener: expected one for sockets, got null; unless set, they are those of the JDK"));
        return self();
    }

    /**
     * The addresses of the host, which is then not looked up: for a program that has a resolver of its own, as mail servers do. They are
     * tried in the order of RFC 8305, see {@link #timeout}. The name that the certificate must have stays that of the host. They go before
     * those of a {@link SocketOpener#addresses SocketOpener}, which is for what has to be found when connecting, and for addresses of other
     * families. Without effect where a {@link #proxy} is set, since that looks the name up, and on a {@link
     * #socketFactory(Supplier, StartTlsSocketFactory.Greeting)}.
     *
     * @param known none for a look-up, as unless set
     * @throws NullPointerException if one is null
     */
    public S addresses(List<InetAddress> known) {
        addresses = List.copyOf(Objects.requireNonNull(
                known, "known: expected addresses of the host, got null; try List.of(), which has it looked up"));
        return self();
    }

    /** Another service that looks names up, for tests: the JDK's is that of the machine. */
    S names(Connector.NameService service) {
        names = service;
        return self();
    }

    /**
     * When the ClientHello is made.
     *
     * @param preparation while waiting, unless set
     * @throws NullPointerException if it is null
     */
    public S preparation(Preparation preparation) {
        return with(settings.withPreparation(preparation));
    }

    /**
     * The executor that makes the ClientHello, from the beginning on: while the name is looked up, the connection made and the greeting
     * awaited. Unless set, the thread that connects makes it while it waits for the greeting, where there is little to wait
     * for on a short link.
     *
     * @param executor runs a task of some milliseconds for each connection; if it rejects one or does not come to it in
     *     time, the thread that connects makes the ClientHello itself. With {@link #connect(UpgradeLoop)}, {@code
     *     Runnable::run} has the calling thread make it while the loop's connects
     * @throws NullPointerException if it is null
     */
    public S preparation(Executor executor) {
        preparer = new Preparer(Optional.of(Objects.requireNonNull(
                executor,
                "executor: expected one for ClientHellos, got null; unless set, the thread that connects makes"
                        + " them")));
        return preparation(Preparation.WHILE_WAITING);
    }

    /**
     * Whether the upgrade command is sent right after the greeting, without asking what the server can do, and how much of
     * it at once.
     *
     * <p>Under {@link DirectUpgrade#REMEMBERED} a host may turn out not to take the command, or a ClientHello that comes
     * along, and end the connection ({@link dev.starttls.core.upgrade.FailureReason#DIRECT_NOT_TAKEN}). {@link #connect()} and {@link #connect(UpgradeLoop)} then
     * connect once more and ask; the second TCP connection may take what is left of the {@link #timeout}, and half of it at
     * least. On a loop it takes the place of the first, so that it is made on a full loop too, and on one that is being
     * closed. The report has what the first failed with ({@link dev.starttls.core.upgrade.UpgradeReport#firstAttempt}), and its
     * {@link Phase#CONNECT} includes the first connection. The listener hears of it that a command was {@linkplain
     * UpgradeListener#proposed proposed} twice, and not that anything failed. {@link #connect(SocketChannel)} and {@link
     * #connection} fail, and what made the connection has to make another.
     *
     * @param direct {@link DirectUpgrade#NEVER} unless set
     * @throws NullPointerException if it is null
     */
    public S direct(DirectUpgrade direct) {
        return with(settings.withDirect(direct));
    }

    /**
     * Where it is remembered what hosts take, for {@link #direct}: by the {@link #serverName} and the port.
     *
     * @param memory {@link HostMemory#ofProcess} unless set
     * @throws NullPointerException if it is null
     */
    public S memory(HostMemory memory) {
        return with(settings.withMemory(memory));
    }

    /**
     * Remembers with which servers TLS was used, by the {@link #serverName}, the port and the protocol, and has the listener hear of
     * sessions with less ({@link UpgradeListener#downgraded}). The policy decides as ever.
     *
     * @param history one for all clients
     * @throws NullPointerException if it is null
     */
    public S reportDowngrades(TlsHistory history) {
        return downgrades(DowngradeDetection.reporting(history, InstantSource.system()));
    }

    /**
     * The same, and TLS is required of a server with which it was used in the last 30 days, under {@link TlsPolicy#OPPORTUNISTIC}
     * too: once TLS, always TLS. Connecting fails where such a server does not offer it, and {@link UpgradeListener#blocked} is called.
     *
     * @param history one for all clients
     * @throws NullPointerException if it is null
     */
    public S blockDowngrades(TlsHistory history) {
        return downgrades(DowngradeDetection.blocking(history, InstantSource.system()));
    }

    /**
     * How it is noticed that there is less TLS than before, with another time or clock.
     *
     * @param detection {@link DowngradeDetection#NONE} unless set
     * @throws NullPointerException if it is null
     */
    public S downgrades(DowngradeDetection detection) {
        return with(settings.withDowngrades(detection));
    }

    /**
     * Connects and upgrades; blocks until the session is ready. Its channel is blocking.
     *
     * @return the session
     * @throws dev.starttls.core.upgrade.UpgradeException if that fails; the connection is then closed
     */
    public C connect() throws IOException {
        long before = System.nanoTime();
        return session(upgrades(new Dialogues())
                .connect(peer(), new Connector.Search(target(), lookup), attempts(before), before));
    }

    /**
     * Upgrades a connection that was made already, perhaps through a proxy, or over a Unix-domain socket; blocks until the
     * session is ready.
     *
     * @param connected by whatever means, and blocking; nothing having been read. To the proxy, if one is set ({@link #proxy}), else
     *     to the server
     * @return the session, whose report has no phase {@link Phase#CONNECT}
     * @throws dev.starttls.core.upgrade.UpgradeException if that fails; the connection is then closed
     * @throws java.nio.channels.IllegalBlockingModeException if it is non-blocking; it is then left as it is
     */
    public C connect(SocketChannel connected) throws IOException {
        Objects.requireNonNull(connected, "connected: expected a channel that is connected, got null");
        if (!connected.isBlocking()) {
            throw new BlockingModeException(
                    "connected: expected a blocking channel, got a non-blocking one: call configureBlocking(true) first");
        }
        try {
            long before = System.nanoTime();
            Connector.withoutDelay(connected);
            return session(upgrades(new Dialogues()).upgrade(peer(), connected, attempts(before), before));
        } catch (Throwable e) {
            Quietly.close(connected);
            throw e;
        }
    }

    /**
     * Connects and upgrades on a loop; does not block but for the look-up of the host's name, and with {@link #lookup} not
     * for that.
     *
     * <p>The session's channel is non-blocking and registered with no selector. Streams ({@link ClientConnection#inputStream})
     * need a blocking one. For them, make its transport blocking first: {@code ((SocketChannel)
     * channel.transport()).configureBlocking(true)}.
     *
     * @param loop that some thread runs
     * @return completed by the loop's thread; fails with an {@link dev.starttls.core.upgrade.UpgradeException}. Cancelling
     *     it closes the connection, and so does whatever else completes it before, such as {@link
     *     CompletableFuture#orTimeout}
     */
    public CompletableFuture<C> connect(UpgradeLoop loop) {
        Objects.requireNonNull(loop, "loop: expected one that a thread runs, got null; connect() needs none");
        long before = System.nanoTime();
        CompletableFuture<C> session = new CompletableFuture<>();
        boolean repeating = settings.direct() == DirectUpgrade.REMEMBERED;
        FirstAttempt first = new FirstAttempt(settings.listener());
        D dialogue = dialogue();
        UpgradeConnection connection = connection(dialogue, repeating ? first.settings(settings) : settings, before);
        Optional<Runnable> preparation = preparer.task(connection);
        Connector.Attempts attempts = attempts(before);
        Optional<SecondConnection<D>> second = Optional.empty();
        if (repeating) {
            // Made here: this setup may have been changed by then, and the thread is the loop's.
            D spare = dialogue();
            SecondConnection<D> another =
                    new SecondConnection<>(first, spare, connection(spare, FirstAttempt.again(settings), before));
            attempts = attempts.with(another);
            second = Optional.of(another);
        }
        upgrade(open(loop, connection, attempts, before), dialogue, second, session);
        // After the connection's own beginning, so that an executor which is this thread helps the loop's.
        preparer.run(preparation);
        return session;
    }

    /**
     * The connection without any I/O, for a loop of your own.
     *
     * @return not begun
     */
    public UpgradeConnection connection() {
        return connection(dialogue(), settings);
    }

    /**
     * A factory of sockets for a program that has nothing else to be set: for the {@code socketFactory()} of a protocol, which
     * says how they behave. It keeps what this setup has now, but for the host and the port: the program gives those.
     *
     * @param dialogues makes the dialogue of one connection; called by several threads, and not changed by this setup
     * @param greeting what the program reads first
     * @return a factory, safe for use by several threads
     */
    protected final StartTlsSocketFactory socketFactory(
            Supplier<D> dialogues, StartTlsSocketFactory.Greeting<D> greeting) {
        return new StartTlsSocketFactory(new SocketUpgrades<>(
                upgrades(dialogues),
                greeting,
                new SocketUpgrades.Target(address, serverName, byPort, lookup, names, proxy, sockets)));
    }

    /**
     * Makes the dialogue of one connection.
     *
     * @return a new one
     */
    protected abstract D dialogue();

    /**
     * Makes the session of a connection that is ready.
     *
     * @param channel upgraded as far as the policy has it
     * @param dialogue that {@link #dialogue} made for it
     * @return the session
     */
    protected abstract C session(StartTlsChannel channel, D dialogue);

    /** This, by its own type. */
    protected abstract S self();

    /** One line for people: the server's address and the policy. */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + address + ", " + settings.policy() + "]";
    }

    private BlockingUpgrades<D> upgrades(Supplier<D> dialogues) {
        return new BlockingUpgrades<>(dialogues, settings, preparer, times);
    }

    private C session(BlockingUpgrades.Ready<D> ready) {
        try {
            return session(ready.channel(), ready.dialogue());
        } catch (Throwable e) {
            Quietly.close(ready.channel());
            throw e;
        }
    }

    private Peer target() {
        return proxy.map(ProxyRoute::proxy).orElse(address);
    }

    private CompletableFuture<StartTlsChannel> open(
            UpgradeLoop loop, UpgradeConnection connection, Connector.Attempts attempts, long before) {
        if (lookup.isPresent()) {
            return loop.connect(target(), lookup.get(), connection, attempts, before);
        }
        try {
            return loop.connect(attempts.resolve(target()), connection, attempts, before);
        } catch (UpgradeException unknown) {
            return UpgradeLoop.failed(connection, unknown);
        }
    }

    private void upgrade(
            CompletableFuture<StartTlsChannel> underway,
            D dialogue,
            Optional<SecondConnection<D>> second,
            CompletableFuture<C> session) {
        // This setup may have been changed by then, and the thread is the loop's.
        ClientTimes present = times;
        var unusedRelay = underway.whenComplete((ready, thrown) -> {
            if (thrown != null) {
                second.flatMap(SecondConnection::failed).ifPresent(thrown::addSuppressed);
                session.completeExceptionally(thrown);
            } else {
                complete(
                        session,
                        BlockingUpgrades.limited(ready, present),
                        second.map(other -> other.dialogueOr(dialogue)).orElse(dialogue));
            }
        });
        // If it is completed from outside, by orTimeout for instance, the connection is not needed any more; after its
        // own
        // end this has no effect.
        var unusedCancel = session.whenComplete((done, thrown) -> underway.cancel(false));
    }

    private Connector.Attempts attempts(long before) {
        // This setup may have been changed by then.
        Optional<ProxyRoute> route = proxy;
        UpgradeLimits limits = settings.limits();
        ClientTimes present = times;
        Connector.Attempts attempts = new Connector.Attempts(times, before)
                .through(connection -> ProxyHop.of(route, address, limits, present, before, connection));
        if (addresses.isEmpty() || route.isPresent()) {
            return CheckedOpener.on(attempts.names(names), sockets);
        }
        InetAddress[] known = addresses.toArray(InetAddress[]::new);
        return CheckedOpener.onKnown(attempts.names(host -> known), sockets);
    }

    private void complete(CompletableFuture<C> session, StartTlsChannel ready, D dialogue) {
        try {
            if (!session.complete(session(ready, dialogue))) {
                Quietly.close(ready);
            }
        } catch (Throwable e) {
            Quietly.close(ready);
            session.completeExceptionally(Failures.ofClientCode(e, Phase.RECAPABILITY));
        }
    }

    private UpgradeConnection connection(Dialogue dialogue, UpgradeSettings followed, long before) {
        return times.bound(connection(dialogue, followed), before);
    }

    private UpgradeConnection connection(Dialogue dialogue, UpgradeSettings followed) {
        return new UpgradeConnection(dialogue, followed, peer());
    }

    private Peer peer() {
        return serverName.map(name -> new Peer(name, address.port())).orElse(address);
    }

    private S with(UpgradeSettings changed) {
        settings = changed;
        return self();
    }

    /** Those of this setup. Not a lambda, which the first upgrade would have to link. */
    private final class Dialogues implements Supplier<D> {

        @Override
        public D get() {
            return dialogue();
        }
    }
}
