package dev.starttls.examples;

import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A message of LDAP (RFC 4511 section 4.1.1) in the subset of BER that LDAP allows (RFC 4511 section 5.1): tags of one octet,
 * definite lengths.
 */
public final class LdapMessage {

    static final int EXTENDED_REQUEST = 0x77;
    static final int EXTENDED_RESPONSE = 0x78;
    static final int ENUMERATED = 0x0A;
    static final int OCTET_STRING = 0x04;
    static final int SEQUENCE = 0x30;
    /** [0] of an extended request: its name. */
    static final int REQUEST_NAME = 0x80;

    static final String START_TLS = "1.3.6.1.4.1.1466.20037";

    /** Where a message ends. */
    static final Frame FRAME = Frame.sized(2, LdapMessage::length);

    private static final int INTEGER = 0x02;
    private static final int LONG_FORM = 0x80;

    private final int id;
    private final int operation;
    private final ByteBuffer content;

    private LdapMessage(int id, int operation, ByteBuffer content) {
        this.id = id;
        this.operation = operation;
        this.content = content;
    }

    /** Reads one; empty if it is not well-formed. */
    static Optional<LdapMessage> of(byte[] octets) {
        try {
            ByteBuffer message = next(ByteBuffer.wrap(octets), SEQUENCE);
            int id = number(next(message, INTEGER));
            int operation = message.get(message.position()) & 0xFF;
            return Optional.of(new LdapMessage(id, operation, next(message, operation)));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Its number; 0 for what a server says unasked. */
    public int id() {
        return id;
    }

    /** The tag of its operation. */
    public int operation() {
        return operation;
    }

    /** The code of a result, which is its first element; -1 if there is none. */
    public int resultCode() {
        return first(ENUMERATED).map(LdapMessage::number).orElse(-1);
    }

    /** Whether it is an extended request of this name. */
    public boolean requests(String name) {
        return operation == EXTENDED_REQUEST
                && first(REQUEST_NAME)
                        .map(StandardCharsets.US_ASCII::decode)
                        .filter(got -> name.contentEquals(got))
                        .isPresent();
    }

    private Optional<ByteBuffer> first(int tag) {
        try {
            return Optional.of(next(content.duplicate(), tag));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A whole message. */
    static Output message(int id, int operation, byte[]... content) {
        // Numbers of more than one octet are not needed by the examples.
        return Output.octets(element(SEQUENCE, element(INTEGER, new byte[] {(byte) id}), element(operation, content)));
    }

    /** A message that is a result without a name and words (RFC 4511 section 4.1.9). */
    static Output result(int id, int operation, int code) {
        return message(
                id,
                operation,
                element(ENUMERATED, new byte[] {(byte) code}),
                element(OCTET_STRING),
                element(OCTET_STRING));
    }

    /** An element of less than 64 KB. */
    static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        if (content.size() < LONG_FORM) {
            element.write(content.size());
        } else {
            element.write(LONG_FORM | 2);
            element.write(content.size() >>> 8);
            element.write(content.size());
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    /** The octets of a whole message, from those it begins with: its tag, and a length of one octet or of several. */
    private static OptionalInt length(byte[] first) {
        int count = octetsOfLength(first[1]);
        if (first.length < 2 + count) {
            return OptionalInt.empty();
        }
        long length = count == 0 ? first[1] : number(ByteBuffer.wrap(first, 2, count)) & 0xFFFFFFFFL;
        return OptionalInt.of((int) Math.min(2 + count + length, Integer.MAX_VALUE));
    }

    /** The octets of a length after its first: none if it is short. */
    private static int octetsOfLength(byte first) {
        // More than four are a length that no limit allows, and the indefinite one has none: both become a wrong
        // element.
        return first >= 0 ? 0 : Math.min(first & 0x7F, Integer.BYTES);
    }

    private static ByteBuffer next(ByteBuffer from, int tag) {
        int got = from.get() & 0xFF;
        byte first = from.get();
        int count = octetsOfLength(first);
        int length = count == 0 ? first : number(from.slice(from.position(), count));
        from.position(from.position() + count);
        if (got != tag || length < 0 || length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer element = from.slice(from.position(), length);
        from.position(from.position() + length);
        return element;
    }

    private static int number(ByteBuffer octets) {
        int number = 0;
        while (octets.hasRemaining()) {
            number = (number << 8) | (octets.get() & 0xFF);
        }
        return number;
    }
}
