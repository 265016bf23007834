package dev.starttls.core.nio;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Octets to send, and ways to send and to receive them. */
final class Octets {

    private Octets() {}

    static ByteBuffer of(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static byte[] random(int count, long seed) {
        byte[] octets = new byte[count];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    static void writeAll(WritableByteChannel channel, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    /** So many octets, fewer only at the end. */
    static byte[] read(ReadableByteChannel channel, int count) throws IOException {
        ByteBuffer octets = ByteBuffer.allocate(count);
        while (octets.hasRemaining() && channel.read(octets) >= 0) {
            // More is to come.
        }
        byte[] read = new byte[octets.position()];
        octets.flip().get(read);
        return read;
    }

    static String text(ReadableByteChannel channel, int count) throws IOException {
        return new String(read(channel, count), StandardCharsets.ISO_8859_1);
    }

    static byte[] readToEnd(ReadableByteChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer some = ByteBuffer.allocate(5000);
        while (channel.read(some) >= 0) {
            all.write(some.array(), 0, some.position());
            some.clear();
        }
        return all.toByteArray();
    }
}
