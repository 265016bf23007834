package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * One chain that the server sent, and what the client had asked.
 *
 * @param version the version of TLS
 * @param indication the name in the client's SNI
 * @param keys the kind of key that the client accepted
 * @param suite the suite that the server chose; empty if it is not known
 * @param signature the number of the scheme with which the server signed the handshake in TLS 1.3; empty if it is not
 *     known
 * @param chain the server's own certificate first; at least one
 * @param stapled the OCSP response that came with it
 * @param stapling whether the client asked for one
 */
record ServedChain(
        ProtocolVersion version,
        Indication indication,
        Keys keys,
        Optional<CipherSuite> suite,
        Optional<Integer> signature,
        List<X509Certificate> chain,
        Optional<OctetString> stapled,
        Stapling stapling) {

    ServedChain {
        chain = List.copyOf(chain);
    }

    /** The name that a client indicates (RFC 6066 section 3). */
    enum Indication {
        /** The name of the server; for an address without a name, none. */
        EXPECTED,
        /** None, as from an old client. */
        NONE,
        /** A name that the server cannot have. */
        UNKNOWN
    }

    /** The keys of which the client accepts signatures. */
    enum Keys {
        RSA,
        /** ECDSA, and EdDSA. */
        ELLIPTIC,
        ANY
    }

    /** Whether the client asked for an OCSP response. */
    enum Stapling {
        REQUESTED,
        /** It did not, or it is not known whether a response came. */
        UNKNOWN
    }

    X509Certificate leaf() {
        return chain.get(0);
    }

    /** When the server sent it, in a few words. */
    String occasion() {
        String name =
                switch (indication) {
                    case EXPECTED -> "";
                    case NONE -> " without SNI";
                    case UNKNOWN -> " with an unknown name in SNI";
                };
        String accepted =
                switch (keys) {
                    case RSA -> " for a client of RSA";
                    case ELLIPTIC -> " for a client of ECDSA";
                    case ANY -> "";
                };
        return version.label() + accepted + name;
    }
}
