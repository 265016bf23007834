package dev.starttls.core.upgrade;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Distinguishes an error of this side's own code, which an engine has called, from one that the peer has led the engine into:
 * engines throw runtime exceptions of their own over what they are sent, too.
 */
final class LocalError {

    /** Where the JDK's TLS and cryptography are, and engines in use. */
    private static final List<String> ENGINES = List.of(
            "sun.security.",
            "com.sun.crypto.",
            "com.sun.security.",
            "org.conscrypt.",
            "com.android.org.conscrypt.",
            "org.bouncycastle.",
            "org.openjsse.",
            "io.netty.");
    /** The rest of the JDK, which all code calls: its frames do not show whose error it is. */
    private static final List<String> COMMON = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

    private LocalError() {}

    /**
     * What the code of this side threw, seen from the outside: the first error, or the first exception that comes neither from
     * an engine nor is what engines, trust managers and key managers are to throw. What lies under a trust manager's {@link
     * CertificateException} is why it has refused a certificate, in the way it should; one of an engine's own may hold
     * whatever the trust manager threw, as Conscrypt's does.
     */
    static Optional<Throwable> in(Throwable thrown) {
        for (Throwable cause : Causes.of(thrown)) {
            if (cause instanceof Error) {
                return Optional.of(cause);
            }
            if (!ofEngine(cause)) {
                if (refusal(cause)) {
                    return Optional.empty();
                }
                if (!(cause instanceof SSLException || cause instanceof GeneralSecurityException)) {
                    return Optional.of(cause);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean refusal(Throwable cause) {
        return cause instanceof CertificateException
                || cause instanceof CertPathValidatorException
                || cause instanceof CertPathBuilderException;
    }

    private static boolean ofEngine(Throwable cause) {
        for (StackTraceElement frame : cause.getStackTrace()) {
            String name = frame.getClassName();
            if (ENGINES.stream().anyMatch(name::startsWith)) {
                return true;
            }
            if (COMMON.stream().noneMatch(name::startsWith)) {
                return false;
            }
        }
        return true;
    }
}
