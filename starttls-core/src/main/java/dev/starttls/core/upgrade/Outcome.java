package dev.starttls.core.upgrade;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** What is told of an upgrade afterwards. */
final class Outcome {

    /** A subjectAltName's type for a DNS name (RFC 5280 section 4.2.1.6). */
    private static final int DNS_NAME = 2;

    private final Parts parts;
    private volatile List<String> before = List.of();
    private volatile List<String> inside = List.of();

    Outcome(Parts parts) {
        this.parts = parts;
    }

    /** Writes down what was announced so far: the dialogue is about to forget it. */
    void forget() {
        before = List.copyOf(parts.dialogue().capabilities());
    }

    /** Writes down what was announced last. */
    void note() {
        List<String> announced = List.copyOf(parts.dialogue().capabilities());
        if (parts.tls().established()) {
            inside = announced;
        } else {
            before = announced;
        }
    }

    UpgradeReport report() {
        return new UpgradeReport(
                parts.dialogue().protocol(),
                parts.role(),
                parts.settings().policy(),
                parts.tls().established() ? Optional.of(negotiated()) : Optional.empty(),
                before,
                inside,
                parts.clock().phases());
    }

    /**
     * Says so if the certificate has the server's name only in its subject, where engines still look for it: a common name
     * is no identity (RFC 9525 section 2). Addresses are compared with the subjectAltName by every engine.
     */
    Optional<String> nameless() {
        List<Certificate> chain = chain();
        if (!chain.isEmpty()
                && chain.get(0) instanceof X509Certificate certificate
                && !address(parts.peer().host())
                && !hasDnsName(certificate)) {
            return Optional.of("Expected a certificate with a DNS name as subjectAltName, got one that has its name"
                    + " only in its subject "
                    + certificate.getSubjectX500Principal().getName());
        }
        return Optional.empty();
    }

    private static boolean hasDnsName(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (Integer.valueOf(DNS_NAME).equals(name.get(0))) {
                        return true;
                    }
                }
            }
            return false;
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static boolean address(String host) {
        for (int i = 0; i < host.length(); i++) {
            if (host.charAt(i) != '.' && !Ascii.digit(host.charAt(i))) {
                return host.indexOf(':') >= 0;
            }
        }
        return true;
    }

    private Negotiated negotiated() {
        SSLSession session = parts.tls().pump().session();
        return new Negotiated(
                session.getProtocol(),
                session.getCipherSuite(),
                chain(),
                parts.tls().pump().resumed() ? Resumption.RESUMED : Resumption.FULL,
                parts.tls().pump().applicationProtocol());
    }

    private List<Certificate> chain() {
        try {
            return List.of(parts.tls().pump().session().getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
