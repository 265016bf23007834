package dev.starttls.conformance.tls.certificate;

import java.util.List;

/** Whether a certificate names the server that was asked for. */
public sealed interface NameVerdict {

    /**
     * It does, by an identifier in subjectAltName.
     *
     * @param identifier the one that matched, as in {@code DNS:*.example.org}
     */
    record Matched(String identifier) implements NameVerdict {}

    /**
     * Only the common name of the subject does, which RFC 9525 section 2 no longer allows.
     *
     * @param commonName what it says
     */
    record CommonNameOnly(String commonName) implements NameVerdict {}

    /**
     * It does not.
     *
     * @param presented every identifier the certificate has
     * @param addressed whether an address is among them: then the certificate names servers by address, and this is not
     *     one of them
     */
    record Mismatched(List<String> presented, boolean addressed) implements NameVerdict {
        public Mismatched {
            presented = List.copyOf(presented);
        }
    }
}
