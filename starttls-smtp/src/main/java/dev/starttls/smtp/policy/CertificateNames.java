package dev.starttls.smtp.policy;

import dev.starttls.core.tls.PresentedIdentifier;
import dev.starttls.core.tls.PresentedIdentifier.Kind;
import dev.starttls.core.tls.ServerIdentity;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** The names of a server that a certificate has, by the rules for DANE (RFC 7672 section 3.2.3). */
final class CertificateNames {

    /**
     * One attribute of a subject as RFC 2253 writes it, up to a comma or plus without a backslash: a value of anything else than
     * what names of hosts consist of is not one. Possessive, so that no value is too long for the stack.
     */
    private static final Pattern ATTRIBUTE = Pattern.compile("([^=,+]+)=((?:[^\\\\,+]++|\\\\.)*+)(?:[,+]|$)");

    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9._-]+");

    private CertificateNames() {}

    static boolean haveOne(X509Certificate leaf, List<String> expected) {
        List<PresentedIdentifier> presented = dnsIds(leaf);
        List<PresentedIdentifier> counted = presented.isEmpty()
                ? commonName(leaf).stream()
                        .map(name -> new PresentedIdentifier(Kind.DNS, name))
                        .toList()
                : presented;
        return expected.stream().map(ServerIdentity::of).anyMatch(name -> counted.stream()
                .anyMatch(name::matches));
    }

    /** For people. */
    static String shown(X509Certificate leaf) {
        String names = ServerIdentity.shownNames(leaf);
        return names.isEmpty() ? commonName(leaf).orElse("no name") : names;
    }

    private static List<PresentedIdentifier> dnsIds(X509Certificate leaf) {
        return PresentedIdentifier.of(leaf).stream()
                .filter(one -> one.kind() == Kind.DNS)
                .toList();
    }

    /** The most specific one, if it could be the name of a host. */
    private static Optional<String> commonName(X509Certificate leaf) {
        Matcher attribute = ATTRIBUTE.matcher(leaf.getSubjectX500Principal().getName(X500Principal.RFC2253));
        while (attribute.find()) {
            if (attribute.group(1).equals("CN")) {
                return Optional.of(attribute.group(2).toLowerCase(Locale.ROOT))
                        .filter(name -> HOST.matcher(name).matches());
            }
        }
        return Optional.empty();
    }
}
