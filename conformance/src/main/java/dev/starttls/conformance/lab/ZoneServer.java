package dev.starttls.conformance.lab;

import dev.starttls.conformance.reach.DaemonThreadFactory;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** DNS messages by UDP and TCP on one port (RFC 1035 section 4.2, RFC 7766). All that a client can take is bounded. */
final class ZoneServer implements AutoCloseable {
    /** No query that is answered here is longer. */
    private static final int MAX_QUERY = 4096;

    /** How long a connection may last, whatever its client does. */
    private static final Duration MAX_CONNECTION = Duration.ofSeconds(10);

    /** Further ones wait until one ends. */
    private static final int MAX_CONNECTIONS = 16;

    /** For one port that is free for UDP and TCP. */
    private static final int ATTEMPTS = 20;

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final DnsResponder zone;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final Semaphore places = new Semaphore(MAX_CONNECTIONS);
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreadFactory("resolver"));
    private final ExecutorService threads = Executors.newCachedThreadPool(new DaemonThreadFactory("resolver"));

    /** How a query has come. */
    enum DnsTransport {
        UDP,
        TCP
    }

    /** Answers a query; empty if it is not to be answered. */
    @FunctionalInterface
    interface DnsResponder {
        Optional<byte[]> answer(byte[] query, DnsTransport transport);
    }

    private ZoneServer(DatagramSocket udp, ServerSocket tcp, DnsResponder zone) {
        this.udp = udp;
        this.tcp = tcp;
        this.zone = zone;
    }

    /**
     * Starts one.
     *
     * @param address with the port; 0 for any
     * @throws java.net.BindException if the port is taken
     */
    static ZoneServer start(InetSocketAddress address, DnsResponder zone) throws IOException {
        for (int i = 1; ; i++) {
            ServerSocket tcp = Listening.open(
                    "the resolver",
                    "--dns-port",
                    address,
                    free -> new ServerSocket(free.getPort(), 0, free.getAddress()));
            try {
                DatagramSocket udp = Listening.open(
                        "the resolver",
                        "--dns-port",
                        new InetSocketAddress(address.getAddress(), tcp.getLocalPort()),
                        DatagramSocket::new);
                ZoneServer server = new ZoneServer(udp, tcp, zone);
                server.threads.execute(server::receive);
                server.threads.execute(server::accept);
                return server;
            } catch (IOException e) {
                tcp.close();
                if (address.getPort() != 0 || i == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    int port() {
        return tcp.getLocalPort();
    }

    private void receive() {
        byte[] room = new byte[MAX_QUERY];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(room, room.length);
                udp.receive(packet);
                Optional<byte[]> answer = answer(Arrays.copyOf(room, packet.getLength()), DnsTransport.UDP);
                if (answer.isPresent()) {
                    udp.send(new DatagramPacket(answer.get(), answer.get().length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // One client that has gone; or the socket is closed, which ends the loop.
            }
        }
    }

    private void accept() {
        while (!tcp.isClosed()) {
            try {
                places.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            try {
                Socket client = tcp.accept();
                clients.add(client);
                threads.execute(() -> serve(client));
            } catch (IOException | RuntimeException e) {
                // One client that has gone; or the socket is closed, which ends the loop.
                places.release();
            }
        }
    }

    private void serve(Socket client) {
        Future<?> end = timer.schedule(() -> close(client), MAX_CONNECTION.toMillis(), TimeUnit.MILLISECONDS);
        try (client;
                DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
            Optional<byte[]> answer = Optional.of(new byte[0]);
            while (answer.isPresent()) {
                int length = in.readUnsignedShort();
                if (length > MAX_QUERY) {
                    return;
                }
                byte[] query = new byte[length];
                in.readFully(query);
                answer = answer(query, DnsTransport.TCP);
                if (answer.isPresent()) {
                    byte[] framed = new byte[2 + answer.get().length];
                    framed[0] = (byte) (answer.get().length >> 8);
                    framed[1] = (byte) answer.get().length;
                    System.arraycopy(answer.get(), 0, framed, 2, answer.get().length);
                    out.write(framed);
                }
            }
        } catch (IOException e) {
            // The client has ended the connection, or its time is over.
            return;
        } finally {
            end.cancel(false);
            clients.remove(client);
            places.release();
        }
    }

    /** A query on which the parser or the zone fails has no answer, and the next one has. */
    private Optional<byte[]> answer(byte[] query, DnsTransport transport) {
        try {
            return zone.answer(query, transport);
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void close(Socket client) {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a port could not be closed", e);
        } finally {
            threads.shutdownNow();
            timer.shutdownNow();
        }
    }
}
