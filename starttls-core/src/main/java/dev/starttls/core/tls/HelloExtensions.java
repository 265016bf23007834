package dev.starttls.core.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Finds its way in the vectors of a ClientHello or ServerHello (RFC 8446 sections 3.4 and 4.2). */
final class HelloExtensions {

    private HelloExtensions() {}

    /** The extension of a type from a list that the buffer stands at the length of; the buffer is moved behind the list. */
    static Optional<ByteBuffer> find(ByteBuffer hello, int type) {
        if (!hello.hasRemaining()) {
            return Optional.empty();
        }
        ByteBuffer list = part16(hello);
        while (list.hasRemaining()) {
            int found = list.getShort() & 0xffff;
            ByteBuffer extension = part16(list);
            if (found == type) {
                return Optional.of(extension);
            }
        }
        return Optional.empty();
    }

    /** A vector with a length of two octets. */
    static ByteBuffer part16(ByteBuffer buffer) {
        return part(buffer, buffer.getShort() & 0xffff);
    }

    /** A vector with a length of one octet. */
    static ByteBuffer part8(ByteBuffer buffer) {
        return part(buffer, buffer.get() & 0xff);
    }

    /** So many octets; the buffer is moved behind them. */
    static ByteBuffer part(ByteBuffer buffer, int count) {
        if (count > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = buffer.slice(buffer.position(), count);
        buffer.position(buffer.position() + count);
        return part;
    }
}
