package dev.starttls.conformance.tls.wire;

import java.util.Optional;

/**
 * Reassembles handshake messages from records: a record may contain several, and a message may be split over several
 * records.
 */
public final class HandshakeAssembler {

    private static final int MAX_LENGTH = 1 << 17;

    private byte[] held = new byte[1024];
    private int from;
    private int to;

    /** Adds the content of one record. */
    public void add(OctetString content) {
        if (to + content.length() > held.length) {
            byte[] more = new byte[Math.max(2 * (to - from), to - from + content.length())];
            System.arraycopy(held, from, more, 0, to - from);
            held = more;
            to -= from;
            from = 0;
        }
        System.arraycopy(content.array(), 0, held, to, content.length());
        to += content.length();
    }

    /** The next complete message. */
    public Optional<HandshakeMessage> next() throws MalformedException {
        if (to - from < ClientHello.HEADER) {
            return Optional.empty();
        }
        int length = (held[from + 1] & 0xff) << 16 | (held[from + 2] & 0xff) << 8 | (held[from + 3] & 0xff);
        if (length > MAX_LENGTH) {
            throw new MalformedException(
                    "a handshake message of " + length + " octets, expected at most " + MAX_LENGTH + "");
        }
        if (to - from < ClientHello.HEADER + length) {
            return Optional.empty();
        }
        int body = from + ClientHello.HEADER;
        HandshakeMessage message = new HandshakeMessage(held[from] & 0xff, OctetString.of(held, body, length));
        from = body + length;
        return Optional.of(message);
    }
}
