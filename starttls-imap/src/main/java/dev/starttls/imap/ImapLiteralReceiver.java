package dev.starttls.imap;

import dev.starttls.core.line.OctetSink;
import java.io.IOException;
import java.util.Optional;

/**
 * Decides where the literals of a response go (RFC 9051 section 4.3): messages of any size need not be held.
 *
 * <pre>{@code
 * ImapLiteralReceiver toFile = (before, octets) ->
 *         before.endsWith("BODY[] ") ? Optional.of(OctetSink.to(file)) : Optional.empty();
 * }</pre>
 *
 * <p>Called by the thread that reads, which waits for the return.
 */
@FunctionalInterface
public interface ImapLiteralReceiver {

    /** How many octets of long data are given to a receiver from each end: several times the longest list of header fields. */
    int KEPT_OCTETS = 4_096;

    /** What stands for the octets between them: NUL, which no line may contain. */
    char LEFT_OUT = '\0';

    /**
     * A literal begins.
     *
     * @param before the data so far, after the asterisk and its space, for instance "1 FETCH (UID 7 BODY[] "; of a binary
     *     literal (RFC 9051 section 4.3.2) with its tilde. Each character one octet, literals that are held in it. Of more than
     *     twice {@link #KEPT_OCTETS} only the first and the last so many, with {@link #LEFT_OUT} between them
     * @param octets of the literal, 0 to the greatest long, which stands for more as well
     * @return where they go; empty to hold them in the response. In the response, a literal that went elsewhere is an empty one
     * @throws IOException if the response cannot be taken: the reader passes it on and reads no further
     */
    Optional<OctetSink> begin(String before, long octets) throws IOException;

    /**
     * A receiver that holds all literals.
     *
     * @return the receiver
     */
    static ImapLiteralReceiver holding() {
        return (before, octets) -> Optional.empty();
    }
}
