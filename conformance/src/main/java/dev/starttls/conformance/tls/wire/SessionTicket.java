package dev.starttls.conformance.tls.wire;

import java.util.List;

/**
 * A ticket of TLS 1.3 (RFC 8446 section 4.6.1).
 *
 * @param ageAdd what is to be added to the age of the ticket, to hide it
 * @param nonce what tells the keys of several tickets apart
 * @param ticket what the server wants to see again
 * @param extensions among them may be the maximum of early data
 */
public record SessionTicket(long ageAdd, Octets nonce, Octets ticket, List<Extension> extensions) {

    public SessionTicket {
        extensions = List.copyOf(extensions);
    }

    /** Whether the server says that it takes data before the handshake is done. */
    public boolean invitesEarlyData() {
        return extensions.stream()
                .anyMatch(extension -> extension.type() == Extension.EARLY_DATA
                        && !extension.data().toString().matches("0*"));
    }
}
