package dev.starttls.examples;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * An author's own loop around the connection without I/O: any number of clients on one thread, each with two buffers. What
 * comes once the upgrade is done goes to {@link Session#received}, what that returns is sent.
 */
final class OwnSelectorLoop implements AutoCloseable {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Selector selector;
    /** Those that another thread has woken. */
    private final Set<Attached> woken = ConcurrentHashMap.newKeySet();
    /** A closed channel leaves the selector only at its next selection, which would wait for it in vain. */
    private int open;

    OwnSelectorLoop() throws IOException {
        selector = Selector.open();
    }

    /** What the author does with a connection that is upgraded. */
    interface Session {

        /** Returns what to say first. */
        ByteBuffer upgraded();

        /** Returns what to say next. */
        ByteBuffer received(ByteBuffer octets);

        /** The peer has closed as it should. */
        void ended();

        /** The upgrade, or TLS after it, or the transport has failed. */
        void failed(IOException why);
    }

    void connect(SocketAddress address, UpgradeConnection connection, Session session) throws IOException {
        SocketChannel channel = SocketChannel.open(address);
        channel.configureBlocking(false);
        Attached attached = new Attached(channel, connection, session);
        open++;
        connection.onWake(() -> {
            woken.add(attached);
            selector.wakeup();
        });
        connection.begin(System.nanoTime());
        attached.go(channel.register(selector, 0, attached));
    }

    /** Runs until all connections are closed. */
    void run() throws IOException {
        while (open > 0) {
            selector.select(
                    key -> {
                        if (key.attachment() instanceof Attached attached) {
                            attached.go(key);
                        }
                    },
                    millisToNext());
            // Those whose dialogue has answered, and those whose time has come: tick fails them.
            for (SelectionKey key : List.copyOf(selector.keys())) {
                if (key.isValid()
                        && key.attachment() instanceof Attached attached
                        && (woken.remove(attached) || attached.late())) {
                    attached.go(key);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }

    private long millisToNext() {
        long now = System.nanoTime();
        return selector.keys().stream()
                .flatMap(key -> ((Attached) key.attachment()).connection.deadline().stream())
                .mapToLong(deadline -> Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - now)))
                .min()
                .orElse(0);
    }

    private final class Attached {

        private final SocketChannel channel;
        private final UpgradeConnection connection;
        private final Session session;
        /** Both as they are to be read from. */
        private final ByteBuffer in = ByteBuffer.allocate(32_768).limit(0);

        private final ByteBuffer out = ByteBuffer.allocate(32_768).limit(0);
        private ByteBuffer words = NOTHING;
        private boolean upgraded;

        Attached(SocketChannel channel, UpgradeConnection connection, Session session) {
            this.channel = channel;
            this.connection = connection;
            this.session = session;
        }

        boolean late() {
            return connection
                    .deadline()
                    .filter(at -> at - System.nanoTime() <= 0)
                    .isPresent();
        }

        /** Goes as far as possible now, and says what is to be selected: nothing while the dialogue answers. */
        void go(SelectionKey key) {
            try {
                int interest = SelectionKey.OP_READ;
                while (interest == SelectionKey.OP_READ && !over()) {
                    interest = step();
                    if (interest == SelectionKey.OP_READ && !read()) {
                        break;
                    }
                }
                if (over()) {
                    close();
                    session.ended();
                } else {
                    key.interestOps(interest);
                }
            } catch (IOException e) {
                sayLast();
                close();
                session.failed(e);
            }
        }

        /** Returns OP_WRITE if the transport is full, OP_READ if octets of the peer are needed. */
        private int step() throws IOException {
            while (true) {
                if (!flushed()) {
                    return SelectionKey.OP_WRITE;
                }
                connection.tick(System.nanoTime());
                switch (connection.want()) {
                    case TASK -> connection.task().ifPresent(Runnable::run);
                    case WRITE -> transmit();
                    case READ -> {
                        if (!receive(NOTHING)) {
                            // The peer is awaited: time to make the ClientHello.
                            connection.prepare();
                            return SelectionKey.OP_READ;
                        }
                    }
                    case AGAIN -> {
                        // What a server may say to a client is bounded: no need to serve others in between.
                        boolean unused = receive(NOTHING);
                    }
                    case ANSWER -> {
                        return 0;
                    }
                    case NOTHING -> {
                        if (!pass()) {
                            return SelectionKey.OP_READ;
                        }
                    }
                }
            }
        }

        /** The connection is the session's. Returns whether anything moved. */
        private boolean pass() throws IOException {
            if (!connection.ready()) {
                return false;
            }
            if (!upgraded) {
                upgraded = true;
                connection.handOver();
                words = session.upgraded();
            }
            if (words.hasRemaining()) {
                transmit();
                return true;
            }
            ByteBuffer octets = ByteBuffer.allocate(16_384);
            boolean moved = receive(octets);
            if (octets.flip().hasRemaining()) {
                words = session.received(octets);
                moved = true;
            }
            return moved;
        }

        private void transmit() throws IOException {
            out.clear();
            try {
                connection.transmit(words, out);
            } finally {
                out.flip();
            }
        }

        private boolean receive(ByteBuffer application) throws IOException {
            int before = in.remaining();
            connection.receive(in, application);
            return in.remaining() < before || connection.want() == Want.WRITE;
        }

        private boolean read() throws IOException {
            in.compact();
            int count;
            try {
                count = channel.read(in);
            } finally {
                in.flip();
            }
            if (count < 0) {
                connection.endOfInput();
            }
            return count > 0;
        }

        private boolean flushed() throws IOException {
            channel.write(out);
            return !out.hasRemaining();
        }

        private boolean over() {
            return connection.ready() && connection.inputEnded() && !out.hasRemaining();
        }

        /** The alert that says why to the peer; where the transport does not take it, it is lost. */
        private void sayLast() {
            try {
                while (flushed() && connection.want() == Want.WRITE) {
                    transmit();
                }
            } catch (IOException e) {
                // The peer has gone.
            }
        }

        private void close() {
            open--;
            connection.end();
            try {
                channel.close();
            } catch (IOException e) {
                // It is closed all the same.
            }
        }
    }
}
