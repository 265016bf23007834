package dev.starttls.conformance.run;

import dev.starttls.conformance.reach.DaemonThreadFactory;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a sound server on a loopback port, and lets in as many connections as its rule allows. */
final class Porter implements Closeable {
    /** Kills the server when a client sends it. */
    static final String POISON = "KILL";

    private volatile ServerSocket listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger seen = new AtomicInteger();
    private final int port = listening.getLocalPort();
    private final int backend;
    private final Rule rule;
    private volatile Thread accepting = Thread.currentThread();
    private CountDownLatch gate = new CountDownLatch(0);

    /** Decides about a connection. */
    @FunctionalInterface
    interface Rule {
        /**
         * What to say before closing; empty lets the client in.
         *
         * @param number of this connection, from 1
         * @param others how many are open
         */
        Optional<String> refusal(int number, int others);
    }

    Porter(int backend, Rule rule) throws IOException {
        this.backend = backend;
        this.rule = rule;
    }

    /** Takes many connections side by side. */
    Porter start() {
        accepting = thread(() -> accept(true));
        return this;
    }

    /** Starts again on the same port if it was killed. */
    void revive() {
        if (listening.isClosed()) {
            try {
                listening = new ServerSocket(port, 200, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            start();
        }
    }

    /** The same, but the first has to wait for this. */
    Porter start(CountDownLatch first) {
        gate = first;
        return start();
    }

    /** Takes the next connection when the one before is closed. */
    Porter startOneAtATime() {
        accepting = thread(() -> accept(false));
        return this;
    }

    int port() {
        return port;
    }

    /** How many connections were made. */
    int seen() {
        return seen.get();
    }

    private void accept(boolean many) {
        try {
            while (true) {
                Socket client = listening.accept();
                Optional<String> refusal = rule.refusal(seen.incrementAndGet(), admitted.get());
                if (refusal.isPresent()) {
                    try (client) {
                        client.getOutputStream().write(refusal.get().getBytes(StandardCharsets.US_ASCII));
                    }
                } else if (many) {
                    admitted.incrementAndGet();
                    thread(() -> relay(client));
                } else {
                    relay(client);
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void relay(Socket client) {
        boolean relayed = false;
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), backend)) {
            open.add(client);
            gate.await();
            Thread back = thread(() -> pump(server, client));
            relayed = true;
            byte[] chunk = new byte[1 << 15];
            InputStream in = client.getInputStream();
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (new String(chunk, 0, n, StandardCharsets.ISO_8859_1).startsWith(POISON)) {
                    die();
                    return;
                }
                server.getOutputStream().write(chunk, 0, n);
            }
            server.shutdownOutput();
            back.join();
        } catch (IOException | InterruptedException e) {
            // One of the two is gone.
        } finally {
            open.remove(client);
            if (!relayed) {
                admitted.decrementAndGet();
            }
        }
    }

    /** Nobody listens any more when the connections end. */
    private void die() throws IOException, InterruptedException {
        listening.close();
        if (accepting != Thread.currentThread()) {
            accepting.join();
        }
        close();
    }

    private void pump(Socket server, Socket client) {
        try (client) {
            try (server) {
                server.getInputStream().transferTo(client.getOutputStream());
            } finally {
                // Before the client can know of the end, so that it is not turned away if it comes again at once.
                admitted.decrementAndGet();
            }
        } catch (IOException e) {
            // One of the two is gone.
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new DaemonThreadFactory("porter").newThread(task);
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
