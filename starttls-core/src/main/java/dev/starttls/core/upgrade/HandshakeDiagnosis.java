package dev.starttls.core.upgrade;

import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.ServerIdentity;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What is reported of a handshake that failed, by an exception of the engine or because this library refused the peer.
 *
 * @param reason why
 * @param detail what was expected, and what came
 * @param hint what to try
 * @param peerChain the peer's certificates, where they are known
 */
record HandshakeDiagnosis(FailureReason reason, String detail, String hint, List<Certificate> peerChain) {

    /** Of the JDK's trust manager about what Conscrypt says of every handshake of TLS 1.3: no word on the certificate. */
    private static final String UNKNOWN_AUTH_TYPE = "unknown authtype: generic";

    /** Of algorithm SunX509, whose trust manager builds no path that an exception could have. */
    private static final String JDK_VALIDATOR = "sun.security.validator.";

    /**
     * Of what an engine threw.
     *
     * @param known the peer's certificates, as far as they are known
     * @param implicit whether TLS came first on this connection
     */
    static HandshakeDiagnosis of(Throwable thrown, List<Certificate> known, Peer peer, Role role, boolean implicit) {
        Optional<CertPathValidatorException> invalid = invalidPath(thrown);
        List<Certificate> chain = known.isEmpty() && invalid.isPresent() ? path(invalid.get()) : known;
        FailureReason reason = reason(thrown);
        String detail = "Expected TLS with " + peer + ", got: ";
        if (reason == FailureReason.CERTIFICATE_EXPIRED) {
            detail += outOfDate(invalid, chain);
        }
        if (reason == FailureReason.CERTIFICATE_NAME_MISMATCH
                && !chain.isEmpty()
                && chain.get(0) instanceof X509Certificate leaf) {
            String names = ServerIdentity.shownNames(leaf);
            detail += names.isEmpty() ? "" : "a certificate for " + names + ": ";
        }
        return new HandshakeDiagnosis(
                reason, detail + thrown.getMessage(), hint(reason, thrown, peer, role, implicit), chain);
    }

    static HandshakeDiagnosis of(PeerCheck.Refusal refusal, Peer peer, Role role) {
        return switch (refusal.kind()) {
            case NO_CERTIFICATE ->
                role == Role.CLIENT
                        ? refused(
                                refusal,
                                FailureReason.CERTIFICATE_UNTRUSTED,
                                "Enable no suite without certificates (TlsSettings.Builder.suites)")
                        : refused(
                                refusal,
                                FailureReason.HANDSHAKE_FAILED,
                                "The client sent no certificate, or resumed a session without one from another server of the"
                                        + " same SSLContext: give each server its own SSLContext");
            case OTHER_NAME -> {
                FailureReason reason = FailureReason.CERTIFICATE_NAME_MISMATCH;
                yield refused(refusal, reason, nameHint(peer, role));
            }
            case OTHER_KEY ->
                refused(
                        refusal,
                        FailureReason.CERTIFICATE_PIN_MISMATCH,
                        "If the server's operator has changed the key, and confirms that by another way than this connection,"
                                + " update TlsSettings.Builder.pins; otherwise someone is in the middle");
            case UNVERIFIED_SESSION ->
                refused(
                        refusal,
                        FailureReason.CERTIFICATE_UNTRUSTED,
                        "The engine was asked to forget the session, which not all engines do: let the EngineSource pass on the"
                                + " host and the port that it is given, and use its engines for nothing else");
            case OUT_OF_DATE -> refused(refusal, FailureReason.CERTIFICATE_EXPIRED, "");
            case UNTRUSTED -> refused(refusal, FailureReason.CERTIFICATE_UNTRUSTED, "");
            case NO_TLSA_MATCH -> refused(refusal, FailureReason.TLSA_MISMATCH, "");
            case REFUSED -> refused(refusal, FailureReason.CERTIFICATE_REFUSED, "");
        };
    }

    private static HandshakeDiagnosis refused(PeerCheck.Refusal refusal, FailureReason reason, String hint) {
        return new HandshakeDiagnosis(
                reason, refusal.detail(), refusal.hint().isEmpty() ? hint : refusal.hint(), refusal.chain());
    }

    private static Optional<CertPathValidatorException> invalidPath(Throwable thrown) {
        for (Throwable cause : Causes.of(thrown)) {
            if (cause instanceof CertPathValidatorException invalid && invalid.getCertPath() != null) {
                return Optional.of(invalid);
            }
        }
        return Optional.empty();
    }

    private static List<Certificate> path(CertPathValidatorException invalid) {
        return List.copyOf(invalid.getCertPath().getCertificates());
    }

    /** Which certificate it is, and when its time was over or begins. */
    private static String outOfDate(Optional<CertPathValidatorException> invalid, List<Certificate> chain) {
        List<Certificate> looked = chain;
        if (invalid.isPresent() && invalid.get().getIndex() >= 0) {
            looked = List.of(path(invalid.get()).get(invalid.get().getIndex()));
        }
        for (Certificate each : looked) {
            if (each instanceof X509Certificate certificate) {
                String subject = "the certificate of "
                        + certificate.getSubjectX500Principal().getName();
                try {
                    certificate.checkValidity();
                } catch (CertificateExpiredException e) {
                    return subject + " was valid until "
                            + certificate.getNotAfter().toInstant() + ": ";
                } catch (CertificateNotYetValidException e) {
                    return subject + " is valid from "
                            + certificate.getNotBefore().toInstant() + ": ";
                }
            }
        }
        return "";
    }

    private static FailureReason reason(Throwable thrown) {
        FailureReason reason = FailureReason.HANDSHAKE_FAILED;
        for (Throwable cause : Causes.of(thrown)) {
            FailureReason found = reasonOf(cause);
            // The deepest cause knows best: "expired" lies under "untrusted".
            if (found == FailureReason.CERTIFICATE_EXPIRED || found == FailureReason.CERTIFICATE_NAME_MISMATCH) {
                return found;
            }
            if (found == FailureReason.LOCAL_ERROR) {
                return found;
            }
            if (found == FailureReason.CERTIFICATE_UNTRUSTED) {
                reason = found;
            }
        }
        return reason;
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
        if (cause instanceof CertificateException && message.contains(UNKNOWN_AUTH_TYPE)) {
            return FailureReason.LOCAL_ERROR;
        }
        if (cause instanceof CertificateException) {
            return named ? FailureReason.CERTIFICATE_NAME_MISMATCH : FailureReason.CERTIFICATE_UNTRUSTED;
        }
        return named && cause instanceof SSLPeerUnverifiedException
                ? FailureReason.CERTIFICATE_NAME_MISMATCH
                : FailureReason.HANDSHAKE_FAILED;
    }

    private static String hint(FailureReason reason, Throwable thrown, Peer peer, Role role, boolean implicit) {
        String owner = role == Role.CLIENT ? "the server's operator" : "the client's owner";
        return switch (reason) {
            case CERTIFICATE_EXPIRED -> "Check the clock of this machine, then ask " + owner + " to renew it";
            case CERTIFICATE_NAME_MISMATCH -> nameHint(peer, role);
            case LOCAL_ERROR ->
                "The JDK's trust manager does not understand Conscrypt's engine: initialise the SSLContext with"
                        + " TrustManagerFactory.getInstance(\"PKIX\", conscrypt), or speak TLS 1.2 alone"
                        + " (TlsSettings.Builder.versions)";
            case CERTIFICATE_UNTRUSTED ->
                !ofPath(thrown)
                        ? "This side's trust manager has refused it by its own exception, which is the cause: check what it"
                                + " requires"
                        : "If the issuer is a private one, put its certificate into the trust store: "
                                + (role == Role.CLIENT
                                        ? "ClientSetup.trust(file), ca in a settings file, or TrustedRoots for an SSLContext;"
                                                + " if it is there, the server"
                                        : "ServerKeys.trustingClients(file); if it is there, the client")
                                + " may not send its intermediate certificates";
            default -> words(String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT), role, implicit);
        };
    }

    /** Whether a way to a trusted root was looked for and not found, and not code of the application's that said no. */
    private static boolean ofPath(Throwable thrown) {
        for (Throwable cause : Causes.of(thrown)) {
            if (cause instanceof CertPathBuilderException
                    || cause instanceof CertPathValidatorException
                    || cause.getClass().getName().startsWith(JDK_VALIDATOR)) {
                return true;
            }
        }
        return false;
    }

    private static String nameHint(Peer peer, Role role) {
        return "Connect by a name that is in the certificate instead of " + new Peer(peer.host(), -1) + ", or ask "
                + (role == Role.CLIENT ? "the server's operator" : "the client's owner")
                + " for a certificate with this name as subjectAltName";
    }

    /** The advice for what engines say of the most frequent mistakes, and for the names of alerts (RFC 8446 section 6). */
    private static String words(String message, Role role, boolean implicit) {
        if (message.contains("close_notify")) {
            return Wording.handshakeCut(role, implicit);
        }
        if (message.contains("application_protocol")
                || message.contains("application protocol")
                || message.contains("application layer protocol")) {
            return "The two sides have no application protocol in common: compare TlsSettings.Builder.applicationProtocols"
                    + " with the peer's, or set none";
        }
        if (message.contains("protocol_version")
                || message.contains("protocol version")
                || message.contains("protocol is disabled")
                || message.contains("client requested protocol")) {
            return "The two sides have no TLS version in common: compare TlsSettings.Builder.versions with the peer's";
        }
        if (message.contains("illegal server name")) {
            return "SunJSSE refuses a client that asks for a name with an underscore, a dot at its end, or what no name may"
                    + " have: have the client use another name for this server, or serve with the engine of Conscrypt,"
                    + " Bouncy Castle or netty-tcnative";
        }
        if (message.contains("unrecognized_name")) {
            return "The server has no certificate for this name";
        }
        if (message.contains("certificate") || message.contains("unknown_ca")) {
            return role == Role.CLIENT
                    ? "The server refused this client's certificate, or misses one: give the SSLContext a key"
                    : "The client refused this server's certificate, or sent none of its own where one is needed";
        }
        if (role == Role.SERVER
                && (message.contains("cipher suites in common") || message.contains("authentication scheme"))) {
            return "No certificate was found that this client takes: give the server's SSLContext a key, of another kind"
                    + " (RSA, EC) if it has one; or the two sides have no cipher suite in common";
        }
        // After the certificates: in TLS 1.2 this alert also answers a client that has none (RFC 5246 section 7.4.6).
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
