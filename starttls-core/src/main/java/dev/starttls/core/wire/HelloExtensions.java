package dev.starttls.core.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads the vectors of a ClientHello or ServerHello (RFC 8446 sections 3.4 and 4.2). */
public final class HelloExtensions {

    private HelloExtensions() {}

    /**
     * Finds an extension.
     *
     * @param hello its position at the length of the list of extensions; moved past the list
     * @param type of the extension
     * @return its data; empty if the hello has no such extension, or no extensions at all
     * @throws BufferUnderflowException if a length is beyond what is there
     */
    public static Optional<ByteBuffer> find(ByteBuffer hello, int type) {
        if (!hello.hasRemaining()) {
            return Optional.empty();
        }
        ByteBuffer list = vector16(hello);
        while (list.hasRemaining()) {
            int found = list.getShort() & 0xffff;
            ByteBuffer extension = vector16(list);
            if (found == type) {
                return Optional.of(extension);
            }
        }
        return Optional.empty();
    }

    /**
     * Reads a vector whose length takes two octets.
     *
     * @param buffer its position at the length; moved past the vector
     * @return the vector's octets
     * @throws BufferUnderflowException if the length is beyond what is there
     */
    public static ByteBuffer vector16(ByteBuffer buffer) {
        return take(buffer, buffer.getShort() & 0xffff);
    }

    /**
     * Reads a vector whose length takes one octet.
     *
     * @param buffer its position at the length; moved past the vector
     * @return the vector's octets
     * @throws BufferUnderflowException if the length is beyond what is there
     */
    public static ByteBuffer vector8(ByteBuffer buffer) {
        return take(buffer, buffer.get() & 0xff);
    }

    /**
     * Reads a fixed number of octets.
     *
     * @param buffer moved past them
     * @param count how many
     * @return the octets
     * @throws BufferUnderflowException if there are fewer
     */
    public static ByteBuffer take(ByteBuffer buffer, int count) {
        if (count > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer taken = buffer.slice(buffer.position(), count);
        buffer.position(buffer.position() + count);
        return taken;
    }
}
