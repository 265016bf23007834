package dev.starttls.benchmarks.soak;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.ProgressLine;
import dev.starttls.benchmarks.ResourceUsage;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/**
 * Very many upgrades in one process, on two loops, one with clients and one with a server. Contexts and their session
 * caches have the JDK's defaults. Upgrades run in chains, each with a port of its own, so that an upgrade resumes the
 * session of the one before.
 */
public final class Soak implements AutoCloseable {

    /**
     * The time limit of one upgrade: at least five times what one takes on a busy machine with the default concurrency.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long there may be no progress before the soak is ended, in nanoseconds. */
    private static final long STALLED = 120_000_000_000L;

    private static final long PAUSE = 1_000_000;
    private static final int FAILURES_SHOWN = 10;
    /** After this number of failures no upgrade is started: the verdict is known. */
    private static final int FAILURES_AT_MOST = 1_000;

    /** Ports of the session cache's keys; a port of its own makes a full handshake. */
    private static final int PORTS = 65_536;

    private final int atOnce;
    private final int fullEvery;
    private final UpgradeLoop serverLoop;
    private final UpgradeLoop clientLoop;
    private final SSLContext clients;
    private final List<SmtpClient> regulars = new ArrayList<>();
    private final List<SmtpClient> strangers = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong toStart = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong resumed = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final Consumer<String> out;
    private long all;

    /**
     * A soak that has not begun.
     *
     * @param atOnce how many upgrades are underway at once
     * @param fullEvery one upgrade of this many makes a full handshake and leaves a session of its own in the cache
     * @param sessions how many the clients' cache holds; empty for the JDK's default
     * @param out takes what is reported, line by line
     * @throws Exception if there is no TLS or no socket
     */
    public Soak(int atOnce, int fullEvery, Optional<Integer> sessions, Consumer<String> out) throws Exception {
        if (atOnce < 1 || fullEvery < 1) {
            throw new IllegalArgumentException(
                    "Expected at least 1 upgrade at once and a full handshake every 1 or more, got " + atOnce + " and "
                            + fullEvery);
        }
        this.atOnce = atOnce;
        this.fullEvery = fullEvery;
        this.out = out;
        Contexts contexts = new Contexts(KeyKind.EC);
        clients = contexts.client();
        sessions.ifPresent(clients.getClientSessionContext()::setSessionCacheSize);
        // Connections that the client has closed stay for a moment on the server.
        serverLoop = UpgradeLoop.open(4 * atOnce, Runnable::run);
        clientLoop = UpgradeLoop.open(2 * atOnce, Runnable::run);
        start(serverLoop, "server loop");
        start(clientLoop, "client loop");
        SmtpServer server = SmtpServer.named("localhost", (command, session) -> SmtpAnswer.of(502, "5.5.1 Not here"))
                .sslContext(contexts.server())
                .listener(new UpgradeListener() {
                    @Override
                    public void failed(UpgradeException why) {
                        fail("server", why);
                    }
                });
        for (int i = 0; i < atOnce; i++) {
            int port = server.listen(serverLoop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .socket()
                    .getLocalPort();
            regulars.add(SmtpClient.to("localhost", port).sslContext(clients).timeout(PATIENCE));
            // Sessions are looked up by host and port: under another port there is none.
            strangers.add(SmtpClient.to("localhost", port)
                    .tls(TlsSettings.builder()
                            .engines((host, unused) ->
                                    clients.createSSLEngine(host, (int) (numbers.get() / fullEvery % PORTS)))
                            .build())
                    .timeout(PATIENCE));
        }
    }

    /**
     * Runs.
     *
     * @param upgrades how many in all
     * @param every the number of upgrades after which a sample is taken
     * @return the verdict
     * @throws IOException if no sample can be taken, or there is no more progress
     * @throws InterruptedException if the calling thread is interrupted
     */
    public SoakVerdict run(long upgrades, long every) throws IOException, InterruptedException {
        out.accept(Sample.TITLES);
        all = upgrades;
        List<Sample> samples = new ArrayList<>();
        long begun = 0;
        while (begun < upgrades && failures.get() < FAILURES_AT_MOST) {
            long batch = Math.min(every, upgrades - begun);
            begun += batch;
            long cpuBefore = ResourceUsage.nanosOfThisProcess();
            long before = System.nanoTime();
            batch(batch);
            Sample sample = Sample.take(
                    done.get(),
                    resumed.get(),
                    failures.get(),
                    batch * 1e9 / (System.nanoTime() - before),
                    (ResourceUsage.nanosOfThisProcess() - cpuBefore) / 1e3 / batch,
                    Collections.list(clients.getClientSessionContext().getIds()).size());
            samples.add(sample);
            out.accept(sample.line());
        }
        SoakVerdict verdict = SoakVerdict.of(samples);
        verdict.lines().forEach(out);
        return verdict;
    }

    @Override
    public void close() {
        clientLoop.closeNow();
        serverLoop.closeNow();
        clientLoop.stopped().join();
        serverLoop.stopped().join();
    }

    /** Makes this number of upgrades; returns when none is underway on either side. */
    private void batch(long upgrades) throws IOException, InterruptedException {
        toStart.set(upgrades);
        int chains = (int) Math.min(atOnce, upgrades);
        CountDownLatch ended = new CountDownLatch(chains);
        for (int i = 0; i < chains; i++) {
            next(i, ended);
        }
        long seen = -1;
        long lastProgress = System.nanoTime();
        while (!ended.await(1, TimeUnit.SECONDS)) {
            long now = done.get();
            if (now != seen) {
                seen = now;
                lastProgress = System.nanoTime();
            }
            ProgressLine.OF_THIS_PROCESS.at(now, "upgrade", all);
            checkProgress(lastProgress);
        }
        lastProgress = System.nanoTime();
        while (serverLoop.underway() > 0 || clientLoop.underway() > 0) {
            checkProgress(lastProgress);
            LockSupport.parkNanos(PAUSE);
        }
    }

    private void checkProgress(long since) throws IOException {
        if (System.nanoTime() - since > STALLED) {
            throw new IOException("Expected upgrades to continue, but " + clientLoop.underway() + " clients and "
                    + serverLoop.underway() + " connections of the server have not moved for 120 s, after " + done
                    + " upgrades");
        }
    }

    /** A chain: the end of each upgrade starts another. */
    private void next(int chain, CountDownLatch ended) {
        if (toStart.getAndDecrement() <= 0 || failures.get() >= FAILURES_AT_MOST) {
            ended.countDown();
            return;
        }
        SmtpClient client = numbers.incrementAndGet() % fullEvery == 0 ? strangers.get(chain) : regulars.get(chain);
        var unused = client.connect(clientLoop).whenComplete((session, thrown) -> {
            if (thrown == null) {
                end(session);
            } else {
                fail("client", thrown);
            }
            done.incrementAndGet();
            next(chain, ended);
        });
    }

    private void end(SmtpConnection session) {
        boolean again = session.report()
                .tls()
                .filter(tls -> tls.resumption() == UpgradeReport.Resumption.RESUMED)
                .isPresent();
        if (again) {
            resumed.incrementAndGet();
        }
        try {
            session.close();
        } catch (IOException e) {
            fail("client, closing", e);
        }
    }

    private void fail(String side, Throwable why) {
        if (failures.incrementAndGet() <= FAILURES_SHOWN) {
            out.accept(side + ": " + why);
        }
    }

    private static void start(UpgradeLoop loop, String name) {
        DaemonThreads.start(name, loop);
    }
}
