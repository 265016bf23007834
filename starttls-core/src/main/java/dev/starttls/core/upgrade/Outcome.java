package dev.starttls.core.upgrade;

import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** What is told of an upgrade afterwards. */
final class Outcome {

    private final Dialogue dialogue;
    private final UpgradeSettings settings;
    private final PhaseClock clock;
    private final TlsLayer tls;
    private List<String> before = List.of();
    private List<String> inside = List.of();

    Outcome(Dialogue dialogue, UpgradeSettings settings, PhaseClock clock, TlsLayer tls) {
        this.dialogue = dialogue;
        this.settings = settings;
        this.clock = clock;
        this.tls = tls;
    }

    /** Writes down what was announced so far: the dialogue is about to forget it. */
    void forgetAtUpgrade() {
        before = List.copyOf(dialogue.capabilities());
    }

    /** Writes down what was announced last. */
    void settle() {
        if (tls.established()) {
            inside = List.copyOf(dialogue.capabilities());
        } else {
            before = List.copyOf(dialogue.capabilities());
        }
    }

    UpgradeReport report(boolean established) {
        return new UpgradeReport(
                dialogue.protocol(),
                dialogue.role(),
                settings.policy(),
                established ? Optional.of(negotiated()) : Optional.empty(),
                before,
                inside,
                clock.phases());
    }

    /** Says so if the certificate has no subjectAltName: its common name alone is no identity (RFC 9525 section 2). */
    Optional<String> nameless() {
        for (Certificate first : chain().stream().limit(1).toList()) {
            if (first instanceof X509Certificate certificate && !named(certificate)) {
                return Optional.of("Expected a certificate with a subjectAltName, got one that has its name only in "
                        + certificate.getSubjectX500Principal().getName());
            }
        }
        return Optional.empty();
    }

    private static boolean named(X509Certificate certificate) {
        try {
            return certificate.getSubjectAlternativeNames() != null;
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private Negotiated negotiated() {
        SSLSession session = tls.pump().session();
        return new Negotiated(
                session.getProtocol(),
                session.getCipherSuite(),
                chain(),
                tls.pump().resumed() ? Resumption.RESUMED : Resumption.FULL,
                tls.pump().applicationProtocol());
    }

    private List<Certificate> chain() {
        try {
            return List.of(tls.pump().session().getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
