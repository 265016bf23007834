package dev.starttls.core.upgrade;

/** Why an upgrade failed; each maps to the result type that a TLS report names it by (RFC 8460 section 4.3). */
public enum FailureReason {
    /** The server does not offer the upgrade, or someone in the middle has taken the offer out. */
    NOT_OFFERED("starttls-not-supported"),
    /** The server offered the upgrade and refused the command. */
    REFUSED("starttls-not-supported"),
    /** An IMAP server greeted with PREAUTH, in which state STARTTLS is not possible (RFC 9051 section 11.1). */
    PREAUTHENTICATED("starttls-not-supported"),
    /** Octets in the clear came behind the go-ahead or behind the upgrade command (CVE-2011-0411, CVE-2021-38371). */
    PLAINTEXT_INJECTION("validation-failure"),
    /** The peer sent what the protocol does not allow. */
    PROTOCOL_VIOLATION("validation-failure"),
    /** The peer sent more than the limits allow. */
    LIMIT_EXCEEDED("validation-failure"),
    /** The time for a phase ran out. */
    TIMEOUT("validation-failure"),
    /** The server turned the client away: in its greeting, by refusing its EHLO, or later with 421 or BYE. */
    TURNED_AWAY("validation-failure"),
    /** No connection could be made. */
    CONNECT_FAILED("validation-failure"),
    /** The peer closed the connection. */
    CONNECTION_CLOSED("validation-failure"),
    /** The TLS handshake failed for another reason than the certificate. */
    HANDSHAKE_FAILED("validation-failure"),
    /** The certificate does not lead to a trusted root. */
    CERTIFICATE_UNTRUSTED("certificate-not-trusted"),
    /** The certificate, or one above it, has expired or is not valid yet. */
    CERTIFICATE_EXPIRED("certificate-expired"),
    /** The certificate is for another name. */
    CERTIFICATE_NAME_MISMATCH("certificate-host-mismatch"),
    /** The certificate is none of those whose keys are pinned. */
    CERTIFICATE_PIN_MISMATCH("validation-failure"),
    /** The connection ended inside TLS without close_notify. */
    TRUNCATED("validation-failure"),
    /** This side gave up: the selector loop was full or shut down, or the caller cancelled, closed or interrupted it. */
    REJECTED("validation-failure"),
    /** Code of this side threw: a handler, a listener, a trust manager, a chooser of contexts, an executor; see the cause. */
    LOCAL_ERROR("validation-failure");

    private final String resultType;

    FailureReason(String resultType) {
        this.resultType = resultType;
    }

    /**
     * The result type of RFC 8460 section 4.3.
     *
     * @return for instance {@code starttls-not-supported}
     */
    public String resultType() {
        return resultType;
    }
}
