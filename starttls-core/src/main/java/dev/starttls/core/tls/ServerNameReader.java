package dev.starttls.core.tls;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the server name out of a ClientHello (RFC 6066 section 3, RFC 8446 section 4.1.2) before an engine is made. Keeps
 * every octet it was shown, for the engine to be given them afterwards; judges nothing: what it does not understand it
 * leaves to the engine to refuse.
 */
public final class ServerNameReader {

    /** RFC 8446 section 4: a handshake message may be longer, but no ClientHello in use comes near. */
    private static final int LIMIT = 32_768;

    private static final int HANDSHAKE_RECORD = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;

    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final ByteBuffer header = ByteBuffer.allocate(5);
    private int recordLeft;
    private Optional<String> name = Optional.empty();
    private boolean done;

    /** A reader that has seen nothing. */
    public ServerNameReader() {}

    /**
     * Takes octets of the client until its ClientHello is complete, and none behind the record in which it ends.
     *
     * @param network from the client
     * @return true once it is known whether there is a name, or that this is no ClientHello
     */
    public boolean read(ByteBuffer network) {
        while (!done && network.hasRemaining()) {
            byte octet = network.get();
            seen.write(octet);
            if (recordLeft > 0) {
                message.write(octet);
                if (--recordLeft == 0) {
                    endOfRecord();
                }
            } else {
                header.put(octet);
                if (!header.hasRemaining() || header.get(0) != HANDSHAKE_RECORD) {
                    endOfHeader();
                }
            }
            done |= seen.size() >= LIMIT;
        }
        return done;
    }

    /**
     * The name asked for.
     *
     * @return in lower case; empty when there is none
     */
    public Optional<String> serverName() {
        return name;
    }

    /**
     * The octets taken so far.
     *
     * @return a new buffer with all of them
     */
    public ByteBuffer seen() {
        return ByteBuffer.wrap(seen.toByteArray());
    }

    private void endOfHeader() {
        recordLeft = header.getShort(3) & 0xffff;
        done = header.get(0) != HANDSHAKE_RECORD || recordLeft == 0;
        header.clear();
    }

    private void endOfRecord() {
        if (message.size() < 4) {
            return;
        }
        ByteBuffer handshake = ByteBuffer.wrap(message.toByteArray());
        if (handshake.get(0) != CLIENT_HELLO) {
            done = true;
        } else if (handshake.remaining() - 4 >= (handshake.getInt(0) & 0xffffff)) {
            done = true;
            find(handshake.position(4));
        }
    }

    private void find(ByteBuffer hello) {
        try {
            skip(hello, 2 + 32);
            skip(hello, hello.get() & 0xff);
            skip(hello, hello.getShort() & 0xffff);
            skip(hello, hello.get() & 0xff);
            ByteBuffer extensions = part(hello, hello.getShort() & 0xffff);
            while (extensions.hasRemaining()) {
                int type = extensions.getShort() & 0xffff;
                ByteBuffer extension = part(extensions, extensions.getShort() & 0xffff);
                if (type == SERVER_NAME) {
                    ByteBuffer list = part(extension, extension.getShort() & 0xffff);
                    if (list.get() == HOST_NAME) {
                        ByteBuffer host = part(list, list.getShort() & 0xffff);
                        name = Optional.of(StandardCharsets.US_ASCII
                                .decode(host)
                                .toString()
                                .toLowerCase(Locale.ROOT));
                    }
                    return;
                }
            }
        } catch (BufferUnderflowException e) {
            // Malformed: the engine refuses it with the alert that the RFC asks for.
            name = Optional.empty();
        }
    }

    private static void skip(ByteBuffer buffer, int count) {
        part(buffer, count);
    }

    private static ByteBuffer part(ByteBuffer buffer, int count) {
        if (count > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = buffer.slice(buffer.position(), count);
        buffer.position(buffer.position() + count);
        return part;
    }
}
