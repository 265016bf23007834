package dev.starttls.core.nio;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The addresses of one host, tried as RFC 8305 has it: one after the other, the next when the last has failed or has not
 * answered for a quarter of a second, and the first that connects wins. It does not wait, but for {@link
 * #blocking}: its driver selects, and says what was selected and what time it is. One thread at a time.
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

    private final List<? extends SocketAddress> addresses;
    /** How many of them have been begun. */
    private int begun;

    private final Connector.Attempts attempts;
    private final Selector selector;
    private final Object attachment;
    /** The oldest first. */
    private final Map<SelectionKey, SocketAddress> underway = new LinkedHashMap<>();
    /** Closed here, and with their descriptors and ports until the selector has forgotten them. */
    private final List<SelectableChannel> closed = new ArrayList<>();
    /** Two sockets cannot be bound at once: each address has a share of the time, and no other is tried beside it. */
    private boolean alone;

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
    AddressRace(
            List<? extends SocketAddress> addresses,
            Connector.Attempts attempts,
            Selector selector,
            Object attachment) {
        this.addresses = addresses;
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

    /** Races the addresses with a selector of its own, and blocks meanwhile. Returns a blocking channel. */
    static SocketChannel blocking(List<? extends SocketAddress> addresses, Connector.Attempts attempts)
            throws IOException {
        SocketChannel winner;
        try (Selector selector = Selector.open()) {
            AddressRace race = new AddressRace(addresses, attempts, selector, attempts);
            try {
                winner = (SocketChannel) run(race, selector, attempts).channel();
            } finally {
                race.close();
            }
        }
        try {
            winner.configureBlocking(true);
            return winner;
        } catch (Throwable e) {
            Quietly.close(winner);
            throw e;
        }
    }

    private static SelectionKey run(AddressRace race, Selector selector, Connector.Attempts attempts)
            throws IOException {
        Optional<SelectionKey> made = race.advance(System.nanoTime());
        while (made.isEmpty()) {
            if (race.lost()) {
                throw attempts.failure();
            }
            selector.select(
                    Math.max(1, Duration.ofNanos(race.due() - System.nanoTime()).toMillis() + 1));
            if (Thread.currentThread().isInterrupted()) {
                throw new ClosedByInterruptException();
            }
            for (SelectionKey key : selector.selectedKeys()) {
                if (made.isEmpty()) {
                    made = race.selected(key, System.nanoTime());
                }
            }
            selector.selectedKeys().clear();
            if (made.isEmpty()) {
                made = race.advance(System.nanoTime());
            }
        }
        return made.get();
    }

    /**
     * Begins what is due, unless it needs the local port of one that is underway. To be called first of all, and when {@link #due} has come.
     *
     * @param now in nanoseconds of {@link System#nanoTime}
     * @return the key of one that was connected at once, which is the caller's
     */
    Optional<SelectionKey> advance(long now) {
        if (now - attempts.deadline() >= 0) {
            giveUp();
            return Optional.empty();
        }
        while (left() > 0 && (underway.isEmpty() || now - next >= 0)) {
            if (alone && !portFree()) {
                // When the driver has selected.
                next = now;
                return Optional.empty();
            }
            int before = begun++;
            Optional<SelectionKey> key = open(addresses.get(before));
            if (key.isPresent() && !underway.containsKey(key.get())) {
                return key;
            }
            if (begun == before) {
                next = underway.isEmpty() ? now : now + delay(now);
                return Optional.empty();
            }
            // After one that has failed at once, the next is due at once (RFC 8305 section 5).
            next = key.isPresent() ? now + delay(now) : now;
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
        return left() > 0 && next - attempts.deadline() < 0 ? next : attempts.deadline();
    }

    /** Whether there is nothing left that could connect. */
    boolean lost() {
        return underway.isEmpty() && left() == 0;
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
        while (left() > 0) {
            attempts.failed(addresses.get(begun++), "not tried, since the time was over");
        }
    }

    private int left() {
        return addresses.size() - begun;
    }

    /** How long the one that was begun last has before the next. */
    private long delay(long now) {
        return alone ? (attempts.deadline() - now) / (left() + 1) : DELAY_NANOS;
    }

    /** Gives up what has the port that the next address needs. Returns whether it is free. */
    private boolean portFree() {
        for (SelectionKey key : List.copyOf(underway.keySet())) {
            attempts.failed(underway.get(key), "no answer in its share of the time, and the next needs its local port");
            close(key);
        }
        return portsForgotten();
    }

    private boolean portsForgotten() {
        closed.removeIf(channel -> !channel.isRegistered());
        return closed.isEmpty();
    }

    /** Returns the key, which is underway unless it is connected; empty if that has failed. */
    private Optional<SelectionKey> open(SocketAddress address) {
        if (underway.size() == MAX_UNDERWAY) {
            SelectionKey oldest = underway.keySet().iterator().next();
            attempts.failed(underway.get(oldest), "no answer in " + MAX_UNDERWAY * DELAY_NANOS / 1_000_000_000 + " s");
            close(oldest);
        }
        try {
            SocketChannel socket = attempts.open(address);
            try {
                socket.configureBlocking(false);
                SelectionKey key = socket.register(selector, SelectionKey.OP_CONNECT, attachment);
                if (!socket.connect(address)) {
                    underway.put(key, address);
                }
                return Optional.of(key);
            } catch (Throwable e) {
                Quietly.close(socket);
                closed.add(socket);
                throw e;
            }
        } catch (BindException e) {
            if (!alone && !(underway.isEmpty() && portsForgotten())) {
                // Another address of this host has the port: this one is tried again when that is over.
                alone = true;
                begun--;
            } else {
                attempts.failed(address, e);
            }
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            attempts.failed(address, e);
            return Optional.empty();
        }
    }

    private void close(SelectionKey key) {
        underway.remove(key);
        key.cancel();
        Quietly.close(key.channel());
        closed.add(key.channel());
    }
}
