package dev.starttls.benchmarks.latency;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/** SMTP as far as the clients without a library need it: lines out, and where a reply ends (RFC 5321 section 4.2.1). */
final class Reply {

    private Reply() {}

    /** Whether the last line of a reply is there, at the end of the octets before the position: its fourth is a space. */
    static boolean ended(ByteBuffer octets) {
        int end = octets.position();
        if (end < 4 || octets.get(end - 1) != '\n') {
            return false;
        }
        int start = end - 1;
        while (start > 0 && octets.get(start - 1) != '\n') {
            start--;
        }
        return octets.get(start + 3) == ' ';
    }

    /** Reads a whole reply into a buffer, which it has to itself. */
    static void read(ByteChannel channel, ByteBuffer into) throws IOException {
        into.clear();
        do {
            if (channel.read(into) < 0) {
                throw closed();
            }
        } while (!ended(into));
    }

    static void read(InputStream in, ByteBuffer into) throws IOException {
        into.clear();
        do {
            int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            if (count < 0) {
                throw closed();
            }
            into.position(into.position() + count);
        } while (!ended(into));
    }

    static void say(ByteChannel channel, String line) throws IOException {
        ByteBuffer octets = octets(line);
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    static void say(OutputStream out, String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    static ByteBuffer octets(String line) {
        return ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
    }

    static IOException closed() {
        return new IOException("Expected a reply, but the server closed");
    }
}
