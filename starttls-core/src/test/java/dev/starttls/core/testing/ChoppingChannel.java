package dev.starttls.core.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectableChannel;
import java.util.Random;

/**
 * A channel that reads and writes in pieces of random sizes, as networks do. Over one that is non-blocking, it sometimes
 * does nothing at all. One thread may read while another writes.
 */
public final class ChoppingChannel implements ByteChannel {

    private final ByteChannel channel;
    private final int max;
    private final Random reading;
    private final Random writing;

    /**
     * A channel that splits.
     *
     * @param channel to read from and write to
     * @param max octets in one piece, at least 1
     * @param seed of the sizes
     */
    public ChoppingChannel(ByteChannel channel, int max, long seed) {
        this.channel = channel;
        this.max = max;
        this.reading = new Random(seed);
        this.writing = new Random(~seed);
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        int size = size(reading, dst.remaining());
        if (size == 0) {
            return 0;
        }
        ByteBuffer piece = dst.slice(dst.position(), size);
        int count = channel.read(piece);
        dst.position(dst.position() + Math.max(0, count));
        return count;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        int size = size(writing, src.remaining());
        if (size == 0) {
            return 0;
        }
        ByteBuffer piece = src.slice(src.position(), size);
        int count = channel.write(piece);
        src.position(src.position() + count);
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

    private int size(Random random, int remaining) {
        boolean nothing =
                channel instanceof SelectableChannel selectable && !selectable.isBlocking() && random.nextInt(4) == 0;
        return nothing ? 0 : Math.min(remaining, 1 + random.nextInt(max));
    }
}
