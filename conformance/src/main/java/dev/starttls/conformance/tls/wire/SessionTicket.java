package dev.starttls.conformance.tls.wire;

import java.util.List;

/**
 * A ticket of TLS 1.3 (RFC 8446 section 4.6.1).
 *
 * @param ageAdd what is added to the age of the ticket, to hide it
 * @param nonce what distinguishes the keys of several tickets
 * @param ticket the ticket itself, opaque to the client
 * @param extensions may include the maximum early data size
 */
public record SessionTicket(long ageAdd, OctetString nonce, OctetString ticket, List<Extension> extensions) {

    public SessionTicket {
        extensions = List.copyOf(extensions);
    }

    /** Whether the server announces that it accepts early data. */
    public boolean invitesEarlyData() {
        return extensions.stream()
                .anyMatch(extension -> extension.type() == Extension.EARLY_DATA
                        && !extension.data().toString().matches("0*"));
    }
}
