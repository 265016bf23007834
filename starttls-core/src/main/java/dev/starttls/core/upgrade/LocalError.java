package dev.starttls.core.upgrade;

import java.security.cert.CertificateException;
import java.util.List;

/**
 * Tells an error of this side's own code, which an engine has called, from one that the peer has led the engine into:
 * engines throw runtime exceptions of their own over what they are sent, too.
 */
final class LocalError {

    private static final int DEPTH = 16;

    /** Where the JDK's classes are that anybody's code calls: they do not tell whose it is. */
    private static final List<String> ANYBODYS = List.of("java.", "javax.");
    /** The JDK's own code and that of engines in use. */
    private static final List<String> ENGINES = List.of(
            "sun.",
            "com.sun.",
            "jdk.",
            "org.conscrypt.",
            "com.android.org.conscrypt.",
            "org.bouncycastle.",
            "org.openjsse.",
            "io.netty.");

    private LocalError() {}

    /**
     * Whether the deepest cause is an error, or a runtime exception that does not come from an engine. What lies under a
     * {@link CertificateException} is why a trust manager has refused a certificate, in the way it should.
     */
    static boolean in(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; depth < DEPTH && cause.getCause() != null; depth++) {
            if (cause instanceof CertificateException) {
                return false;
            }
            cause = cause.getCause();
        }
        return cause instanceof Error || (cause instanceof RuntimeException && !ofEngine(cause));
    }

    private static boolean ofEngine(Throwable cause) {
        for (StackTraceElement frame : cause.getStackTrace()) {
            String name = frame.getClassName();
            if (ANYBODYS.stream().noneMatch(name::startsWith)) {
                return ENGINES.stream().anyMatch(name::startsWith);
            }
        }
        return true;
    }
}
