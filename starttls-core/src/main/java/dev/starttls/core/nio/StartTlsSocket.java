package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A socket whose {@code connect} upgrades. It stands beside {@link java.net.Socket}'s own means, none of which are used: all methods are
 * overridden. What it is for and how it behaves: {@link StartTlsSocketFactory}.
 */
@SuppressWarnings(
        "UnsynchronizedOverridesSynchronized") // A close must not wait for a connect; the fields are volatile.
final class StartTlsSocket extends OptionSocket {

    private final SocketUpgrade upgrade;
    private final Failing failing;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean bound;
    private volatile boolean connected;
    private volatile boolean outputEnded;
    private volatile int readMillis;
    private volatile Optional<InetSocketAddress> remote = Optional.empty();
    private volatile Optional<UpgradeException> failure = Optional.empty();
    private volatile Optional<Streams> streams = Optional.empty();

    /** When the program gets the failure of the upgrade. */
    enum Failing {
        /** From {@code connect}. */
        ON_CONNECT,
        /** From what it calls after that. */
        ON_USE
    }

    /** What there is once the upgrade is done. */
    private record Streams(StartTlsChannel channel, SocketInput input, SocketOutput output) {}

    StartTlsSocket(SocketUpgrade upgrade, Failing failing) throws SocketException {
        this.upgrade = upgrade;
        this.failing = failing;
    }

    @Override
    public void connect(SocketAddress address) throws IOException {
        connect(address, 0);
    }

    @Override
    public void connect(SocketAddress address, int timeout) throws IOException {
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout: expected 0 or more milliseconds, got " + timeout);
        }
        if (!(address instanceof InetSocketAddress server)) {
            throw new IllegalArgumentException("address: expected an InetSocketAddress, got " + address);
        }
        requireOpen();
        if (begun.getAndSet(true)) {
            throw new SocketException("already connected");
        }
        remote = Optional.of(server);
        Optional<SocketUpgrade.Session> session = Optional.empty();
        try {
            session = Optional.of(upgrade.connect(server, endpoint(), timeout, readMillis));
        } catch (UpgradeException e) {
            fail(e);
        } catch (IOException | RuntimeException e) {
            fail(Failures.ofClientCode(e, Phase.CONNECT));
        } catch (Throwable e) {
            Quietly.close(this);
            throw e;
        }
        if (session.isPresent()) {
            begin(session.get(), server);
        }
    }

    private void begin(SocketUpgrade.Session session, InetSocketAddress server) throws IOException {
        StartTlsChannel channel = session.channel();
        if (channel.transport() instanceof SocketChannel socket) {
            try {
                endpoint().connected(socket);
                if (server.isUnresolved() && socket.getRemoteAddress() instanceof InetSocketAddress found) {
                    remote = Optional.of(found);
                }
            } catch (ClosedChannelException e) {
                Quietly.close(channel);
                throw SocketInput.closed(e);
            }
        }
        limitReads(channel, readMillis);
        streams = Optional.of(new Streams(
                channel, new SocketInput(session.greeting(), channel, this), new SocketOutput(channel, this)));
        connected = true;
        if (isClosed()) {
            channel.close();
            throw new SocketException("Socket is closed");
        }
    }

    private void fail(UpgradeException why) throws IOException {
        endpoint().close();
        if (isClosed()) {
            SocketException ended = new SocketException("Socket is closed");
            ended.initCause(why);
            throw ended;
        }
        failure = Optional.of(why);
        connected = true;
        if (failing == Failing.ON_CONNECT) {
            markClosed();
            throw why;
        }
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        requireOpen();
        if (bound || begun.get()) {
            throw new SocketException("Already bound");
        }
        if (address != null) {
            if (!(address instanceof InetSocketAddress local)) {
                throw new IllegalArgumentException("address: expected an InetSocketAddress, got " + address);
            }
            endpoint().bind(local);
        }
        bound = true;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        Streams usable = usable();
        if (usable.input().ended()) {
            throw new SocketException("Socket input is shutdown");
        }
        return usable.input();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        Streams usable = usable();
        if (outputEnded) {
            throw new SocketException("Socket output is shutdown");
        }
        return usable.output();
    }

    @Override
    public void shutdownInput() throws IOException {
        Streams usable = usable();
        if (usable.input().ended()) {
            throw new SocketException("Socket input is already shutdown");
        }
        usable.input().end();
    }

    @Override
    public void shutdownOutput() throws IOException {
        Streams usable = usable();
        if (outputEnded) {
            throw new SocketException("Socket output is already shutdown");
        }
        outputEnded = true;
        usable.channel().shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        markClosed();
        Optional<Streams> current = streams;
        if (current.isPresent()) {
            current.get().channel().close();
        } else {
            endpoint().close();
        }
    }

    private Streams usable() throws IOException {
        requireOpen();
        if (!connected) {
            throw new SocketException("Socket is not connected");
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        return streams.orElseThrow();
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isBound() {
        return bound || connected;
    }

    @Override
    public boolean isInputShutdown() {
        return streams.isPresent() && streams.get().input().ended();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputEnded;
    }

    @Override
    public InetAddress getInetAddress() {
        return connected ? remote.map(InetSocketAddress::getAddress).orElse(null) : null;
    }

    @Override
    public int getPort() {
        return connected ? remote.map(InetSocketAddress::getPort).orElse(0) : 0;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return connected ? remote.orElse(null) : null;
    }

    @Override
    public InetAddress getLocalAddress() {
        return endpoint().local().map(InetSocketAddress::getAddress).orElseGet(() -> new InetSocketAddress(0)
                .getAddress());
    }

    @Override
    public int getLocalPort() {
        return isBound() ? endpoint().local().map(InetSocketAddress::getPort).orElse(0) : -1;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return isBound() ? new InetSocketAddress(getLocalAddress(), getLocalPort()) : null;
    }

    /** There is none: what is read from the channel is encrypted. */
    @Override
    public SocketChannel getChannel() {
        return null;
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        requireOpen();
        if (millis < 0) {
            throw new IllegalArgumentException("millis: expected 0 or more, got " + millis);
        }
        readMillis = millis;
        streams.ifPresent(current -> limitReads(current.channel(), millis));
    }

    private static void limitReads(StartTlsChannel channel, int millis) {
        var unusedChannel = channel.readTimeout(Duration.ofMillis(millis));
    }

    @Override
    public int getSoTimeout() throws SocketException {
        requireOpen();
        return readMillis;
    }

    /** One line for people: the channel's, as far as there is one. */
    @Override
    public String toString() {
        return "StartTlsSocket["
                + streams.map(current -> current.channel().toString())
                        .orElseGet(() -> (failure.isPresent()
                                        ? "failed: " + failure.get().reason()
                                        : begun.get() ? "connecting" : "unconnected")
                                + remote.map(server -> ", " + server).orElse(""))
                + (isClosed() ? ", closed]" : "]");
    }
}
