package dev.starttls.conformance.survey;

import dev.starttls.conformance.connection.FixedTrustManager;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.reach.LocalSocket;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.DialogueTranscript.Direction;
import dev.starttls.core.upgrade.Preparation;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.imap.ImapClient;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.smtp.SmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Asks targets with this library's own client what TLS they speak: connects, upgrades or begins with TLS, does one handshake in
 * which any certificate is accepted, judges the certificate, and says goodbye. All connections are on one thread.
 *
 * <pre>{@code
 * try (Surveyor surveyor = Surveyor.open(1000, settings)) {
 *     CompletableFuture<SurveyResult> result = surveyor.ask(target, () -> {});
 * }
 * }</pre>
 */
public final class Surveyor implements AutoCloseable {
    /** Added to the time for an answer, because the one thread may be busy when many targets answer at the same time. */
    private static final Duration LOOP = Duration.ofSeconds(2);

    /** A look-up blocks its thread, for seconds if the name servers are dead. */
    private static final int RESOLVERS = 32;

    private final UpgradeLoop loop;
    private final TargetSettings settings;
    private final TlsSettings tls = unjudged();
    private final CertificateJudge judge;
    private final ThreadPoolExecutor resolvers = pool(RESOLVERS, new DaemonThreadFactory("resolver"));
    private final ThreadPoolExecutor tasks;

    private Surveyor(UpgradeLoop loop, ThreadPoolExecutor tasks, TargetSettings settings) {
        this.loop = loop;
        this.tasks = tasks;
        this.settings = settings;
        this.judge = new CertificateJudge(settings.trust());
    }

    /**
     * Starts the thread.
     *
     * @param max how many targets may be asked at the same time; the caller must not exceed it
     * @throws IOException if there is no selector
     */
    public static Surveyor open(int max, TargetSettings settings) throws IOException {
        KeyShares.install();
        ThreadPoolExecutor tasks = pool(Runtime.getRuntime().availableProcessors(), KeyShares.threads("handshake"));
        // A connection keeps its place on the loop for a moment after its result, in which the next target may already
        // be asked.
        UpgradeLoop loop = UpgradeLoop.open(2 * max, tasks);
        KeyShares.threads("survey").newThread(loop).start();
        return new Surveyor(loop, tasks, settings);
    }

    private static ThreadPoolExecutor pool(int threads, ThreadFactory factory) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
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
     * Asks a target; returns at once.
     *
     * @param heard run when the target has sent its first line, by the thread of the connections
     * @return never fails; completed by any thread, which must not be blocked
     */
    public CompletableFuture<SurveyResult> ask(Target target, Runnable heard) {
        Asked asked = new Asked(target, Instant.now(), System.nanoTime());
        CompletableFuture<StartTlsChannel> session;
        try {
            session = connect(target, heard);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.completedFuture(asked.failed(e));
        }
        return session.thenApplyAsync(channel -> asked.agreed(channel, this), tasks)
                .exceptionally(asked::failed);
    }

    private CompletableFuture<StartTlsChannel> connect(Target target, Runnable heard) {
        return switch (target.scheme().protocol()) {
            case SMTP -> {
                SmtpClient client = SmtpClient.to(at(target), target.port());
                settings.ehloName().ifPresent(client::name);
                yield connect(client, target, heard, session -> leave(session.channel(), "QUIT"));
            }
            case IMAP ->
                connect(
                        ImapClient.to(at(target), target.port()),
                        target,
                        heard,
                        session -> leave(session.channel(), "bye LOGOUT"));
            case POP3 ->
                connect(
                        Pop3Client.to(at(target), target.port()),
                        target,
                        heard,
                        session -> leave(session.channel(), "QUIT"));
        };
    }

    private <S extends ClientSetup<S, C, ?>, C> CompletableFuture<StartTlsChannel> connect(
            S client, Target target, Runnable heard, Function<C, StartTlsChannel> leave) {
        settings.nameFor(target).ifPresent(client::serverName);
        if (!target.addressed() && target.address().isEmpty()) {
            client.lookup(resolvers);
        }
        settings.localAddress().map(LocalSocket::from).ifPresent(client::sockets);
        Duration patience = settings.answer().plus(LOOP);
        return client.policy(target.scheme().implicitTls() ? TlsPolicy.IMPLICIT : TlsPolicy.REQUIRED)
                .tls(tls)
                // For silent targets the preparation would be wasted.
                .preparation(Preparation.ON_GO_AHEAD)
                .timeout(patience)
                .limits(UpgradeLimits.DEFAULT.withTimePerPhase(patience))
                .transcript(entry -> {
                    if (entry.direction() == Direction.RECEIVED) {
                        heard.run();
                    }
                })
                .connect(loop)
                .thenApply(leave);
    }

    /** Where to connect to: the host, or the one of its addresses that was chosen. */
    private static String at(Target target) {
        return target.address().map(InetAddress::getHostAddress).orElse(target.host());
    }

    /** Says goodbye, if that is possible without waiting, so that the server does not log a lost connection. */
    private static StartTlsChannel leave(StartTlsChannel channel, String command) {
        try {
            channel.write(ByteBuffer.wrap((command + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            // The server has closed first.
            return channel;
        }
        return channel;
    }

    private SurveyedTls tls(UpgradeReport.Negotiated agreed, Target target) {
        List<X509Certificate> chain = agreed.peerChain().stream()
                .filter(X509Certificate.class::isInstance)
                .map(X509Certificate.class::cast)
                .toList();
        return new SurveyedTls(
                agreed.version(),
                agreed.suite(),
                agreed.namedGroup(),
                chain.stream().map(CertificateFacts::of).toList(),
                chain.isEmpty() ? List.of() : judge.faults(chain, settings.identityOf(target)));
    }

    /** Closes all connections. */
    @Override
    public void close() {
        loop.closeNow();
        resolvers.shutdownNow();
        tasks.shutdownNow();
    }

    /** One target that is being asked. */
    private record Asked(Target target, Instant started, long began) {
        /** It is no longer on the loop: closing may wait for nothing, since the channel does not block. */
        SurveyResult agreed(StartTlsChannel session, Surveyor surveyor) {
            try (StartTlsChannel channel = session) {
                return new SurveyResult(
                        address(channel),
                        started,
                        took(),
                        SurveyStatus.SUCCESS,
                        Optional.of(surveyor.tls(channel.report().tls().orElseThrow(), target)),
                        Optional.empty());
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        }

        private Target address(StartTlsChannel channel) throws IOException {
            boolean known = target.addressed() || target.address().isPresent();
            return !known
                            && channel.transport() instanceof SocketChannel socket
                            && socket.getRemoteAddress() instanceof InetSocketAddress address
                    ? target.at(address.getAddress())
                    : target;
        }

        SurveyResult failed(Throwable thrown) {
            Throwable why = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            return why instanceof UpgradeException typed
                    ? new SurveyResult(
                            target,
                            started,
                            took(),
                            SurveyStatus.of(typed),
                            Optional.empty(),
                            Optional.of(SurveyFailure.of(typed)))
                    : new SurveyResult(
                            target,
                            started,
                            took(),
                            SurveyStatus.LOCAL_ERROR,
                            Optional.empty(),
                            Optional.of(SurveyFailure.local(why)));
        }

        private Duration took() {
            return Duration.ofNanos(System.nanoTime() - began);
        }
    }
}
