package dev.starttls.core.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The TCP side of a {@link StartTlsSocket}: the options and the local address that its channels are opened with, of which
 * there is none before it is connected, and several if it is connected anew. Nothing here fails before then.
 */
final class SocketEndpoint {

    private final Map<SocketOption<?>, Object> options = new ConcurrentHashMap<>();
    private volatile Optional<InetSocketAddress> local = Optional.empty();
    private volatile Optional<SocketChannel> channel = Optional.empty();
    /** All that may be open: several addresses are tried at once. */
    private final Set<SocketChannel> opened = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    SocketEndpoint() {
        // The dialogue is made of small segments, each of which the peer waits for.
        options.put(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Binds the channels that are opened from here on. */
    void bind(InetSocketAddress address) {
        local = Optional.of(address);
    }

    /** The address that was bound, or that a channel got; empty if neither. */
    Optional<InetSocketAddress> local() {
        return local;
    }

    /** Opens the next channel, by what opens those of the client. */
    SocketChannel open(Connector.Opening opening, SocketAddress address) throws IOException {
        SocketChannel next = opening.open(address);
        try {
            opened.add(next);
            channel = Optional.of(next);
            if (closed) {
                throw new ClosedChannelException();
            }
            for (Map.Entry<SocketOption<?>, Object> option : options.entrySet()) {
                apply(next, option.getKey(), option.getValue());
            }
            if (local.isPresent()) {
                next.bind(local.get());
            }
            return next;
        } catch (Throwable e) {
            opened.remove(next);
            Quietly.close(next);
            throw e;
        }
    }

    /** The channel is connected, and has a local address. */
    void connected(SocketChannel winner) throws IOException {
        channel = Optional.of(winner);
        opened.clear();
        opened.add(winner);
        if (winner.getLocalAddress() instanceof InetSocketAddress address) {
            local = Optional.of(address);
        }
    }

    <T> void set(SocketOption<T> option, T value) throws IOException {
        Optional<SocketChannel> current = channel.filter(SocketChannel::isOpen);
        if (current.isPresent()) {
            current.get().setOption(option, value);
        }
        options.put(option, value);
    }

    <T> T get(SocketOption<T> option) throws IOException {
        Optional<SocketChannel> current = channel.filter(SocketChannel::isOpen);
        if (current.isPresent()) {
            return current.get().getOption(option);
        }
        try (SocketChannel another = SocketChannel.open()) {
            for (Map.Entry<SocketOption<?>, Object> set : options.entrySet()) {
                apply(another, set.getKey(), set.getValue());
            }
            return another.getOption(option);
        }
    }

    /** What can be set: asked of a channel, since it depends on the system. */
    static Set<SocketOption<?>> supported() {
        try (SocketChannel any = SocketChannel.open()) {
            return any.supportedOptions();
        } catch (IOException e) {
            // There is no descriptor to ask; these are on every system.
            return Set.of(
                    StandardSocketOptions.TCP_NODELAY,
                    StandardSocketOptions.SO_KEEPALIVE,
                    StandardSocketOptions.SO_LINGER,
                    StandardSocketOptions.SO_RCVBUF,
                    StandardSocketOptions.SO_REUSEADDR,
                    StandardSocketOptions.SO_SNDBUF);
        }
    }

    /** Ends what is under way, also on another thread: no channel is opened from here on. */
    void close() {
        closed = true;
        opened.forEach(Quietly::close);
    }

    /** The value was given with this option. */
    @SuppressWarnings("unchecked")
    private static <T> void apply(SocketChannel opened, SocketOption<T> option, Object value) throws IOException {
        opened.setOption(option, (T) value);
    }
}
