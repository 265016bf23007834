package dev.starttls.core.tls;

/** Why the certificates of a peer are refused, as a value to compare: by {@link PeerCheck}, or by a {@link ServerVerifier}. */
public enum RefusalKind {
    /** There is no certificate. */
    NO_CERTIFICATE,
    /** The certificate is for another name. */
    OTHER_NAME,
    /** The chain has no pinned key. */
    OTHER_KEY,
    /** The engine resumed a session that was not verified when it was made. */
    UNVERIFIED_SESSION,
    /** A {@link ServerVerifier} found that a certificate has expired, or is not valid yet. */
    OUT_OF_DATE,
    /** A {@link ServerVerifier} found no way from the certificate to an authority that it trusts. */
    UNTRUSTED,
    /** A {@link ServerVerifier} found that no TLSA record of the server matches (RFC 6698 section 2). */
    NO_TLSA_MATCH,
    /** A {@link ServerVerifier} refuses the certificate for another reason. */
    REFUSED
}
