package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.ResourceUsage;
import dev.starttls.smtp.SmtpConnection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Many simultaneous SMTP clients of this library on one loop thread, and a server of this library on another. */
final class Storm implements AutoCloseable {

    private static final long PAUSE = 200_000;

    private final StormServer server;
    private final StormClients clients;

    Storm(Contexts contexts) throws Exception {
        server = new StormServer(contexts, Runnable::run, () -> {});
        clients = new StormClients(contexts);
    }

    /**
     * Makes this number of upgrades at the same time. Returns the CPU time of both loop threads for one, in
     * microseconds.
     */
    double upgrade(int atOnce) throws Exception {
        long before = spent();
        List<SmtpConnection> sessions = clients.upgrade(server.port(), atOnce);
        long spent = spent() - before;
        for (SmtpConnection session : sessions) {
            session.close();
        }
        while (server.underway() > 0) {
            LockSupport.parkNanos(PAUSE);
        }
        return spent / 1e3 / atOnce;
    }

    private long spent() {
        return ResourceUsage.nanosOf(server.thread()) + ResourceUsage.nanosOf(clients.thread());
    }

    @Override
    public void close() {
        clients.close();
        server.close();
    }
}
