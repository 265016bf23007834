package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.Executor;

/** An SMTP server of this library on one loop thread. */
final class StormServer implements AutoCloseable {

    /** More than twice the 5,000 connections of the largest storm. */
    private static final int MAX_CONNECTIONS = 12_000;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final UpgradeLoop loop;
    private final Thread thread;
    private final int port;

    /**
     * A server that listens.
     *
     * @param tasks runs the delegated tasks of handshakes
     * @param first what the loop's thread does first
     */
    StormServer(Contexts contexts, Executor tasks, Runnable first) throws Exception {
        loop = UpgradeLoop.open(MAX_CONNECTIONS, tasks);
        thread = DaemonThreads.named("server loop").newThread(() -> {
            first.run();
            loop.run();
        });
        thread.start();
        ServerSocketChannel listening = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MAX_CONNECTIONS);
        port = listening.socket().getLocalPort();
        SmtpServer server = SmtpServer.named(
                        "localhost", (command, session) -> new SmtpAnswer.Reply(SmtpReply.of(502, "5.5.1 Not here")))
                .limits(UpgradeLimits.DEFAULT.withTimePerPhase(PATIENCE).withTimePerCommand(PATIENCE))
                .sslContext(contexts.server());
        loop.listen(listening, server::connection, channel -> {}).join();
    }

    int port() {
        return port;
    }

    Thread thread() {
        return thread;
    }

    int underway() {
        return loop.underway();
    }

    @Override
    public void close() {
        loop.closeNow();
        loop.stopped().join();
    }
}
