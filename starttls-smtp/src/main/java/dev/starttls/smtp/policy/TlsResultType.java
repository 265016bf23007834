package dev.starttls.smtp.policy;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.util.Arrays;
import java.util.Optional;

/**
 * What went wrong, as TLS reports name it (RFC 8460 section 4.3).
 *
 * <pre>{@code
 * Optional<TlsResultType> result = TlsResultType.of(failure);     // empty: not to be reported
 * TlsResultType.named("certificate-expired");                     // of a report that was received
 * }</pre>
 */
public enum TlsResultType {
    /** The server does not offer STARTTLS, or refused it (RFC 8460 section 4.3.1). */
    STARTTLS_NOT_SUPPORTED("starttls-not-supported"),
    /** The certificate is for another name (RFC 8460 section 4.3.1). */
    CERTIFICATE_HOST_MISMATCH("certificate-host-mismatch"),
    /** The certificate has expired (RFC 8460 section 4.3.1). */
    CERTIFICATE_EXPIRED("certificate-expired"),
    /** The certificate does not lead to a trusted root (RFC 8460 section 4.3.1). */
    CERTIFICATE_NOT_TRUSTED("certificate-not-trusted"),
    /** Any other failure of the negotiation; a reason code belongs to it (RFC 8460 section 4.3.3). */
    VALIDATION_FAILURE("validation-failure"),
    /** No TLSA record of the set is valid (RFC 8460 section 4.3.2.1). */
    TLSA_INVALID("tlsa-invalid"),
    /** The resolver could not validate the records (RFC 8460 section 4.3.2.1). */
    DNSSEC_INVALID("dnssec-invalid"),
    /** This side requires DANE of the domain, and the host has no validated TLSA record (RFC 8460 section 4.3.2.1). */
    DANE_REQUIRED("dane-required"),
    /** The MTA-STS policy could not be fetched (RFC 8460 section 4.3.2.2). */
    STS_POLICY_FETCH_ERROR("sts-policy-fetch-error"),
    /** The MTA-STS policy that was fetched is not valid (RFC 8460 section 4.3.2.2). */
    STS_POLICY_INVALID("sts-policy-invalid"),
    /** The certificate of the host that has the MTA-STS policy did not verify (RFC 8460 section 4.3.2.2). */
    STS_WEBPKI_INVALID("sts-webpki-invalid");

    private final String text;

    TlsResultType(String text) {
        this.text = text;
    }

    /**
     * As reports have it.
     *
     * @return for instance {@code certificate-expired}
     */
    public String text() {
        return text;
    }

    /**
     * The type of a name.
     *
     * @param text as reports have it, in lower case
     * @return empty if it is none of the eleven
     */
    public static Optional<TlsResultType> named(String text) {
        return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
    }

    /**
     * What a failed upgrade is reported as. What a report counts is decided here and nowhere else.
     *
     * @param failure of a connection to a host of the domain
     * @return empty for what says nothing about the domain's TLS: timeouts, connections that were not made or were refused (RFC 8460
     *     section 4.3.4), connections that broke before the upgrade command or after the handshake, and faults of this side
     */
    public static Optional<TlsResultType> of(UpgradeException failure) {
        return of(failure.reason(), failure.phase());
    }

    /** The same of an upgrade that failed, or was declined, in this phase. */
    static Optional<TlsResultType> of(FailureReason reason, Phase phase) {
        return switch (reason) {
            case TIMEOUT, CONNECT_FAILED, TURNED_AWAY, REJECTED, LOCAL_ERROR, DIRECT_NOT_TAKEN -> Optional.empty();
            case CONNECTION_CLOSED, TRUNCATED, PROTOCOL_VIOLATION, LIMIT_EXCEEDED ->
                phase == Phase.COMMAND || phase == Phase.HANDSHAKE ? Optional.of(VALIDATION_FAILURE) : Optional.empty();
            case NOT_OFFERED,
                    REFUSED,
                    PREAUTHENTICATED,
                    PLAINTEXT_INJECTION,
                    HOST_EXCLUDED,
                    HANDSHAKE_FAILED,
                    CERTIFICATE_UNTRUSTED,
                    CERTIFICATE_EXPIRED,
                    CERTIFICATE_NAME_MISMATCH,
                    CERTIFICATE_PIN_MISMATCH,
                    TLSA_MISMATCH,
                    CERTIFICATE_REFUSED,
                    DNSSEC_INVALID,
                    DANE_REQUIRED -> named(reason.resultType());
        };
    }
}
