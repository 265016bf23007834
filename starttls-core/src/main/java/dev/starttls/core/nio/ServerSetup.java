package dev.starttls.core.nio;

import dev.starttls.core.keys.ServerKeys;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.InjectionResponse;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/**
 * What the servers of all protocols are set up with, and how they serve.
 *
 * <p>Not safe for use by several threads while it is set up, where each setter returns this; after that, it may serve on any
 * number of threads.
 *
 * @param <S> the protocol's server
 */
public abstract class ServerSetup<S extends ServerSetup<S>> {

    /**
     * How many connections may wait to be accepted, as far as the system lets them: Linux allows as many by default since 5.4
     * (net.core.somaxconn). One too many is not refused: its client takes itself for connected and waits for a greeting that
     * never comes.
     */
    private static final int BACKLOG = 4_096;

    private static final String NO_RECEIVER =
            "receiver: expected one for channels, got null; leave the call out where no handler hands over";

    private UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED);
    private Optional<ConnectionCounts> counts = Optional.empty();
    private Optional<Function<Peer, PrefaceDialogue>> preface = Optional.empty();
    private Optional<Consumer<StartTlsChannel>> handOver = Optional.empty();
    /** The same for channels that stay on their loop. */
    private Optional<Consumer<LoopChannel>> handOverOnLoop = Optional.empty();
    /** Settings by which an engine was made. Several threads that find none prove them each, to the same end. */
    private volatile Optional<TlsSettings> proven = Optional.empty();

    /** A server under {@link TlsPolicy#REQUIRED}. */
    protected ServerSetup() {}

    /**
     * What is done about TLS.
     *
     * @param policy {@link TlsPolicy#REQUIRED} unless set: commands are refused until the client has upgraded
     * @throws NullPointerException if it is null
     */
    public S policy(TlsPolicy policy) {
        return with(settings.withPolicy(policy));
    }

    /**
     * The context with the server's key and certificate, put into the settings of {@link #tls}: whatever else they have (the
     * client's certificate, versions) stays. {@link dev.starttls.core.keys.ServerKeys} makes one of PEM or PKCS #12 files,
     * {@link dev.starttls.core.keys.ReloadingKeys} one whose keys are replaced while the server runs; of others, see {@link
     * TlsSettings.Builder#context}.
     *
     * <pre>{@code
     * server.sslContext(ServerKeys.pem(Path.of("chain.pem"), Path.of("key.pem")).context());
     * }</pre>
     *
     * <p>Without one, or with {@link SSLContext#getDefault}, and without the system property {@code javax.net.ssl.keyStore}
     * or {@link SSLContext#setDefault}, there is no certificate, and under any policy but {@link TlsPolicy#DISABLED} the
     * server does not begin to serve. Nor does it with a context that is not initialised. Of any other context without a key
     * nothing can be said beforehand, since it looks like one that has keys for some names only: every handshake
     * fails with it, as HANDSHAKE_FAILED with a hint, which the {@link #listener} hears.
     *
     * @param context initialised
     * @throws NullPointerException if it is null
     */
    public S sslContext(SSLContext context) {
        return tls(settings.tls().withContext(context));
    }

    /**
     * The server's certificate and key from PEM files: {@link #sslContext} with {@link
     * dev.starttls.core.keys.ServerKeys#pem(Path, Path)}, which has the formats. The files are read once, here.
     *
     * @param chain the server's certificate, followed by those of the issuers up to the root, which may be left out
     * @param key its private key, not encrypted
     * @throws IOException if they cannot be read or do not belong together; the message names the file and what to try
     * @throws NullPointerException if one is null
     */
    public S keys(Path chain, Path key) throws IOException {
        return sslContext(ServerKeys.pem(chain, key).context());
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
     * The listener that hears what becomes of the upgrades.
     *
     * @param listener called by the thread that serves
     * @throws NullPointerException if it is null
     */
    public S listener(UpgradeListener listener) {
        return with(settings.withListener(listener));
    }

    /**
     * The transcript that records what is said and heard in the clear and inside TLS, with secrets concealed.
     *
     * @param transcript {@link DialogueTranscript#NONE} unless set; called by the thread that serves
     * @throws NullPointerException if it is null
     */
    public S transcript(DialogueTranscript transcript) {
        return with(settings.withTranscript(transcript));
    }

    /**
     * Bounds on what the clients send.
     *
     * @throws NullPointerException if it is null
     */
    public S limits(UpgradeLimits limits) {
        return with(settings.withLimits(limits));
    }

    /**
     * What is done with octets that follow the upgrade command.
     *
     * @param injection {@link InjectionResponse#FAIL} unless set; {@link InjectionResponse#HANDSHAKE} is for IMAP only
     * @throws NullPointerException if it is null
     */
    public S injection(InjectionResponse injection) {
        return with(settings.withInjection(injection));
    }

    /**
     * How many connections are taken, from one client and in all, on whatever threads and loops this server serves. What is
     * refused is a failure of reason LIMIT_EXCEEDED, which the {@link #listener} hears; handlers do not.
     *
     * @param limits {@link ConnectionLimits#NONE} unless set; what was counted before is forgotten
     * @throws NullPointerException if it is null
     */
    public S connectionLimits(ConnectionLimits limits) {
        Objects.requireNonNull(limits, "limits: expected ConnectionLimits, got null; try ConnectionLimits.NONE");
        counts = limits.equals(ConnectionLimits.NONE)
                ? Optional.empty()
                : Optional.of(new ConnectionCounts(limits, TimeSource.Machine.CLOCK));
        return self();
    }

    /**
     * Reads what comes on each accepted connection before the session: the header of a load balancer. It is read exactly, before
     * the greeting and before TLS, and may name the client that handlers, {@link #connectionLimits}, listeners and reports then see
     * in place of the address that the connection comes from, or refuse the connection, which is then closed without a word.
     *
     * <pre>{@code
     * Set<InetAddress> balancers = Set.of(InetAddress.getByName("192.0.2.10"));
     * server.preface(ProxyProtocol.from(balancers, Others.REFUSE)).listen(loop, new InetSocketAddress(25));
     * }</pre>
     *
     * <p>It has the time and the octets of a phase ({@link #limits}), and belongs to {@link Phase#CONNECT} in reports and failures,
     * which the {@link #listener} hears: both are for all that it reads together. What the function or a dialogue throws ends its
     * connection, as {@link dev.starttls.core.upgrade.FailureReason#LOCAL_ERROR}, which the listener hears too; so does null in the
     * place of a dialogue or a step. Connections are not counted by {@link #connectionLimits} before it is
     * over, but take a place in the loop. It is read by {@link #serve} and {@link #listen}; {@link #connection} has no transport to
     * read it from.
     *
     * @param dialogues makes what is read on one connection, for the address that it comes from: no address but those of known
     *     balancers is to be believed. Called by the thread that serves, those of several loops at the same time
     * @throws NullPointerException if it is null
     */
    public S preface(Function<Peer, PrefaceDialogue> dialogues) {
        preface = Optional.of(Objects.requireNonNull(
                dialogues, "dialogues: expected a function that makes a connection's dialogue, got null"));
        return self();
    }

    /**
     * The receiver of the channels of dialogues that end with a hand-over. Whose channel it is, {@link StartTlsChannel#session}
     * says, with what the handler has kept in the session.
     *
     * <p>It is called once for each session that has ended as {@link
     * dev.starttls.core.upgrade.SessionEnd.Cause#HANDED_OVER}, next after the handler has heard of that. Where the answer cannot
     * leave any more, because the client has reset the connection or the loop was shut down, the session ends with that instead,
     * and nobody is called. Unless a receiver is set, a handler that hands over is at fault: its session ends as if it had thrown
     * an {@link IllegalStateException}, and the client does not get its answer.
     *
     * <p>On a loop the channel is non-blocking: to read it on a thread of your own, call {@code configureBlocking(true)} on its
     * transport first, and use {@link StartTlsChannel#inputStream}.
     *
     * <pre>{@code
     * server.handOver(channel -> new Thread(() -> {
     *     try (channel) {
     *         ((SocketChannel) channel.transport()).configureBlocking(true);
     *         int first = channel.inputStream().read();
     *     } catch (IOException e) {
     *         System.err.println("Lost the client: " + e.getMessage());
     *     }
     * }).start());
     * }</pre>
     *
     * @param receiver called by the thread that serves. What it throws closes the channel; on a loop it goes to the
     *     uncaught-exception handler of the thread, and {@link #serve} throws it as it is
     * @throws NullPointerException if it is null
     */
    public S handOver(Consumer<StartTlsChannel> receiver) {
        handOver = Optional.of(Objects.requireNonNull(receiver, NO_RECEIVER));
        handOverOnLoop = Optional.empty();
        return self();
    }

    /**
     * The receiver of the channels of dialogues that end with a hand-over, where these are to be read and written on the loop
     * that has served them. In the place of {@link #handOver}, and called for the same sessions. Whose channel it is, {@link
     * LoopChannel#session} says.
     *
     * <pre>{@code
     * server.handOverOnLoop(channel -> channel.read(ByteBuffer.allocate(4096)));
     * }</pre>
     *
     * @param receiver called by the thread of that loop. What it throws closes the channel, and goes to the uncaught-exception
     *     handler of the thread
     * @throws NullPointerException if it is null
     */
    public S handOverOnLoop(Consumer<LoopChannel> receiver) {
        handOverOnLoop = Optional.of(Objects.requireNonNull(receiver, NO_RECEIVER));
        handOver = Optional.empty();
        return self();
    }

    /**
     * Serves one connection on the calling thread; returns when its dialogue is over. A client that does not send, or does
     * not read, keeps the thread no longer than the limits allow for a phase or a command.
     *
     * <p>It cannot be made to end with the protocol's last words (421, BYE): closing the channel, or interrupting the thread,
     * ends the session without a word. A server that is shut down in order serves on a loop ({@link #listen}), whose {@link
     * UpgradeLoop#closeNow} says them.
     *
     * <p>Clients that leave without QUIT or LOGOUT are everyday: that is an exception of reason CONNECTION_CLOSED, also where
     * they said close_notify, and nothing to be alarmed by, whatever it advises.
     *
     * @param accepted a blocking channel, over TCP or a Unix-domain one, nothing having been read or written
     * @throws dev.starttls.core.upgrade.UpgradeException if the connection fails, whatever of; it is then closed. What a
     *     handler threw is its cause; what the receiver of {@link #handOver} throws is thrown as it is
     * @throws java.nio.channels.IllegalBlockingModeException if it is non-blocking; it is then left as it is
     * @throws IllegalStateException if there is no certificate to serve with, see {@link #sslContext}, or no engine can be
     *     made by the settings; it is then closed. Also with a receiver set by {@link #handOverOnLoop}; it is then left as it is
     */
    public void serve(SocketChannel accepted) throws IOException {
        if (!accepted.isBlocking()) {
            throw new BlockingModeException(
                    "accepted: expected a blocking channel, got a non-blocking one: call configureBlocking(true) first");
        }
        if (handOverOnLoop.isPresent()) {
            throw new IllegalStateException(
                    "Expected a receiver of channels without a loop, got one for channels on their"
                            + " loop: set handOver, or listen on a loop");
        }
        try {
            Connector.withoutDelay(accepted);
            StartTlsChannel channel = channel(accepted);
            channel.upgrade();
            if (channel.connection().ready()) {
                handOver(channel);
            }
        } catch (ClosedChannelException e) {
            throw Failures.closedHere(e, Phase.GREETING).orElseThrow();
        } catch (Throwable e) {
            Quietly.close(accepted);
            throw e;
        }
    }

    private void handOver(StartTlsChannel channel) {
        try {
            // Without a receiver no dialogue comes so far.
            handOver.orElseThrow().accept(channel);
        } catch (Throwable e) {
            // With close_notify: the client is not to take this for an attack.
            Quietly.close(channel);
            throw e;
        }
    }

    /** That of the session, which has not begun. */
    private StartTlsChannel channel(SocketChannel accepted) throws IOException {
        Peer from = Connector.peerOf(accepted);
        Function<Peer, UpgradeConnection> serving = serving();
        if (preface.isPresent()) {
            // What is wrong with the settings is said before a client says anything.
            requireCertificate();
        }
        Optional<Prelude> prelude = prefaces().before(from, serving);
        return prelude.isPresent()
                ? BlockingUpgrades.through(prelude.get(), accepted)
                : StartTlsChannel.over(accepted, serving.apply(from));
    }

    private Prefaces prefaces() {
        return new Prefaces(preface, settings);
    }

    /**
     * Listens, and serves every connection on a loop.
     *
     * @param loop that some thread runs
     * @param address to bind; port 0 for any free one
     * @return the listening channel, whose local address is bound; closing it, or the loop, ends the listening. The loop
     *     looks for that four times a second, and until then the port is bound
     * @throws IOException if the address, which its message names, cannot be bound: a {@link java.net.BindException} where the
     *     system refuses it, a {@link java.net.UnknownHostException} where it is not resolved
     * @throws IllegalStateException if there is no certificate to serve with, see {@link #sslContext}, or no engine can be
     *     made by the settings: of an SSLContext that is not initialised, or because it knows none of the versions or one
     *     of the suites. Where the name asked for by SNI decides ({@link TlsSettings.Builder#contextByServerName}), the
     *     engine is not tried
     * @throws IllegalArgumentException if the settings do not fit the protocol
     */
    public ServerSocketChannel listen(UpgradeLoop loop, InetSocketAddress address) throws IOException {
        return listen(List.of(Objects.requireNonNull(loop, "loop: expected one to serve on, got null")), address);
    }

    /**
     * Listens, and serves every connection on a new loop, which the caller runs. For a server that one thread serves:
     *
     * <pre>{@code
     * server.listen(new InetSocketAddress(25), 10_000).run();
     * }</pre>
     *
     * @param address to bind
     * @param connections the maximum number of connections at once; at least 1. Others wait in the backlog
     * @return a loop that no thread runs yet. It runs the tasks of handshakes on its own thread; closing it ends the listening,
     *     and interrupting the thread that runs it closes it ({@link UpgradeLoop#run})
     * @throws IOException as {@link #listen(UpgradeLoop, InetSocketAddress)}
     * @throws IllegalStateException as {@link #listen(UpgradeLoop, InetSocketAddress)}
     * @throws IllegalArgumentException if {@code connections} is less than 1, or the settings do not fit the protocol
     */
    public UpgradeLoop listen(InetSocketAddress address, int connections) throws IOException {
        UpgradeLoop loop = UpgradeLoop.open(connections, Runnable::run);
        try {
            var unusedChannel = listen(loop, address);
            return loop;
        } catch (Throwable e) {
            loop.closeNow();
            throw e;
        }
    }

    /**
     * Listens, and serves on several loops, so that a server uses as many cores: each connection goes to the loop that has the
     * fewest, and stays there. A loop that is full, closed or has ended gets none; the others go on.
     *
     * <pre>{@code
     * List<UpgradeLoop> loops = new ArrayList<>();
     * for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
     *     loops.add(UpgradeLoop.open(10_000, Runnable::run));
     *     new Thread(loops.get(i), "mail " + i).start();
     * }
     * server.listen(loops, new InetSocketAddress(25));
     * }</pre>
     *
     * <p>Handlers, listeners and the receiver of {@link #handOver} are then called by the threads of all loops, at the same
     * time; for one connection always by the same.
     *
     * @param loops at least one, each run by a thread of its own; closing all of them ends the listening, as closing the
     *     channel does. See {@link UpgradeLoop#listen(List, ServerSocketChannel, java.util.function.Function, Consumer)}
     * @param address to bind; port 0 for any free one
     * @return as {@link #listen(UpgradeLoop, InetSocketAddress)}
     * @throws IOException as {@link #listen(UpgradeLoop, InetSocketAddress)}, or if all loops are closed
     * @throws IllegalStateException as {@link #listen(UpgradeLoop, InetSocketAddress)}
     * @throws IllegalArgumentException if there is no loop, or the settings do not fit the protocol
     */
    public ServerSocketChannel listen(List<UpgradeLoop> loops, InetSocketAddress address) throws IOException {
        UpgradeLoop.requireLoops(loops);
        Objects.requireNonNull(address, "address: expected one to bind, got null; use port 0 for any free port");
        // What is wrong with the settings is said here, not to each client.
        requireServable();
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(address, BACKLOG);
        } catch (IOException | UnresolvedAddressException | UnsupportedAddressTypeException e) {
            Quietly.close(server);
            throw Failures.notBound(address, e);
        } catch (Throwable e) {
            Quietly.close(server);
            throw e;
        }
        CompletableFuture<Void> begun = UpgradeLoop.listen(loops, server, prefaces(), serving(), receiver());
        var unused = begun.exceptionally(thrown -> {
            Quietly.close(server);
            return null;
        });
        if (begun.isCompletedExceptionally()) {
            throw new IOException("Expected a running loop to listen on, got a closed one; open another");
        }
        return server;
    }

    /**
     * The connection without any I/O, for a loop of your own. With {@link #connectionLimits} it counts from here until its end,
     * so that it must be begun, or {@linkplain UpgradeConnection#abort aborted}.
     *
     * @param client the other side
     * @return not begun
     * @throws IllegalStateException if there is no certificate to serve with, see {@link #sslContext}, or no engine can be
     *     made by the settings, as {@link #listen} has it
     */
    public UpgradeConnection connection(Peer client) {
        return connection(client, dialogue(settings.policy()));
    }

    /** Makes the connections that are served here: what their dialogues hand over goes to the receiver, if there is one. */
    private Function<Peer, UpgradeConnection> serving() {
        if (handOver.isPresent() || handOverOnLoop.isPresent()) {
            return this::connection;
        }
        return client -> connection(
                client, new ServedDialogue(dialogue(settings.policy()), ServerSetup::refuseHandOver, () -> {}));
    }

    private static void refuseHandOver() {
        throw new IllegalStateException(
                "Expected a receiver: handOver(...) or handOverOnLoop(...) of the server, got none,"
                        + " and a handler that hands its connection over");
    }

    private UpgradeConnection connection(Peer client, Dialogue dialogue) {
        requireCertificate();
        return counts.isPresent()
                ? counted(counts.get(), dialogue, client)
                : new UpgradeConnection(dialogue, settings, client);
    }

    private UpgradeConnection counted(ConnectionCounts counting, Dialogue dialogue, Peer client) {
        Optional<String> excess = counting.admit(client);
        if (excess.isPresent()) {
            return new UpgradeConnection(
                    new RefusingDialogue(dialogue, settings.policy(), excess.get()),
                    settings.withPolicy(TlsPolicy.DISABLED).withInjection(InjectionResponse.FAIL),
                    client);
        }
        try {
            return new UpgradeConnection(
                    new ServedDialogue(dialogue, () -> {}, () -> counting.release(client)), settings, client);
        } catch (Throwable e) {
            counting.release(client);
            throw e;
        }
    }

    /** As it is now: this setup may be changed later. */
    private BiConsumer<SelectorLoop, StartTlsChannel> receiver() {
        Optional<Consumer<StartTlsChannel>> present = handOver;
        return handOverOnLoop
                .<BiConsumer<SelectorLoop, StartTlsChannel>>map(
                        onLoop -> (loop, channel) -> adopt(loop, channel, onLoop))
                .orElse(Acceptor.handingTo(channel -> present.orElseThrow().accept(channel)));
    }

    /** On the loop's thread, where the channel is adopted at once. */
    private static void adopt(SelectorLoop loop, StartTlsChannel channel, Consumer<LoopChannel> receiver) {
        LoopChannel adopted;
        try {
            adopted = UpgradeLoop.adoptHere(loop, channel);
        } catch (Throwable e) {
            // The loop is being shut down.
            LoopedUpgrade.giveUp(channel, e);
            return;
        }
        channel.connection().handOver();
        LoopThread.takeInterrupt();
        LoopThread.contained(() -> receiver.accept(adopted), unused -> Quietly.close(adopted));
    }

    /** One line for people: the policy. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + settings.policy() + "]";
    }

    final TlsPolicy policy() {
        return settings.policy();
    }

    /** A connection that is made to see that it can be, and is not counted. */
    private void requireServable() {
        requireCertificate();
        var unused = new UpgradeConnection(dialogue(settings.policy()), settings, new Peer("localhost", -1));
    }

    /** What is wrong with the settings of TLS is said once, and not to each client. */
    private void requireCertificate() {
        if (settings.policy() == TlsPolicy.DISABLED) {
            return;
        }
        TlsSettings tls = settings.tls();
        if (!tls.mayHaveKeys()) {
            throw new IllegalStateException(
                    "Expected a certificate to serve with under TlsPolicy." + settings.policy()
                            + ", got no SSLContext but the JDK's default one, which has no key; give the server's certificate and"
                            + " key by keys(chain, key), or an SSLContext (dev.starttls.core.keys.ServerKeys makes one) by sslContext or tls, set the system property javax.net.ssl.keyStore, or serve under TlsPolicy.DISABLED");
        }
        if (proven.equals(Optional.of(tls)) || tls.choosesByServerName()) {
            return;
        }
        try {
            var unusedEngine = tls.serverEngine("localhost", -1, Optional.empty());
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalStateException(
                    "Expected a TLS engine for a server by its TlsSettings, got " + e + "; check the SSLContext or"
                            + " EngineSource, the versions and the suites that sslContext or tls has set",
                    e);
        }
        proven = Optional.of(tls);
    }

    /**
     * Makes the dialogue of one connection.
     *
     * @param policy that it is under
     * @return a new one
     */
    protected abstract Dialogue dialogue(TlsPolicy policy);

    /** This, by its own type. */
    protected abstract S self();

    private S with(UpgradeSettings changed) {
        settings = changed;
        return self();
    }
}
