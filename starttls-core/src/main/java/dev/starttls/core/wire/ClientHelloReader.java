package dev.starttls.core.wire;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads a ClientHello (RFC 8446 section 4.1.2) without an engine: the server name (RFC 6066 section 3), by which a server
 * chooses the context of its engine, or any other extension. Keeps every octet that it has read, to be given to the engine
 * afterwards, and leaves what it does not understand for the engine to refuse.
 */
public final class ClientHelloReader {

    /** RFC 8446 section 4: a handshake message may be longer, but no ClientHello in use comes near. */
    private static final int LIMIT = 32_768;

    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    /** Octets before the body of a handshake message: its type and length. */
    private static final int MESSAGE_HEADER = 4;

    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final ByteBuffer header = ByteBuffer.allocate(RecordHeader.LENGTH);
    private final ByteBuffer messageHeader = ByteBuffer.allocate(MESSAGE_HEADER);
    private int recordLeft;
    /** The ClientHello from its extensions on, once it is complete. */
    private Optional<ByteBuffer> hello = Optional.empty();

    private Optional<String> name = Optional.empty();
    private boolean done;

    /** A reader that has read nothing. */
    public ClientHelloReader() {}

    /**
     * Takes octets of the client until its ClientHello is complete, and none after the record in which it ends.
     *
     * @param network from the client
     * @return true once the ClientHello is complete, or it is known that these octets are no ClientHello
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
                if (!header.hasRemaining() || header.get(0) != RecordHeader.HANDSHAKE) {
                    endOfHeader();
                }
            }
            done |= seen.size() >= LIMIT;
        }
        return done;
    }

    /**
     * The name in the extension server_name.
     *
     * @return the name of a host in lower case; empty if the client sent no name, or something else than the name of a host
     */
    public Optional<String> serverName() {
        return name;
    }

    /**
     * The octets read so far.
     *
     * @return a new buffer with all of them
     */
    public ByteBuffer seen() {
        return ByteBuffer.wrap(seen.toByteArray());
    }

    /**
     * An extension of the ClientHello.
     *
     * @param type of the extension
     * @return its data; empty if the ClientHello does not have it, or is not complete
     */
    public Optional<ByteBuffer> extension(int type) {
        return hello.isPresent() ? HelloExtensions.find(hello.get().duplicate(), type) : Optional.empty();
    }

    private void endOfHeader() {
        recordLeft = RecordHeader.fragmentLength(header, 0);
        // An engine refuses an empty fragment of a handshake (RFC 8446 section 5.1) and one that is too long.
        done = header.get(0) != RecordHeader.HANDSHAKE
                || header.get(1) != RecordHeader.MAJOR_VERSION
                || recordLeft == 0
                || recordLeft > RecordHeader.MAX_FRAGMENT;
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
            HelloExtensions.take(message, 2 + 32);
            HelloExtensions.vector8(message);
            HelloExtensions.vector16(message);
            HelloExtensions.vector8(message);
            hello = Optional.of(message);
            Optional<ByteBuffer> extension = extension(SERVER_NAME);
            if (extension.isPresent()) {
                hostName(HelloExtensions.vector16(extension.get()));
            }
        } catch (BufferUnderflowException e) {
            // Malformed: the engine refuses it with the alert that the RFC asks for.
            name = Optional.empty();
        }
    }

    private void hostName(ByteBuffer list) {
        while (list.hasRemaining()) {
            int type = list.get();
            ByteBuffer host = HelloExtensions.vector16(list);
            if (type == HOST_NAME) {
                // An octet outside ASCII becomes a character that no name of a host has.
                String text = StandardCharsets.ISO_8859_1.decode(host).toString();
                name = HostName.of(text);
                return;
            }
        }
    }
}
