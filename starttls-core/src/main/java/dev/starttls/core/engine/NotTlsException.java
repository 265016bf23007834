package dev.starttls.core.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Octets came where a TLS record was due, and no record begins with them (RFC 8446 section 5.1): plaintext that was injected
 * on the way, or a peer that does not speak TLS on this port or is at fault.
 */
public final class NotTlsException extends SSLException {

    private static final long serialVersionUID = 1L;
    /** Enough of a line to recognize the protocol. */
    private static final int MAX_SHOWN = 80;

    private final boolean first;
    private final String line;

    NotTlsException(String phase, boolean first, ByteBuffer octets) {
        super("Expected a TLS record " + phase
                + ", got octets that are not one (RFC 8446 section 5.1); the peer does not"
                + " speak TLS here, or someone in the middle has added plaintext");
        this.first = first;
        this.line = firstLine(octets);
    }

    /**
     * Judges the first octets of a server before there is a pump.
     *
     * @param octets at least one
     * @return empty if a record may begin with them
     */
    public static Optional<NotTlsException> of(ByteBuffer octets) {
        return PartialRecord.first().plausible(octets, false)
                ? Optional.empty()
                : Optional.of(new NotTlsException("before the handshake", true, octets));
    }

    /**
     * Whether the peer had sent no record before.
     *
     * @return true if these were its first octets
     */
    public boolean first() {
        return first;
    }

    /**
     * What came, for a person to read. It is not in the message, since a client's line may have its password.
     *
     * @return at most 80 octets and at most one line
     */
    public String line() {
        return line;
    }

    /** One line only: the next one may have a secret. */
    private static String firstLine(ByteBuffer octets) {
        byte[] shown = new byte[Math.min(octets.remaining(), MAX_SHOWN)];
        octets.duplicate().get(shown);
        return new String(shown, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
    }
}
