package dev.starttls.conformance.tls.certificate;

import java.net.IDN;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** How the name of a server is found in its certificate (RFC 9525 section 6, RFC 7817 section 3). */
public final class NameRules {

    private static final int DNS_ID = 2;
    private static final int IP_ID = 7;
    private static final String WILDCARD = "*.";

    private NameRules() {}

    /**
     * Looks for a name in a certificate.
     *
     * @param leaf the server's own certificate
     * @param reference the name or address that was asked for
     */
    public static NameVerdict judge(X509Certificate leaf, String reference) {
        List<String> presented = new ArrayList<>();
        boolean address = isAddress(reference);
        for (List<?> alternative : alternatives(leaf)) {
            int kind = (Integer) alternative.get(0);
            if (!(alternative.get(1) instanceof String value)) {
                continue;
            }
            if (kind == DNS_ID) {
                presented.add("DNS:" + value);
                if (!address && matches(value, reference)) {
                    return new NameVerdict.Matched("DNS:" + value);
                }
            } else if (kind == IP_ID) {
                presented.add("IP:" + value);
                if (address && sameAddress(value, reference)) {
                    return new NameVerdict.Matched("IP:" + value);
                }
            }
        }
        boolean named = presented.stream().anyMatch(identifier -> identifier.startsWith("DNS:"));
        Optional<String> commonName = commonName(leaf);
        // RFC 6125 section 6.4.4: the common name is a last resort, only where no DNS-ID is present at all.
        if (!named && commonName.isPresent() && !address && matches(commonName.get(), reference)) {
            return new NameVerdict.CommonNameOnly(commonName.get());
        }
        commonName.ifPresent(name -> presented.add("CN=" + name));
        return new NameVerdict.Mismatched(presented);
    }

    /** Every DNS and IP identifier of a certificate, as in {@code DNS:mail.example.org}. */
    public static List<String> identifiers(X509Certificate leaf) {
        List<String> all = new ArrayList<>();
        for (List<?> alternative : alternatives(leaf)) {
            int kind = (Integer) alternative.get(0);
            if (alternative.get(1) instanceof String value) {
                if (kind == DNS_ID) {
                    all.add("DNS:" + value);
                } else if (kind == IP_ID) {
                    all.add("IP:" + value);
                }
            }
        }
        return List.copyOf(all);
    }

    /**
     * Whether a DNS-ID names a host: label by label, without regard to case, and with a wildcard only as the whole
     * left-most label, where it stands for exactly one label (RFC 9525 section 6.3).
     */
    static boolean matches(String presented, String reference) {
        String pattern = normal(presented);
        String host = normal(reference);
        if (host.isEmpty() || pattern.isEmpty()) {
            return false;
        }
        if (!pattern.startsWith(WILDCARD)) {
            return pattern.indexOf('*') < 0 && pattern.equals(host);
        }
        String parent = pattern.substring(WILDCARD.length());
        int dot = host.indexOf('.');
        return parent.indexOf('*') < 0 && dot > 0 && host.substring(dot + 1).equals(parent);
    }

    /** Lower case, A-labels (RFC 9525 section 6.3), without the dot of the root. */
    private static String normal(String name) {
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        boolean ascii = bare.chars().allMatch(c -> c < 0x80);
        try {
            return (ascii ? bare : IDN.toASCII(bare)).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static Collection<List<?>> alternatives(X509Certificate leaf) {
        try {
            Collection<List<?>> all = leaf.getSubjectAlternativeNames();
            return all == null ? List.of() : all;
        } catch (CertificateParsingException e) {
            return List.of();
        }
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

    /** Whether the reference is an address and so is never compared with names (RFC 9525 section 6.2). */
    static boolean isAddress(String reference) {
        return reference.indexOf(':') >= 0 || reference.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    }

    private static boolean sameAddress(String presented, String reference) {
        return Addresses.octets(presented)
                .flatMap(first -> Addresses.octets(reference).map(second -> java.util.Arrays.equals(first, second)))
                .orElse(false);
    }
}
