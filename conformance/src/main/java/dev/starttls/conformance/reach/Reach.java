package dev.starttls.conformance.reach;

import dev.starttls.conformance.connection.FixedTrustManager;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.target.Unconnected;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Preparation;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.imap.ImapClient;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.smtp.SmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Probes whether targets answer: connects and upgrades with this library's own client, accepts any certificate, and
 * says goodbye. All connections are on one thread, so that a dead or silent host occupies no thread.
 *
 * <p>Only a target that cannot be connected to, or sends nothing in plaintext or in TLS, has {@linkplain Contact.Failed
 * failed}. A target that the client refuses is still checked: the checks accept more than a client should.
 *
 * <pre>{@code
 * try (Reach reach = Reach.open(1000, settings)) {
 *     CompletableFuture<Contact> contact = reach.ask(target);
 * }
 * }</pre>
 */
public final class Reach implements AutoCloseable {
    /**
     * Added to the time for an answer, because the one thread may be busy when many targets answer at the same time.
     */
    private static final Duration LOOP = Duration.ofSeconds(2);

    /**
     * How many names are looked up at the same time: a look-up blocks its thread, for seconds if the name servers are
     * dead.
     */
    private static final int RESOLVERS = 32;

    private final UpgradeLoop loop;
    private final TargetSettings settings;
    private final ConnectionRate rate;
    private final Duration greeting;
    private final TlsSettings tls = unjudged();
    private final ThreadPoolExecutor resolvers = pool(RESOLVERS, "resolver");
    /** One waits for its turn at a time, so that the checks of other targets wait for no more than one probe. */
    private final ThreadPoolExecutor turns = pool(1, "turn");

    private final ThreadPoolExecutor tasks;

    private Reach(
            UpgradeLoop loop,
            ThreadPoolExecutor tasks,
            TargetSettings settings,
            ConnectionRate rate,
            Duration greeting) {
        this.loop = loop;
        this.tasks = tasks;
        this.settings = settings;
        this.rate = rate;
        this.greeting = greeting;
    }

    /**
     * Starts the thread.
     *
     * @param max how many targets may be probed at the same time; the caller must not exceed it
     * @throws IOException if there is no selector
     */
    public static Reach open(int max, TargetSettings settings) throws IOException {
        return open(max, settings, ConnectionRate.unlimited(), Duration.ZERO);
    }

    /**
     * The same with more time for a greeting than for an answer.
     *
     * @param rate of the connections, these and others
     * @param greeting how long a port that sends nothing, and nothing for a ClientHello either, is waited for
     * @throws IOException if there is no selector
     */
    public static Reach open(int max, TargetSettings settings, ConnectionRate rate, Duration greeting)
            throws IOException {
        ThreadPoolExecutor tasks = pool(Runtime.getRuntime().availableProcessors(), "handshake");
        UpgradeLoop loop = UpgradeLoop.open(max, tasks);
        new DaemonThreadFactory("reach").newThread(loop).start();
        return new Reach(loop, tasks, settings, rate, greeting);
    }

    private static ThreadPoolExecutor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DaemonThreadFactory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static TlsSettings unjudged() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new FixedTrustManager(TlsOffer.OnCertificate.ACCEPT)}, null);
            // No session is resumed, so none of thousands is worth keeping.
            context.getClientSessionContext().setSessionCacheSize(1);
            return TlsSettings.builder()
                    .context(context)
                    .verification(Verification.NONE)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    /**
     * Probes a target; returns at once.
     *
     * @return never fails; completed by the thread of the connections, which must not be blocked
     */
    public CompletableFuture<Contact> ask(Target target) {
        PortKind kind = PortKind.of(target);
        return attempt(target, kind, patience()).thenCompose(failure -> {
            if (failure.filter(kind::silence).isEmpty()) {
                return CompletableFuture.completedFuture(contact(target, failure));
            }
            return attempt(target, kind.other(), patience()).thenCompose(otherwise -> {
                boolean silent = otherwise
                        .filter(why -> kind.other().silence(why) || noConnection(why))
                        .isPresent();
                return silent
                        ? late(target, kind, failure.get())
                        : CompletableFuture.completedFuture(new Contact.Made());
            });
        });
    }

    /** A server that lets its clients wait before it greets them is no silent one. */
    private CompletableFuture<Contact> late(Target target, PortKind kind, UpgradeException silence) {
        if (kind == PortKind.TLS_FIRST || greeting.compareTo(patience()) <= 0) {
            return CompletableFuture.completedFuture(silence(target, kind, silence, patience()));
        }
        return attempt(target, kind, greeting).thenApply(failure -> failure.filter(kind::silence)
                .map(why -> silence(target, kind, why, greeting))
                .orElseGet(() -> contact(target, failure)));
    }

    private static Contact contact(Target target, Optional<UpgradeException> failure) {
        return failure.filter(Reach::noConnection)
                .<Contact>map(why ->
                        new Contact.Failed(why.reason(), why.phase(), Unconnected.message(target, why.getMessage())))
                .orElseGet(Contact.Made::new);
    }

    private static boolean noConnection(UpgradeException why) {
        return why.reason() == FailureReason.CONNECT_FAILED;
    }

    private static Contact silence(Target target, PortKind kind, UpgradeException why, Duration waited) {
        String within =
                ": " + why.reason() + " in phase " + why.phase() + ", nothing came within " + waited.toSeconds() + " s";
        return new Contact.Failed(
                why.reason(),
                why.phase(),
                (kind == PortKind.TLS_FIRST
                                ? "no TLS on " + target.url() + within + ", and no greeting in plaintext either"
                                : "no greeting from " + target.url() + within
                                        + ", and nothing for a ClientHello either")
                        + "; a slow server needs a longer --timeout");
    }

    /** How one connection failed; empty if it did not, or if the failure says nothing about the target. */
    private CompletableFuture<Optional<UpgradeException>> attempt(Target target, PortKind kind, Duration patience) {
        CompletableFuture<Void> connectAndLeave = CompletableFuture.runAsync(rate::await, turns)
                .thenComposeAsync(turn -> connectAndLeave(target, kind, patience), resolvers);
        return connectAndLeave.handle((left, thrown) -> {
            Throwable why = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            return why instanceof UpgradeException typed ? Optional.of(typed) : Optional.empty();
        });
    }

    private CompletableFuture<Void> connectAndLeave(Target target, PortKind kind, Duration patience) {
        return switch (target.scheme().protocol()) {
            case SMTP ->
                connect(SmtpClient.to(at(target), target.port()), target, kind, patience)
                        .thenAccept(session -> leave(session.channel(), "QUIT"));
            case IMAP ->
                connect(ImapClient.to(at(target), target.port()), target, kind, patience)
                        .thenAccept(session -> leave(session.channel(), "bye LOGOUT"));
            case POP3 ->
                connect(Pop3Client.to(at(target), target.port()), target, kind, patience)
                        .thenAccept(session -> leave(session.channel(), "QUIT"));
        };
    }

    private <S extends ClientSetup<S, C, ?>, C> CompletableFuture<C> connect(
            S client, Target target, PortKind kind, Duration patience) {
        if (settings.serverName().isPresent()
                || target.name().isPresent()
                || target.address().isPresent()) {
            settings.nameFor(target).ifPresent(client::serverName);
        }
        settings.localAddress().map(LocalSocket::from).ifPresent(client::sockets);
        return client.policy(kind.policy())
                .tls(tls)
                // For silent targets the preparation would be wasted.
                .preparation(Preparation.ON_GO_AHEAD)
                .timeout(patience.multipliedBy(addresses(target)))
                .limits(UpgradeLimits.DEFAULT.withTimePerPhase(patience))
                .connect(loop);
    }

    /** Where to connect to: the host, or the one of its addresses that was chosen. */
    private static String at(Target target) {
        return target.address().map(InetAddress::getHostAddress).orElse(target.host());
    }

    private Duration patience() {
        return settings.answer().plus(LOOP);
    }

    /** The client divides its time among the addresses of a host; here each address has the whole time. */
    private static int addresses(Target target) {
        try {
            return InetAddress.getAllByName(ServerIdentity.toAscii(at(target))).length;
        } catch (UnknownHostException e) {
            // The client will find the same, and say so.
            return 1;
        }
    }

    /** Sends the goodbye, if that is possible without waiting, so that the server does not log a lost connection. */
    private static void leave(StartTlsChannel channel, String command) {
        try (channel) {
            channel.write(ByteBuffer.wrap((command + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            // The server has closed first.
        }
    }

    /** Closes all connections. */
    @Override
    public void close() {
        loop.closeNow();
        turns.shutdownNow();
        resolvers.shutdownNow();
        tasks.shutdownNow();
    }
}
