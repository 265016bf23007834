package dev.starttls.conformance.connection;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One raw TCP connection. Writes are sent at once (no Nagle), each in a segment of its own if the network allows it.
 * Reads have a time limit; writes are ended by {@link #abandon()} from another thread. Only {@link #connect} throws.
 */
public final class TcpConnection implements Closeable {
    private static final int CHUNK = 16 * 1024 + 512;

    private final Socket socket;
    /** A closed socket no longer knows it. */
    private final boolean betweenEqualAddresses;

    private final byte[] buffer = new byte[CHUNK];
    private volatile boolean abandoned;
    private volatile long sent;
    private volatile long heard;
    private volatile long cut;

    private TcpConnection(Socket socket) {
        this.socket = socket;
        this.betweenEqualAddresses = socket.getLocalAddress().equals(socket.getInetAddress());
    }

    /** A connection over a connected socket. */
    static TcpConnection over(Socket connected) {
        return new TcpConnection(connected);
    }

    /**
     * Connects to the first of the host's addresses that answers.
     *
     * @param from an address of this machine; empty for the system's choice
     * @param limit for all addresses together; each has the same share of it
     * @throws IOException if none does
     */
    public static TcpConnection connect(String host, int port, Optional<InetAddress> from, Duration limit)
            throws IOException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new IOException("the name " + host + " has no address", e);
        }
        IOException last = new IOException("the name " + host + " has no address");
        for (InetAddress address : addresses) {
            try {
                return connect(new InetSocketAddress(address, port), from, limit.dividedBy(addresses.length));
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    /**
     * Connects to one address.
     *
     * @param from an address of this machine; empty for the system's choice
     * @throws IOException if that fails
     */
    public static TcpConnection connect(InetAddress address, int port, Optional<InetAddress> from, Duration limit)
            throws IOException {
        return connect(new InetSocketAddress(address, port), from, limit);
    }

    /**
     * Connects to the server of another connection, from an IPv4 loopback address that is not the server's.
     *
     * @throws IOException if this machine has none, or that fails
     */
    public static TcpConnection connectFromElsewhere(TcpConnection other, Duration limit) throws IOException {
        InetSocketAddress server = (InetSocketAddress) other.socket.getRemoteSocketAddress();
        if (server == null || !(server.getAddress() instanceof Inet4Address)) {
            throw new IOException("there is no other address to connect from");
        }
        boolean second = server.getAddress().equals(loopback(2));
        return connect(server, Optional.of(loopback(second ? 1 : 2)), limit);
    }

    private static InetAddress loopback(int number) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) number});
    }

    private static TcpConnection connect(InetSocketAddress address, Optional<InetAddress> from, Duration limit)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            if (from.isPresent()) {
                socket.bind(new InetSocketAddress(from.get(), 0));
            }
            socket.connect(address, millis(limit));
            return new TcpConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends all of it; false if the peer is gone, and then the next read shows more. */
    public boolean write(byte[] bytes) {
        sent = System.nanoTime();
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits until bytes come, the stream ends, or the time limit is over. */
    public Received read(Duration limit) {
        try {
            socket.setSoTimeout(millis(limit));
            int n = socket.getInputStream().read(buffer);
            if (n < 0) {
                cut = System.nanoTime();
                return new Received.Ended(ConnectionEnd.FIN, "");
            }
            heard = System.nanoTime();
            return new Received.Data(Arrays.copyOf(buffer, n));
        } catch (SocketTimeoutException e) {
            return new Received.Silence(limit);
        } catch (IOException e) {
            if (abandoned) {
                return new Received.Ended(ConnectionEnd.GIVEN_UP, "");
            }
            cut = System.nanoTime();
            return new Received.Ended(ConnectionEnd.RESET, e.getMessage() == null ? "" : e.getMessage());
        }
    }

    /** Ends the sending direction (FIN); what the server still sends can be read. */
    public void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // Already gone: the next read shows it.
        }
    }

    /** Whether this side has sent anything. */
    public boolean hasSent() {
        return sent != 0;
    }

    /** When the peer last sent something, by {@link System#nanoTime}; empty if it never did. */
    public OptionalLong lastHeard() {
        return heard == 0 ? OptionalLong.empty() : OptionalLong.of(heard);
    }

    /** How the peer ended it, if without any answer to what was sent last. */
    public Optional<Cut> cut() {
        return sent != 0 && cut != 0 && (heard == 0 || sent - heard > 0)
                ? Optional.of(new Cut(sent, cut))
                : Optional.empty();
    }

    /** The address of this end, for an address literal in EHLO. */
    public InetSocketAddress local() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Whether it goes from the server's own address to itself; servers may trust such a client. */
    public boolean betweenEqualAddresses() {
        return betweenEqualAddresses;
    }

    /** Closes, from another thread, because the time is over; reads then return {@link ConnectionEnd#GIVEN_UP}. */
    public void abandon() {
        abandoned = true;
        close();
    }

    /**
     * Ends the sending direction, waits until the peer has ended its own, and closes: a server that takes one connection
     * at a time is then ready for the next. What comes meanwhile is thrown away.
     *
     * @param limit how long to wait at most
     */
    public void closeAfterPeer(Duration limit) {
        if (socket.isClosed()) {
            return;
        }
        finish();
        long end = System.nanoTime() + limit.toNanos();
        try {
            int n = 0;
            for (Duration left = limit; n >= 0 && !left.isNegative() && !left.isZero(); ) {
                socket.setSoTimeout(millis(left));
                n = socket.getInputStream().read(buffer);
                left = Duration.ofNanos(end - System.nanoTime());
            }
        } catch (IOException e) {
            // It takes too long, or the connection is gone.
        }
        close();
    }

    /** Closes it with a reset, which no server takes for an orderly end. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Already gone.
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // There is nothing to do about it.
        }
    }

    private static int millis(Duration limit) {
        // Zero would mean "for ever" to a socket.
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, limit.toMillis()));
    }
}
