package dev.starttls.core.nio;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses of one host, tried as RFC 8305 has it: one after the other, the next when the last has failed or has not
 * answered for a quarter of a second, and the first that connects wins. It does not wait: its driver selects, and says what
 * was selected and what time it is. One thread at a time.
 */
final class AddressRace {

    /**
     * How long an address has before the next is tried beside it, in nanoseconds: the Connection Attempt Delay that RFC 8305
     * section 5 recommends where no round trip is known.
     */
    static final long DELAY_NANOS = 250_000_000;
    /**
     * How many are tried at the same time; the oldest is given up for another. It has had 4 s then, in which its SYN was sent
     * again after 1 s and after 3 s (RFC 6298 section 2.1), and a name with a hundred addresses costs no hundred descriptors.
     */
    static final int MAX_UNDERWAY = 16;

    private final Iterator<InetSocketAddress> addresses;
    private final Connector.Attempts attempts;
    private final Selector selector;
    private final Object attachment;
    /** The oldest first. */
    private final Map<SelectionKey, InetSocketAddress> underway = new LinkedHashMap<>();
    /** When the next address is due; of a meaning as long as one is underway. */
    private long next;

    /**
     * A race that has not begun.
     *
     * @param addresses in the order in which they are tried: see {@link #interleaved}
     * @param attempts has the deadline, and keeps what has failed
     * @param selector that the driver selects from
     * @param attachment of the keys
     */
    AddressRace(List<InetSocketAddress> addresses, Connector.Attempts attempts, Selector selector, Object attachment) {
        this.addresses = addresses.iterator();
        this.attempts = attempts;
        this.selector = selector;
        this.attachment = attachment;
    }

    /**
     * The addresses in the order of RFC 8305 section 4: the families take turns, beginning with that of the first address, and
     * in each family the order is that of the name service (RFC 6724).
     */
    static List<InetAddress> interleaved(List<InetAddress> addresses) {
        ArrayDeque<InetAddress> first = new ArrayDeque<>();
        ArrayDeque<InetAddress> second = new ArrayDeque<>();
        for (InetAddress address : addresses) {
            boolean sameAsFirst = address instanceof Inet4Address == addresses.get(0) instanceof Inet4Address;
            (sameAsFirst ? first : second).add(address);
        }
        List<InetAddress> ordered = new ArrayList<>();
        while (!first.isEmpty() || !second.isEmpty()) {
            for (ArrayDeque<InetAddress> family : List.of(first, second)) {
                if (!family.isEmpty()) {
                    ordered.add(family.remove());
                }
            }
        }
        return ordered;
    }

    /**
     * Begins what is due. To be called first of all, and when {@link #due} has come.
     *
     * @param now in nanoseconds of {@link System#nanoTime}
     * @return the key of one that was connected at once, which is the caller's
     */
    Optional<SelectionKey> advance(long now) {
        if (now - attempts.deadline() >= 0) {
            giveUp();
            return Optional.empty();
        }
        while (addresses.hasNext() && (underway.isEmpty() || now - next >= 0)) {
            Optional<SelectionKey> key = open(addresses.next());
            if (key.isPresent() && !underway.containsKey(key.get())) {
                return key;
            }
            // After one that has failed at once, the next is due at once (RFC 8305 section 5).
            next = key.isPresent() ? now + DELAY_NANOS : now;
        }
        return Optional.empty();
    }

    /**
     * One of its keys is ready.
     *
     * @return the key of one that is connected, which is the caller's
     */
    Optional<SelectionKey> selected(SelectionKey key, long now) {
        if (!underway.containsKey(key)) {
            // It was given up in the meantime.
            return Optional.empty();
        }
        try {
            if (!((SocketChannel) key.channel()).finishConnect()) {
                return Optional.empty();
            }
        } catch (IOException | RuntimeException e) {
            attempts.failed(underway.get(key), e);
            close(key);
            next = now;
            return advance(now);
        }
        underway.remove(key);
        return Optional.of(key);
    }

    /** When {@link #advance} is to be called next. */
    long due() {
        return addresses.hasNext() && next - attempts.deadline() < 0 ? next : attempts.deadline();
    }

    /** Whether there is nothing left that could connect. */
    boolean lost() {
        return underway.isEmpty() && !addresses.hasNext();
    }

    /** Closes all that are underway: one has won, or no caller waits for any. */
    void close() {
        for (SelectionKey key : List.copyOf(underway.keySet())) {
            close(key);
        }
    }

    private void giveUp() {
        for (SelectionKey key : List.copyOf(underway.keySet())) {
            attempts.failed(underway.get(key), "no answer in time");
            close(key);
        }
        while (addresses.hasNext()) {
            attempts.failed(addresses.next(), "not tried, since the time was over");
        }
    }

    /** Returns the key, which is underway unless it is connected; empty if that has failed. */
    private Optional<SelectionKey> open(InetSocketAddress address) {
        if (underway.size() == MAX_UNDERWAY) {
            SelectionKey oldest = underway.keySet().iterator().next();
            attempts.failed(underway.get(oldest), "no answer in " + MAX_UNDERWAY * DELAY_NANOS / 1_000_000_000 + " s");
            close(oldest);
        }
        try {
            SocketChannel socket = attempts.open();
            try {
                socket.configureBlocking(false);
                SelectionKey key = socket.register(selector, SelectionKey.OP_CONNECT, attachment);
                if (!socket.connect(address)) {
                    underway.put(key, address);
                }
                return Optional.of(key);
            } catch (Throwable e) {
                Quietly.close(socket);
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            attempts.failed(address, e);
            return Optional.empty();
        }
    }

    private void close(SelectionKey key) {
        underway.remove(key);
        key.cancel();
        Quietly.close(key.channel());
    }
}
