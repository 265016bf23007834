package dev.starttls.benchmarks.outside;

import dev.starttls.benchmarks.latency.SessionTarget;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server in a process and a folder of its own, which both end with it. */
public final class RunningServer implements AutoCloseable {

    private static final int PATIENCE = 30;
    private static final String LOG = "output";

    private final TemporaryFolder folder;
    private final Process process;
    private final List<String> stop;
    private final List<SessionTarget> targets;

    private RunningServer(TemporaryFolder folder, Process process, List<String> stop, List<SessionTarget> targets) {
        this.folder = folder;
        this.process = process;
        this.stop = stop;
        this.targets = targets;
    }

    /**
     * Starts a server and waits for its greeting; {@code stop} ends it, if a signal does not. The folder is deleted
     * with the server, even if it does not start, but not if its command cannot be run at all.
     */
    static RunningServer start(
            String title,
            TemporaryFolder folder,
            ServerLocation place,
            List<String> command,
            List<String> stop,
            List<SessionTarget> targets)
            throws IOException {
        Path log = folder.path().resolve(LOG);
        List<String> detached = new ArrayList<>(Processes.detached());
        detached.addAll(place.command(command));
        Process process = new ProcessBuilder(detached)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        RunningServer server = new RunningServer(folder, process, stop, targets);
        try {
            for (SessionTarget target : targets) {
                if (target.policy() == TlsPolicy.REQUIRED && !greets(place.address(), target.port(), process)) {
                    throw new IOException("Expected " + title + " to greet within " + PATIENCE + " s, got: "
                            + Files.readString(log).strip());
                }
            }
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * The endpoints that it serves.
     *
     * @return one for each protocol and policy
     */
    public List<SessionTarget> targets() {
        return targets;
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> all = Processes.tree(process.toHandle());
        try {
            if (stop.isEmpty()) {
                process.destroy();
            } else {
                Commands.run(stop);
            }
            process.waitFor(PATIENCE, TimeUnit.SECONDS);
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.forEach(Processes::awaitEnd);
        // A server that was still starting, or whose first process was ended by a signal, still has processes.
        Processes.endIn(folder.path());
        folder.close();
    }

    private static boolean greets(String address, int port, Process process) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (System.nanoTime() - end < 0 && process.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), 1_000);
                socket.setSoTimeout(10_000);
                if (socket.getInputStream().read() >= 0) {
                    return true;
                }
            } catch (IOException e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
        return false;
    }
}
