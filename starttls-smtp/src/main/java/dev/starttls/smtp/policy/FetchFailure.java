package dev.starttls.smtp.policy;

/** Why a policy could not be fetched; each maps to a result type of a TLS report (RFC 8460 section 4.3.2.2). */
public enum FetchFailure {
    /** The name has no address, or no connection could be made. */
    NOT_CONNECTED("sts-policy-fetch-error"),
    /** The certificate is not valid for the name by a DNS-ID, has expired, or leads to no trusted root (RFC 8461 section 3.3). */
    CERTIFICATE("sts-webpki-invalid"),
    /** The TLS handshake failed for another reason. */
    HANDSHAKE("sts-policy-fetch-error"),
    /** The time for all of it was over. */
    TIMEOUT("sts-policy-fetch-error"),
    /** The server sends elsewhere (3xx), which is not followed (RFC 8461 section 3.3). */
    REDIRECTED("sts-policy-fetch-error"),
    /** The status is neither 200 nor 3xx. */
    STATUS("sts-policy-fetch-error"),
    /** The policy has more than {@link StsPolicy#MAX_OCTETS}, or the head of the response more than is allowed. */
    TOO_LARGE("sts-policy-fetch-error"),
    /** What came is no response of HTTP/1.1. */
    NOT_HTTP("sts-policy-fetch-error"),
    /** The connection ended before the whole policy had come. */
    INCOMPLETE("sts-policy-fetch-error"),
    /** Code of this side threw. */
    LOCAL_ERROR("sts-policy-fetch-error");

    private final String resultType;

    FetchFailure(String resultType) {
        this.resultType = resultType;
    }

    /**
     * The result type in a TLS report.
     *
     * @return {@code sts-policy-fetch-error} or {@code sts-webpki-invalid}
     */
    public String resultType() {
        return resultType;
    }
}
