package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * Many simultaneous SMTP clients of this library on one loop thread. In a process of their own they share no lock and
 * no heap with the server: each line of its input is the number of simultaneous upgrades; it prints {@code upgraded}
 * when all are done, closes the connections after the next line, and prints {@code closed}.
 */
final class StormClients implements AutoCloseable {

    static final String UPGRADED = "upgraded";
    static final String CLOSED = "closed";

    /** More than twice the 5,000 connections of the largest storm. */
    private static final int MAX_CONNECTIONS = 12_000;

    private static final int FEW = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final UpgradeLoop loop = UpgradeLoop.open(MAX_CONNECTIONS, Runnable::run);
    private final Thread thread = DaemonThreads.named("client loop").newThread(loop);
    private final AtomicInteger numbers = new AtomicInteger();
    private final SSLContext context;

    StormClients(Contexts contexts) throws Exception {
        context = contexts.client();
        context.getClientSessionContext().setSessionCacheSize(FEW);
        thread.start();
    }

    /** Arguments: the port to connect to, and the key store. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (StormClients clients = new StormClients(Contexts.of(Path.of(args[1])))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                List<SmtpConnection> sessions = clients.upgrade(port, Integer.parseInt(order));
                System.out.println(UPGRADED);
                if (orders.readLine() == null) {
                    return;
                }
                for (SmtpConnection session : sessions) {
                    session.close();
                }
                System.out.println(CLOSED);
            }
        }
    }

    /** Makes this number of upgrades at the same time. */
    List<SmtpConnection> upgrade(int port, int atOnce) throws Exception {
        List<CompletableFuture<SmtpConnection>> sessions = new ArrayList<>(atOnce);
        for (int i = 0; i < atOnce; i++) {
            sessions.add(client(port).connect(loop));
        }
        List<SmtpConnection> upgraded = new ArrayList<>(atOnce);
        for (CompletableFuture<SmtpConnection> session : sessions) {
            upgraded.add(session.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        return upgraded;
    }

    /** One of them. */
    SmtpClient client(int port) {
        // Sessions are looked up by host and port: with a port of its own, each handshake is a full one.
        TlsSettings tls = TlsSettings.builder()
                .engines((host, unused) -> context.createSSLEngine(host, numbers.incrementAndGet() & 0xffff))
                .build();
        return SmtpClient.to("localhost", port).tls(tls).timeout(PATIENCE);
    }

    Thread thread() {
        return thread;
    }

    @Override
    public void close() {
        loop.closeNow();
        loop.stopped().join();
    }
}
