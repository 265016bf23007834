package dev.starttls.core.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.ArrayList;
import java.util.List;

/** A channel that keeps what was written, each write on its own. */
public class RecordingChannel implements ByteChannel {

    private final ByteChannel channel;
    private final List<byte[]> writes = new ArrayList<>();

    public RecordingChannel(ByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return channel.read(dst);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        ByteBuffer before = src.duplicate();
        int count = channel.write(src);
        byte[] written = new byte[count];
        before.get(written);
        synchronized (writes) {
            writes.add(written);
        }
        return count;
    }

    /** What was written, in the order and the pieces it was. */
    public List<byte[]> writes() {
        synchronized (writes) {
            return List.copyOf(writes);
        }
    }

    /** All that was written. */
    public byte[] written() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writes().forEach(all::writeBytes);
        return all.toByteArray();
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
