package dev.starttls.core.nio;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Set;

/**
 * The options of a socket, which are those of a {@link SocketEndpoint}, before it is connected and after. All but that is the
 * subclass's.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // What an option is set on takes locks of its own.
abstract class OptionSocket extends Socket {

    /** That of {@link StandardSocketOptions#SO_LINGER}. */
    private static final int MAX_LINGER = 65_535;

    private final SocketEndpoint endpoint = new SocketEndpoint();
    private volatile boolean closed;

    OptionSocket() throws SocketException {
        super(none());
    }

    /** Of the two constructors for subclasses, the one that never opens a descriptor. */
    private static SocketImpl none() {
        return null;
    }

    final SocketEndpoint endpoint() {
        return endpoint;
    }

    final void markClosed() {
        closed = true;
    }

    final void requireOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket is closed");
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        set(StandardSocketOptions.TCP_NODELAY, on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return get(StandardSocketOptions.TCP_NODELAY);
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        set(StandardSocketOptions.SO_KEEPALIVE, on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return get(StandardSocketOptions.SO_KEEPALIVE);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        set(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return get(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        if (on && seconds < 0) {
            throw new IllegalArgumentException("seconds: expected 0 or more, got " + seconds);
        }
        set(StandardSocketOptions.SO_LINGER, on ? Math.min(seconds, MAX_LINGER) : -1);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return get(StandardSocketOptions.SO_LINGER);
    }

    @Override
    public void setSendBufferSize(int octets) throws SocketException {
        set(StandardSocketOptions.SO_SNDBUF, positive(octets));
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int octets) throws SocketException {
        set(StandardSocketOptions.SO_RCVBUF, positive(octets));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setTrafficClass(int octet) throws SocketException {
        if (octet < 0 || octet > 255) {
            throw new IllegalArgumentException("octet: expected 0 to 255, got " + octet);
        }
        set(StandardSocketOptions.IP_TOS, octet);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return get(StandardSocketOptions.IP_TOS);
    }

    /** TLS has no such thing as urgent data, so that none is ever among the other. */
    @Override
    public void setOOBInline(boolean on) throws SocketException {
        if (on) {
            throw notSupported();
        }
        requireOpen();
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        requireOpen();
        return false;
    }

    @Override
    public void sendUrgentData(int octet) throws IOException {
        throw notSupported();
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        // There is one way to connect.
    }

    @Override
    public <T> Socket setOption(SocketOption<T> option, T value) throws IOException {
        requireOpen();
        endpoint.set(option, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        requireOpen();
        return endpoint.get(option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return SocketEndpoint.supported();
    }

    private <T> void set(SocketOption<T> option, T value) throws SocketException {
        requireOpen();
        try {
            endpoint.set(option, value);
        } catch (IOException e) {
            throw notPossible(option, e);
        }
    }

    private <T> T get(SocketOption<T> option) throws SocketException {
        requireOpen();
        try {
            return endpoint.get(option);
        } catch (IOException e) {
            throw notPossible(option, e);
        }
    }

    private static int positive(int octets) {
        if (octets <= 0) {
            throw new IllegalArgumentException("octets: expected more than 0, got " + octets);
        }
        return octets;
    }

    private static SocketException notPossible(SocketOption<?> option, IOException thrown) {
        SocketException why =
                new SocketException("Expected to use the option " + option.name() + ", got " + thrown.getMessage());
        why.initCause(thrown);
        return why;
    }

    private static SocketException notSupported() {
        return new SocketException("Urgent data is not supported: there is none inside TLS");
    }
}
