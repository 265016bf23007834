package dev.starttls.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A link with a round trip: every octet, in either direction, arrives half a round trip after it was sent. The TCP
 * handshake of the client is not delayed, except its last segment, with which the server accepts the connection: the
 * greeting comes one round trip after the connection, as on a real link.
 */
public final class DelayingRelay implements AutoCloseable {

    private static final long LATE_NANOS = 80_000;

    private final ServerSocket listening;
    private final int port;
    private final long oneWayNanos;
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("relay"));

    private static final class Segment {
        private final byte[] octets;
        private final long due;

        Segment(byte[] octets, long due) {
            this.octets = octets;
            this.due = due;
        }
    }

    /**
     * A link that is open.
     *
     * @param port of the server, on loopback
     * @param roundTripMillis the time from either side to the other and back
     * @throws IOException if there is no port to listen on
     */
    public DelayingRelay(int port, long roundTripMillis) throws IOException {
        this.listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        this.port = port;
        this.oneWayNanos = roundTripMillis * 500_000;
        threads.execute(this::accept);
    }

    /**
     * The port at which the link begins.
     *
     * @return a port on loopback
     */
    public int port() {
        return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                long due = System.nanoTime() + oneWayNanos;
                threads.execute(() -> open(client, due));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void open(Socket client, long due) {
        try {
            client.setTcpNoDelay(true);
            await(due);
            Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
            server.setTcpNoDelay(true);
            relay(client, server);
            relay(server, client);
        } catch (IOException e) {
            // The server is gone; the client sees the end of its connection.
            closeQuietly(client);
        }
    }

    private void relay(Socket from, Socket to) {
        BlockingQueue<Segment> onTheWay = new LinkedBlockingQueue<>();
        threads.execute(() -> take(from, onTheWay));
        threads.execute(() -> give(to, onTheWay));
    }

    private void take(Socket from, BlockingQueue<Segment> onTheWay) {
        byte[] buffer = new byte[65_536];
        try {
            InputStream in = from.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                onTheWay.add(new Segment(Arrays.copyOf(buffer, count), System.nanoTime() + oneWayNanos));
            }
        } catch (IOException e) {
            // Closed by either side: the end of the stream is passed on below.
            onTheWay.add(new Segment(new byte[0], System.nanoTime()));
            return;
        }
        onTheWay.add(new Segment(new byte[0], System.nanoTime() + oneWayNanos));
    }

    private static void give(Socket to, BlockingQueue<Segment> onTheWay) {
        try (to) {
            OutputStream out = to.getOutputStream();
            for (Segment next = onTheWay.take(); next.octets.length > 0; next = onTheWay.take()) {
                await(next.due);
                out.write(next.octets);
            }
        } catch (IOException e) {
            // The other side has closed; nothing more needs to arrive there.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Parks, and spins for the last part: the scheduler wakes a thread late by about as much. */
    private static void await(long due) {
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            if (wait > LATE_NANOS) {
                LockSupport.parkNanos(wait - LATE_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is no longer used anyway.
            return;
        }
    }
}
