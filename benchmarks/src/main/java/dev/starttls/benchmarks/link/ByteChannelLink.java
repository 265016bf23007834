package dev.starttls.benchmarks.link;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/** A blocking byte channel of any library. */
final class ByteChannelLink implements Link {

    private static final int ROOM = 32_768;

    private final ByteChannel channel;

    ByteChannelLink(ByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public void send(long octets, int piece) throws IOException {
        ByteBuffer source = ByteBuffer.allocate(piece);
        for (long left = octets; left > 0; left -= piece) {
            source.clear().limit((int) Math.min(left, piece));
            while (source.hasRemaining()) {
                channel.write(source);
            }
        }
    }

    @Override
    public void receive(long octets) throws IOException {
        ByteBuffer target = ByteBuffer.allocate((int) Math.min(octets, ROOM));
        for (long left = octets; left > 0; left -= target.position()) {
            target.clear().limit((int) Math.min(left, target.capacity()));
            if (channel.read(target) < 0) {
                throw new EOFException("Expected " + left + " octets more, got the end");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
