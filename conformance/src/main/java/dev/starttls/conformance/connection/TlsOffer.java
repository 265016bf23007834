package dev.starttls.conformance.connection;

import java.util.List;
import java.util.Optional;

/**
 * How to start TLS. The suite accepts any certificate, because it also checks servers with a bad one; the checks of
 * chain and name judge the certificate afterwards.
 *
 * @param serverName the name sent in SNI, which a host can have (RFC 6066 section 3); empty sends none
 * @param versions protocol versions as JSSE names them; empty for the defaults of the Java runtime
 * @param verdict what to do with the server's certificate
 */
public record TlsOffer(Optional<String> serverName, List<String> versions, OnCertificate verdict) {
    public TlsOffer {
        versions = List.copyOf(versions);
    }

    /** What to do with the server's certificate. */
    public enum OnCertificate {
        /** Accept any. */
        ACCEPT,
        /** Refuse any: the handshake ends with this side's fatal alert. */
        ABORT
    }

    public static TlsOffer of(Optional<String> serverName) {
        return new TlsOffer(serverName, List.of(), OnCertificate.ACCEPT);
    }

    /** The same, but the handshake will be aborted with an alert when the certificate comes. */
    public TlsOffer aborting() {
        return new TlsOffer(serverName, versions, OnCertificate.ABORT);
    }
}
