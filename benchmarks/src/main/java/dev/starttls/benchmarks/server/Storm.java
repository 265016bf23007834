package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.Spent;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/** Many SMTP clients of this library at once, on one loop thread, and a server of this library on another. */
final class Storm implements AutoCloseable {

    private static final int MOST = 12_000;
    private static final int FEW = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long PAUSE = 200_000;
    /** In milliseconds. */
    private static final double ASKED_EVERY = 2;

    private static final byte[] NOOP = "NOOP\r\n".getBytes(StandardCharsets.US_ASCII);

    private final UpgradeLoop serverLoop;
    private final UpgradeLoop clientLoop = UpgradeLoop.open(MOST, Runnable::run);
    private final Thread serverThread;
    private final Thread clientThread;
    private final SSLContext clients;
    private final AtomicInteger numbers = new AtomicInteger();
    private final int port;

    Storm(Contexts contexts, Executor tasks) throws Exception {
        serverLoop = UpgradeLoop.open(MOST, tasks);
        clients = contexts.client();
        clients.getClientSessionContext().setSessionCacheSize(FEW);
        ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MOST);
        port = listening.socket().getLocalPort();
        SmtpServer server = SmtpServer.named(
                        "localhost", (command, session) -> new SmtpAnswer.Reply(SmtpReply.of(502, "5.5.1 Not here")))
                .sslContext(contexts.server());
        serverThread = start(serverLoop, "server loop");
        clientThread = start(clientLoop, "client loop");
        serverLoop.listen(listening, server::connection, channel -> {}).join();
    }

    /** So many upgrades at once. Returns the CPU time of both loop threads for one, in microseconds. */
    double upgrade(int atOnce) throws Exception {
        int others = serverLoop.underway();
        long before = Spent.nanosOf(serverThread) + Spent.nanosOf(clientThread);
        List<CompletableFuture<SmtpConnection>> sessions = new ArrayList<>(atOnce);
        for (int i = 0; i < atOnce; i++) {
            sessions.add(client().connect(clientLoop));
        }
        for (CompletableFuture<SmtpConnection> session : sessions) {
            session.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        long spent = Spent.nanosOf(serverThread) + Spent.nanosOf(clientThread) - before;
        for (CompletableFuture<SmtpConnection> session : sessions) {
            session.get().close();
        }
        while (serverLoop.underway() > others) {
            LockSupport.parkNanos(PAUSE);
        }
        return spent / 1e3 / atOnce;
    }

    /** How long a client that is upgraded already waits for its answers while so many others upgrade, in milliseconds. */
    double[] answers(int atOnce) throws Exception {
        try (SmtpConnection session = client().connect()) {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<List<Double>> waits = CompletableFuture.supplyAsync(() -> ask(session.channel(), over));
            upgrade(atOnce);
            over.set(true);
            return waits.get().stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    @Override
    public void close() {
        clientLoop.closeNow();
        serverLoop.closeNow();
        clientLoop.stopped().join();
        serverLoop.stopped().join();
    }

    private SmtpClient client() {
        // Sessions are looked up by host and port: with a port of its own, each handshake is a full one.
        TlsSettings tls = TlsSettings.builder()
                .engines((host, unused) -> clients.createSSLEngine(host, numbers.incrementAndGet() & 0xffff))
                .build();
        return SmtpClient.to("localhost", port).tls(tls).timeout(PATIENCE);
    }

    private static List<Double> ask(StartTlsChannel channel, AtomicBoolean over) {
        List<Double> waits = new ArrayList<>();
        ByteBuffer answer = ByteBuffer.allocate(512);
        try {
            while (!over.get()) {
                long before = System.nanoTime();
                channel.write(ByteBuffer.wrap(NOOP));
                answer.clear();
                do {
                    if (channel.read(answer) < 0) {
                        throw new IOException("Expected an answer, got the end");
                    }
                } while (answer.get(answer.position() - 1) != '\n');
                // Who is kept waiting does not ask meanwhile: those that would have asked have waited too.
                for (double wait = (System.nanoTime() - before) / 1e6; wait > 0; wait -= ASKED_EVERY) {
                    waits.add(wait);
                }
                LockSupport.parkNanos((long) (ASKED_EVERY * 1e6));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return waits;
    }

    private static Thread start(UpgradeLoop loop, String name) {
        Thread thread = new Thread(loop, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
