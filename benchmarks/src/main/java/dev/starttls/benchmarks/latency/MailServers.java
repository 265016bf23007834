package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.benchmarks.DelayingRelay;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/**
 * Servers of this library in the same process, all on one loop thread, and the links to them. They report what each
 * handshake really was.
 */
final class MailServers implements AutoCloseable {

    private final UpgradeLoop loop;
    private final List<DelayingRelay> relays = new ArrayList<>();
    private final AtomicReference<Optional<UpgradeReport.Negotiated>> last = new AtomicReference<>(Optional.empty());

    MailServers() throws IOException {
        loop = UpgradeLoop.open(1000, Runnable::run);
        DaemonThreads.start("servers", loop);
    }

    /**
     * Starts a server.
     *
     * @param policy IMPLICIT, or OPPORTUNISTIC, under which it serves without an upgrade too
     * @return its port
     */
    int listen(MailProtocol protocol, TlsPolicy policy, SSLContext context) throws IOException {
        return protocol.server()
                .policy(policy)
                .sslContext(context)
                .listener(new UpgradeListener() {
                    @Override
                    public void upgraded(UpgradeReport report) {
                        last.set(report.tls());
                    }
                })
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
    }

    /** Puts a link with a round trip before a port, unless the round trip is 0. Returns the port to connect to. */
    int link(int port, int roundTripMillis) throws IOException {
        if (roundTripMillis == 0) {
            return port;
        }
        DelayingRelay relay = new DelayingRelay(port, roundTripMillis);
        relays.add(relay);
        return relay.port();
    }

    /** What was negotiated since the last call; empty if there was no handshake. */
    Optional<UpgradeReport.Negotiated> negotiated() {
        return last.getAndSet(Optional.empty());
    }

    /**
     * Waits until the servers have finished the earlier connections, which would slow down the next.
     *
     * @throws IOException if that takes longer than ten seconds
     */
    void settle() throws IOException {
        long limit = System.nanoTime() + 10_000_000_000L;
        while (loop.underway() > 0) {
            if (System.nanoTime() - limit > 0) {
                throw new IOException("Expected all connections to end within 10 s, got " + loop.underway() + " left");
            }
            LockSupport.parkNanos(20_000);
        }
    }

    @Override
    public void close() throws IOException {
        loop.closeNow();
        for (DelayingRelay relay : relays) {
            relay.close();
        }
    }
}
