package dev.starttls.conformance.tls.wire;

import java.util.Optional;

/** Puts handshake messages together again from the contents of records, many in one or one in many. */
public final class HandshakeAssembler {

    private static final int GREATEST = 1 << 17;

    private byte[] held = new byte[1024];
    private int from;
    private int to;

    /** Takes the content of one record. */
    public void add(Octets content) {
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

    /** The next message that is whole. */
    public Optional<HandshakeMessage> next() throws MalformedException {
        if (to - from < ClientHello.HEADER) {
            return Optional.empty();
        }
        int length = (held[from + 1] & 0xff) << 16 | (held[from + 2] & 0xff) << 8 | (held[from + 3] & 0xff);
        if (length > GREATEST) {
            throw new MalformedException(
                    "a handshake message of " + length + " octets, no more than " + GREATEST + " are taken");
        }
        if (to - from < ClientHello.HEADER + length) {
            return Optional.empty();
        }
        int body = from + ClientHello.HEADER;
        HandshakeMessage message = new HandshakeMessage(held[from] & 0xff, Octets.of(held, body, length));
        from = body + length;
        return Optional.of(message);
    }
}
