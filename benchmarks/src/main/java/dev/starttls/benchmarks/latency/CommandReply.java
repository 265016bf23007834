package dev.starttls.benchmarks.latency;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * A command and its reply, for the clients without a library.
 *
 * @param command with its end of line; empty before a greeting
 * @param ending of the reply
 */
record CommandReply(String command, ReplyEnd ending) {

    /** The command, to be sent. */
    ByteBuffer octets() {
        return ByteBuffer.wrap(command.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends the command and reads the whole reply into a buffer. */
    void over(ByteChannel channel, ByteBuffer into) throws IOException {
        ByteBuffer octets = octets();
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
        into.clear();
        do {
            if (channel.read(into) < 0) {
                throw closed();
            }
        } while (!ending.in(into));
    }

    /** The same over streams. */
    void over(InputStream in, OutputStream out, ByteBuffer into) throws IOException {
        if (!command.isEmpty()) {
            out.write(command.getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        into.clear();
        do {
            int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            if (count < 0) {
                throw closed();
            }
            into.position(into.position() + count);
        } while (!ending.in(into));
    }

    static IOException closed() {
        return new IOException("Expected a reply, but the server closed");
    }
}
