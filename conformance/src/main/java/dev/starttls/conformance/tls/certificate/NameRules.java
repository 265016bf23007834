package dev.starttls.conformance.tls.certificate;

import dev.starttls.core.tls.PresentedIdentifier;
import dev.starttls.core.tls.PresentedIdentifier.Kind;
import dev.starttls.core.tls.ServerIdentity;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * How the name of a server is found in its certificate (RFC 9525 section 6, RFC 7817 section 3): by the rules of {@link
 * ServerIdentity}, and by the common name, which clients of old looked at.
 */
public final class NameRules {

    private NameRules() {}

    /**
     * Looks for a server in a certificate.
     *
     * @param leaf the server's own certificate
     * @param reference the name or address that was asked for
     */
    public static NameVerdict judge(X509Certificate leaf, ServerIdentity reference) {
        List<PresentedIdentifier> presented = PresentedIdentifier.of(leaf);
        Optional<PresentedIdentifier> match =
                presented.stream().filter(reference::matches).findFirst();
        if (match.isPresent()) {
            return new NameVerdict.Matched(match.get().toString());
        }
        boolean named = presented.stream().anyMatch(identifier -> identifier.kind() == Kind.DNS);
        Optional<String> commonName = commonName(leaf);
        // RFC 6125 section 6.4.4: the common name is a last resort, only where no DNS-ID is present at all.
        if (!named
                && commonName.isPresent()
                && reference.matches(new PresentedIdentifier(Kind.DNS, commonName.get()))) {
            return new NameVerdict.CommonNameOnly(commonName.get());
        }
        return new NameVerdict.Mismatched(Stream.concat(
                        presented.stream().map(PresentedIdentifier::toString),
                        commonName.stream().map(name -> "CN=" + name))
                .toList());
    }

    /** The most specific common name of the subject. */
    private static Optional<String> commonName(X509Certificate leaf) {
        try {
            List<Rdn> parts = new LdapName(leaf.getSubjectX500Principal().getName()).getRdns();
            for (int i = parts.size() - 1; i >= 0; i--) {
                if (parts.get(i).getType().equalsIgnoreCase("CN")
                        && parts.get(i).getValue() instanceof String value) {
                    return Optional.of(value);
                }
            }
            return Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
