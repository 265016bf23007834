package dev.starttls.core.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A name or an address that a certificate has as subjectAltName: a presented identifier (RFC 9525 section 6.2). {@link
 * ServerIdentity} decides whether it is the server's.
 *
 * @param kind a name or an address
 * @param value as the certificate has it; an address as the JDK writes it ({@code 192.0.2.1}, {@code 2001:db8:0:0:0:0:0:1})
 */
public record PresentedIdentifier(Kind kind, String value) {

    /** The kinds by which servers are identified, of those that a subjectAltName may have (RFC 5280 section 4.2.1.6). */
    public enum Kind {
        /** A name of the DNS, perhaps with a wildcard. */
        DNS(2),
        /** An address of IPv4 or IPv6. */
        IP(7);

        private final Integer type;

        Kind(int type) {
            this.type = type;
        }
    }

    /**
     * Reads the identifiers of a certificate.
     *
     * @param leaf a certificate
     * @return in the order of the certificate, without those of other kinds; empty if there is no subjectAltName, or it cannot be
     *     read
     */
    public static List<PresentedIdentifier> of(X509Certificate leaf) {
        List<PresentedIdentifier> identifiers = new ArrayList<>();
        for (List<?> name : alternatives(leaf)) {
            for (Kind kind : Kind.values()) {
                if (kind.type.equals(name.get(0)) && name.get(1) instanceof String value) {
                    identifiers.add(new PresentedIdentifier(kind, value));
                }
            }
        }
        return identifiers;
    }

    /** The kind and the value, for instance {@code DNS:mail.example.org}. */
    @Override
    public String toString() {
        return kind + ":" + value;
    }

    private static Collection<List<?>> alternatives(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException | RuntimeException e) {
            // A subjectAltName that cannot be read names no server; providers differ in what they throw.
            return List.of();
        }
    }
}
