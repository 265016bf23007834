package dev.starttls.core.upgrade;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;

/** What a person is told of an exception that an engine threw: why, and what to try. */
record HandshakeDiagnosis(FailureReason reason, String hint) {

    private static final int DEPTH = 16;

    static HandshakeDiagnosis of(Throwable thrown, Peer peer) {
        FailureReason reason = FailureReason.HANDSHAKE_FAILED;
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEPTH; depth++) {
            FailureReason found = reasonOf(cause);
            // The deepest cause knows best: "expired" lies under "untrusted".
            if (found == FailureReason.CERTIFICATE_EXPIRED || found == FailureReason.CERTIFICATE_NAME_MISMATCH) {
                return new HandshakeDiagnosis(found, hint(found, thrown, peer));
            }
            if (found == FailureReason.CERTIFICATE_UNTRUSTED) {
                reason = found;
            }
            cause = cause.getCause();
        }
        return new HandshakeDiagnosis(reason, hint(reason, thrown, peer));
    }

    private static FailureReason reasonOf(Throwable cause) {
        if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
            return FailureReason.CERTIFICATE_EXPIRED;
        }
        if (cause instanceof CertPathValidatorException invalid) {
            return invalid.getReason() == BasicReason.EXPIRED || invalid.getReason() == BasicReason.NOT_YET_VALID
                    ? FailureReason.CERTIFICATE_EXPIRED
                    : FailureReason.CERTIFICATE_UNTRUSTED;
        }
        if (cause instanceof CertPathBuilderException) {
            return FailureReason.CERTIFICATE_UNTRUSTED;
        }
        if (cause instanceof CertificateException) {
            // The name check of the JDK has no exception type of its own, only these words.
            String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            return message.startsWith("no subject alternative")
                            || message.startsWith("no name matching")
                            || message.contains("hostname")
                    ? FailureReason.CERTIFICATE_NAME_MISMATCH
                    : FailureReason.CERTIFICATE_UNTRUSTED;
        }
        return FailureReason.HANDSHAKE_FAILED;
    }

    private static String hint(FailureReason reason, Throwable thrown, Peer peer) {
        return switch (reason) {
            case CERTIFICATE_EXPIRED -> "Check the clock of this machine, then ask the server's operator to renew it";
            case CERTIFICATE_NAME_MISMATCH ->
                "Connect by a name that is in the certificate instead of " + peer.host()
                        + ", or ask the server's operator for a certificate with this name";
            case CERTIFICATE_UNTRUSTED ->
                "If the issuer is a private one, put its certificate into the trust store;"
                        + " otherwise the server may not send its intermediate certificates";
            default -> alertHint(String.valueOf(thrown.getMessage()));
        };
    }

    private static String alertHint(String message) {
        if (message.contains("protocol_version")) {
            return "The two sides have no TLS version in common: compare TlsSettings.Builder.versions with the peer's";
        }
        if (message.contains("handshake_failure")) {
            return "The two sides have no cipher suite, group or signature algorithm in common, or a client certificate"
                    + " is needed";
        }
        if (message.contains("certificate")) {
            return "The peer refused this side's certificate, or misses one";
        }
        return "";
    }
}
