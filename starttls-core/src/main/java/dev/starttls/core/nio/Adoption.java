package dev.starttls.core.nio;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;

/** Which channels a loop can read and write for their owner. */
final class Adoption {

    private Adoption() {}

    /**
     * The transport of one that can be.
     *
     * @throws IOException if it is closed
     * @throws IllegalArgumentException if its transport is no socket channel
     * @throws IllegalStateException if it is not ready, or is another's
     */
    static SocketChannel requireFree(StartTlsChannel channel) throws IOException {
        if (!(channel.transport() instanceof SocketChannel socket)) {
            throw new IllegalArgumentException(
                    "channel: expected a SocketChannel as transport, which a selector can wait" + " for, got "
                            + channel.transport().getClass().getName() + "; read and write it on a thread of its own");
        }
        if (channel.halves().lent()) {
            throw new IllegalStateException(
                    "channel: expected one that no loop has adopted, got one that is in a loop; release it there first");
        }
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
        if (!channel.connection().ready()) {
            throw new IllegalStateException("channel: expected one whose upgrade is done, got one in state "
                    + channel.connection().state() + "; have a loop connect or upgrade it first");
        }
        if (socket.isRegistered()) {
            throw new IllegalStateException(
                    "channel: expected one that is registered with no selector, got one that is;"
                            + " cancel its key, and have its selector select once more");
        }
        return socket;
    }
}
