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
 * Judges whether a certificate names a server (RFC 9525 section 6, RFC 7817 section 3): by the rules of {@link
 * ServerIdentity}, and by the common name, which old clients checked.
 */
public final class NameRules {

    private NameRules() {}

    /**
     * Judges whether a certificate names a server.
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
        // RFC 6125 section 6.4.4: the common name is a last resort, only if there is no DNS-ID at all.
        if (!named
                && commonName.isPresent()
                && reference.matches(new PresentedIdentifier(Kind.DNS, commonName.get()))) {
            return new NameVerdict.CommonNameOnly(commonName.get());
        }
        return new NameVerdict.Mismatched(
                Stream.concat(
                                presented.stream().map(PresentedIdentifier::toString),
                                commonName.stream().map(name -> "CN=" + name))
                        .toList(),
                presented.stream().anyMatch(identifier -> identifier.kind() == Kind.IP));
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
