package dev.starttls.core.tls;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
    private static final int MAJOR_VERSION = 3;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    /** What comes before the body of a handshake message: its type and length. */
    private static final int MESSAGE_HEADER = 4;

    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final ByteBuffer header = ByteBuffer.allocate(PartialRecord.HEADER);
    private final ByteBuffer messageHeader = ByteBuffer.allocate(MESSAGE_HEADER);
    private int recordLeft;
    /** From its extensions on, once it is complete. */
    private Optional<ByteBuffer> hello = Optional.empty();

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
                recordLeft--;
                take(octet);
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
     * @return the name of a host in lower case; empty when there is none, or when what was sent is no such name
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

    /** Another extension of the ClientHello that was read. */
    Optional<ByteBuffer> extension(int type) {
        return hello.isPresent() ? HelloExtensions.find(hello.get().duplicate(), type) : Optional.empty();
    }

    private void endOfHeader() {
        recordLeft = header.getShort(3) & 0xffff;
        // An engine refuses an empty fragment of a handshake (RFC 8446 section 5.1) and one that is too long.
        done = header.get(0) != HANDSHAKE_RECORD
                || header.get(1) != MAJOR_VERSION
                || recordLeft == 0
                || recordLeft > PartialRecord.MAX_RECORD - PartialRecord.HEADER;
        header.clear();
    }

    private void take(byte octet) {
        if (messageHeader.hasRemaining()) {
            messageHeader.put(octet);
            done |= messageHeader.get(0) != CLIENT_HELLO;
        } else {
            message.write(octet);
        }
        if (recordLeft == 0 && !messageHeader.hasRemaining()) {
            int length = messageHeader.getInt(0) & 0xffffff;
            if (length > LIMIT) {
                done = true;
            } else if (message.size() >= length) {
                done = true;
                find(ByteBuffer.wrap(message.toByteArray(), 0, length));
            }
        }
    }

    private void find(ByteBuffer message) {
        try {
            HelloExtensions.part(message, 2 + 32);
            HelloExtensions.part8(message);
            HelloExtensions.part16(message);
            HelloExtensions.part8(message);
            hello = Optional.of(message);
            Optional<ByteBuffer> extension = extension(SERVER_NAME);
            if (extension.isPresent()) {
                hostName(HelloExtensions.part16(extension.get()));
            }
        } catch (BufferUnderflowException e) {
            // Malformed: the engine refuses it with the alert that the RFC asks for.
            name = Optional.empty();
        }
    }

    private void hostName(ByteBuffer list) {
        while (list.hasRemaining()) {
            int type = list.get();
            ByteBuffer host = HelloExtensions.part16(list);
            if (type == HOST_NAME) {
                // Octets outside ASCII become characters that no name has.
                String text = StandardCharsets.ISO_8859_1.decode(host).toString();
                name = ServerIdentity.hostName(text);
                return;
            }
        }
    }
}
