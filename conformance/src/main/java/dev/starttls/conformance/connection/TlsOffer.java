package dev.starttls.conformance.connection;

import dev.starttls.conformance.target.ClientIdentity;
import java.util.List;
import java.util.Optional;

/**
 * How to start TLS. The suite accepts any certificate, because it also checks servers with a bad one; the checks of
 * chain and name judge the certificate afterwards.
 *
 * @param serverName the name sent in SNI, which a host can have (RFC 6066 section 3); empty sends none
 * @param versions protocol versions as JSSE names them; empty for the defaults of the Java runtime
 * @param verdict what to do with the server's certificate
 * @param identity what to answer a server that asks for the client's certificate; empty answers with an empty list
 */
public record TlsOffer(
        Optional<String> serverName, List<String> versions, OnCertificate verdict, Optional<ClientIdentity> identity) {
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
        return new TlsOffer(serverName, List.of(), OnCertificate.ACCEPT, Optional.empty());
    }

    /** The same, but the handshake will be aborted with an alert when the certificate comes. */
    public TlsOffer aborting() {
        return new TlsOffer(serverName, versions, OnCertificate.ABORT, identity);
    }

    /** The same with only this version, as JSSE names it. */
    public TlsOffer only(String version) {
        return new TlsOffer(serverName, List.of(version), verdict, identity);
    }

    /** The same with a certificate of the client, or without. */
    public TlsOffer presenting(Optional<ClientIdentity> own) {
        return new TlsOffer(serverName, versions, verdict, own);
    }
}
