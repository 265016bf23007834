package dev.starttls.conformance.client.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The server of one run of the client: listens on a port of its own and serves each connection by the script. */
public final class CaseServer implements AutoCloseable {
    /** A client that connects again and again is served this often, and then refused. */
    private static final int MAX_CONNECTIONS = 64;

    private static final Duration FOR_THE_REST = Duration.ofSeconds(2);

    private final Canary canary;
    private final Canaries canaries;
    private final Evidence evidence = new Evidence();
    private final Duration patience;
    private final Duration limit;
    private final ServerSocket listening;
    private final Optional<ServerSocket> beside;
    private final UnaryOperator<String> ports;
    private final int secondPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();

    private CaseServer(
            ServerSocket listening,
            Optional<ServerSocket> beside,
            Script script,
            Canary canary,
            Canaries canaries,
            Duration patience,
            Duration limit) {
        this.listening = listening;
        this.beside = beside;
        this.ports = script.beside()
                .flatMap(other -> beside.map(socket -> portsOf(other.entrance(), socket.getLocalPort())))
                .orElse(UnaryOperator.identity());
        this.secondPort = script.beside()
                .filter(other -> other.entrance().equals(Script.SECOND_PORT))
                .flatMap(other -> beside.map(ServerSocket::getLocalPort))
                .orElseGet(listening::getLocalPort);
        this.canary = canary;
        this.canaries = canaries;
        this.patience = patience;
        this.limit = limit;
        evidence.transcript().conceal(canary::concealed, Concealment.LONGEST);
        evidence.transcript().conceal(canaries::concealed, Concealment.LONGEST);
    }

    /**
     * Starts one.
     *
     * @param address where to listen
     * @param canary of this run of the client
     * @param canaries of all runs, which can come here too
     * @param patience how long a silent server waits for the client, before it closes the connection
     * @param limit how long a connection may last
     * @throws IOException if no port can be opened
     */
    public static CaseServer start(
            InetSocketAddress address,
            Script script,
            Canary canary,
            Canaries canaries,
            Duration patience,
            Duration limit)
            throws IOException {
        InetAddress host = address.getAddress();
        ServerSocket listening = new ServerSocket(address.getPort(), MAX_CONNECTIONS, host);
        CaseServer server =
                new CaseServer(listening, second(script, host, listening), script, canary, canaries, patience, limit);
        server.start(() -> server.accept(listening, script));
        server.beside.ifPresent(
                socket -> script.beside().ifPresent(other -> server.start(() -> server.accept(socket, other))));
        return server;
    }

    /** The second port of a script that has one. */
    private static Optional<ServerSocket> second(Script script, InetAddress host, ServerSocket first)
            throws IOException {
        if (script.beside().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ServerSocket(0, MAX_CONNECTIONS, host));
        } catch (IOException e) {
            first.close();
            throw e;
        }
    }

    private static UnaryOperator<String> portsOf(String name, int port) {
        return text -> text.replace("{port:" + name + "}", Integer.toString(port));
    }

    /** Where it listens. */
    public int port() {
        return listening.getLocalPort();
    }

    /** What {@link Script#SECOND_PORT} stands for; the port itself if the script has no second of that name. */
    public int secondPort() {
        return secondPort;
    }

    public Evidence evidence() {
        return evidence;
    }

    private synchronized void start(Runnable task) {
        Thread thread = new Thread(task, "case server");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void accept(ServerSocket at, Script served) {
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            Socket socket;
            try {
                socket = at.accept();
            } catch (IOException e) {
                // The case is over.
                return;
            }
            open.add(socket);
            try {
                int number = evidence.connected(served.entrance());
                Script script = served.connection(i + 1);
                start(() -> serve(number, script, socket));
            } catch (RuntimeException | Error e) {
                open.remove(socket);
                end(socket);
                failed(e);
            }
        }
        evidence.incomplete("the client connected more than " + MAX_CONNECTIONS + " times");
        end(at);
    }

    private static void end(ServerSocket at) {
        try {
            at.close();
        } catch (IOException e) {
            // It listens no more, which is what was wanted.
            return;
        }
    }

    private void serve(int number, Script script, Socket socket) {
        try (socket;
                RawWire wire = new RawWire(socket, System.nanoTime() + limit.toNanos())) {
            new ConnectionService(number, wire, script, ports, evidence, canary, canaries, patience).serve();
        } catch (IOException e) {
            // The client was gone before it was served.
            evidence.add(new Evidence.Ended(number, Evidence.End.CLIENT));
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            open.remove(socket);
        }
    }

    /** The client is not to blame for what it did not get. */
    private void failed(Throwable thrown) {
        evidence.incomplete("the suite failed to serve the client: " + thrown);
    }

    /** Whether a connection is being served. */
    public boolean busy() {
        return !open.isEmpty();
    }

    /** Waits until no connection is served, but not longer than this; what the client sent last is recorded then. */
    public void awaitEnd(Duration limit) {
        List<Thread> all = started();
        int accepting = beside.isPresent() ? 2 : 1;
        join(all.subList(Math.min(accepting, all.size()), all.size()), limit);
    }

    private synchronized List<Thread> started() {
        return List.copyOf(threads);
    }

    private static void join(List<Thread> threads, Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        for (Thread thread : threads) {
            long left = Duration.ofNanos(until - System.nanoTime()).toMillis();
            if (left > 0) {
                join(thread, left);
            }
        }
    }

    private static void join(Thread thread, long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The client has closed it, which serves as well.
            return;
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** Stops listening and closes all connections; what was seen stays. */
    public void stop() {
        try {
            if (beside.isPresent()) {
                beside.get().close();
            }
            listening.close();
        } catch (IOException e) {
            // It listens no more, which is what was wanted.
            return;
        } finally {
            List.copyOf(open).forEach(CaseServer::end);
            // Those that accept too: until the last has returned, the system holds the port, and the next run cannot
            // listen.
            join(started(), FOR_THE_REST);
        }
    }
}
