package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.upgrade.Role;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Both sides of one connection over loopback, inside TLS. */
final class LinkPair implements Closeable {

    /** The time limit of a transfer in seconds: one that takes longer is stuck. */
    private static final int PATIENCE = 30;

    private final Link client;
    private final Link server;
    private final ExecutorService threads;

    private LinkPair(Link client, Link server, ExecutorService threads) {
        this.client = client;
        this.server = server;
        this.threads = threads;
    }

    /** Connects and goes through the handshake; the threads are for what is done at the same time. */
    static LinkPair open(Library library, EngineKind engines, Contexts contexts, ExecutorService threads)
            throws Exception {
        try (ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            SocketChannel near = SocketChannel.open(listening.getLocalAddress());
            SocketChannel far = listening.accept();
            near.setOption(StandardSocketOptions.TCP_NODELAY, true);
            far.setOption(StandardSocketOptions.TCP_NODELAY, true);
            try {
                CompletableFuture<Link> server =
                        async(threads, () -> link(library, far, Role.SERVER, engines, contexts));
                CompletableFuture<Link> client =
                        async(threads, () -> link(library, near, Role.CLIENT, engines, contexts));
                return new LinkPair(
                        client.get(PATIENCE, TimeUnit.SECONDS), server.get(PATIENCE, TimeUnit.SECONDS), threads);
            } catch (ExecutionException | TimeoutException e) {
                near.close();
                far.close();
                throw new IOException("Expected a handshake, got " + e, e);
            }
        }
    }

    /**
     * Sends this number of octets from the client to the server and, in full duplex, the same number back at the same
     * time.
     */
    void transfer(Direction direction, long octets, int piece) throws Exception {
        List<CompletableFuture<?>> transfers = new ArrayList<>();
        transfers.add(async(threads, () -> receive(server, octets)));
        transfers.add(async(threads, () -> send(client, octets, piece)));
        if (direction == Direction.FULL_DUPLEX) {
            transfers.add(async(threads, () -> receive(client, octets)));
            transfers.add(async(threads, () -> send(server, octets, piece)));
        }
        for (CompletableFuture<?> transfer : transfers) {
            transfer.get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }

    private static long send(Link link, long octets, int piece) throws IOException {
        link.send(octets, piece);
        return octets;
    }

    private static long receive(Link link, long octets) throws IOException {
        link.receive(octets);
        return octets;
    }

    private static Link link(Library library, SocketChannel channel, Role role, EngineKind kind, Contexts contexts)
            throws Exception {
        if (library == Library.SSL_SOCKET) {
            return Library.socket(channel, role, role == Role.CLIENT ? contexts.client() : contexts.server());
        }
        EngineSource engines = kind.source(contexts, role);
        return library.linker(role, engines).link(channel);
    }

    private static <T> CompletableFuture<T> async(ExecutorService threads, Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
