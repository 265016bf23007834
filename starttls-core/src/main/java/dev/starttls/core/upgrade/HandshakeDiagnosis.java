package dev.starttls.core.upgrade;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What a person is told of an exception that an engine threw: why, and what to try. */
record HandshakeDiagnosis(FailureReason reason, String hint) {

    private static final int DEPTH = 16;

    static HandshakeDiagnosis of(Throwable thrown, Peer peer, Role role) {
        FailureReason reason = FailureReason.HANDSHAKE_FAILED;
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEPTH; depth++) {
            FailureReason found = reasonOf(cause);
            // The deepest cause knows best: "expired" lies under "untrusted".
            if (found == FailureReason.CERTIFICATE_EXPIRED || found == FailureReason.CERTIFICATE_NAME_MISMATCH) {
                return new HandshakeDiagnosis(found, hint(found, thrown, peer, role));
            }
            if (found == FailureReason.CERTIFICATE_UNTRUSTED) {
                reason = found;
            }
            cause = cause.getCause();
        }
        return new HandshakeDiagnosis(reason, hint(reason, thrown, peer, role));
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
        // The name check of the JDK has no exception type of its own, only these words.
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        boolean named = message.startsWith("no subject alternative")
                || message.startsWith("no subjectaltnames")
                || message.startsWith("no name matching")
                || message.contains("hostname");
        if (cause instanceof CertificateException) {
            return named ? FailureReason.CERTIFICATE_NAME_MISMATCH : FailureReason.CERTIFICATE_UNTRUSTED;
        }
        return named && cause instanceof SSLPeerUnverifiedException
                ? FailureReason.CERTIFICATE_NAME_MISMATCH
                : FailureReason.HANDSHAKE_FAILED;
    }

    private static String hint(FailureReason reason, Throwable thrown, Peer peer, Role role) {
        String owner = role == Role.CLIENT ? "the server's operator" : "the client's owner";
        return switch (reason) {
            case CERTIFICATE_EXPIRED -> "Check the clock of this machine, then ask " + owner + " to renew it";
            case CERTIFICATE_NAME_MISMATCH ->
                "Connect by a name that is in the certificate instead of " + peer.host() + ", or ask " + owner
                        + " for a certificate with this name";
            case CERTIFICATE_UNTRUSTED ->
                "If the issuer is a private one, put its certificate into the trust store; otherwise the "
                        + (role == Role.CLIENT ? "server" : "client")
                        + " may not send its intermediate certificates";
            default -> words(String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT), role);
        };
    }

    /** What engines say of the handshakes that people get wrong most, and the names of alerts (RFC 8446 section 6). */
    private static String words(String message, Role role) {
        if (message.contains("protocol_version")
                || message.contains("protocol version")
                || message.contains("protocol is disabled")
                || message.contains("client requested protocol")) {
            return "The two sides have no TLS version in common: compare TlsSettings.Builder.versions with the peer's";
        }
        if (message.contains("unrecognized_name")) {
            return "The server has no certificate for this name";
        }
        if (message.contains("certificate") || message.contains("unknown_ca")) {
            return role == Role.CLIENT
                    ? "The server refused this client's certificate, or misses one: give the SSLContext a key"
                    : "The client refused this server's certificate, or sent none of its own where one is needed";
        }
        // Behind the certificates: in TLS 1.2 this alert also answers a client that has none (RFC 5246 section 7.4.6).
        if (message.contains("handshake_failure")
                || message.contains("cipher suites in common")
                || message.contains("authentication scheme")) {
            return "The two sides have no cipher suite, group or signature algorithm in common, or a certificate of the"
                    + " right kind is missing"
                    + (role == Role.CLIENT
                            ? "; if the server asks for one of this client, give the SSLContext a key"
                            : "");
        }
        return "";
    }
}
