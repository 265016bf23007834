package dev.starttls.core.nio;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;

/**
 * Streams over a blocking channel. The JDK's own take any channel that is no {@code SelectableChannel} for a blocking one, and
 * make an end of stream of what a non-blocking one has not got yet.
 */
final class ChannelStreams {

    private ChannelStreams() {}

    static InputStream input(StartTlsChannel channel) {
        requireBlocking(channel);
        return Channels.newInputStream(new Waiting(channel));
    }

    static OutputStream output(StartTlsChannel channel) {
        requireBlocking(channel);
        return Channels.newOutputStream(channel);
    }

    private static void requireBlocking(StartTlsChannel channel) {
        if (!channel.network().blocking()) {
            throw notBlocking();
        }
    }

    private static BlockingModeException notBlocking() {
        return new BlockingModeException("Expected a blocking channel for a stream, got a non-blocking one, as a loop"
                + " connects it or hands it over: make its transport blocking first, configureBlocking(true), or read and"
                + " write the channel itself");
    }

    /** Its owner may have made it non-blocking since. */
    private record Waiting(StartTlsChannel channel) implements ReadableByteChannel {

        @Override
        public int read(ByteBuffer dst) throws IOException {
            int count = channel.read(dst);
            if (count == 0 && dst.hasRemaining()) {
                throw notBlocking();
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
