package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** What an author's own event loop does with a non-blocking channel: goes through the upgrade, sends all, reads all. */
final class NonBlockingLoop {

    private final StartTlsChannel channel;
    private final ByteBuffer sending;
    private final ByteBuffer received;
    private boolean upgraded;
    private boolean ended;

    NonBlockingLoop(StartTlsChannel channel, byte[] sending, int expected) {
        this.channel = channel;
        this.sending = ByteBuffer.wrap(sending);
        this.received = ByteBuffer.allocate(expected);
    }

    /** One author's loop for several channels, on the calling thread. */
    static void all(SocketChannel[] sockets, NonBlockingLoop... drives) throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < drives.length; i++) {
                sockets[i].configureBlocking(false);
                sockets[i].register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE, drives[i]);
            }
            while (!selector.keys().isEmpty()) {
                selector.select(key -> {
                    try {
                        ((NonBlockingLoop) key.attachment()).turn(key);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                selector.selectNow();
            }
        }
    }

    boolean ended() {
        return ended;
    }

    byte[] received() {
        return received.array();
    }

    private void turn(SelectionKey key) throws IOException {
        if (!upgraded) {
            Want want = channel.advance();
            upgraded = want == Want.NOTHING;
            // After AGAIN others have their turn; a socket that can be written to brings this one back at once.
            boolean soon = want == Want.WRITE || want == Want.AGAIN || upgraded;
            key.interestOps(SelectionKey.OP_READ | (soon ? SelectionKey.OP_WRITE : 0));
            return;
        }
        int count = sending.hasRemaining() ? channel.write(sending) : 0;
        boolean flushed = channel.flush();
        for (int got = 1; got > 0 && received.hasRemaining(); ) {
            got = channel.read(received);
            ended |= got < 0;
        }
        boolean writing = sending.hasRemaining() || !flushed || count > 0;
        if (!writing && !received.hasRemaining()) {
            key.cancel();
        } else {
            // A chopping channel may have done nothing although it could: then ask again.
            boolean chopped = !(channel.transport() instanceof SocketChannel);
            key.interestOps(SelectionKey.OP_READ | (writing || chopped ? SelectionKey.OP_WRITE : 0));
        }
    }
}
