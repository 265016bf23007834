package dev.starttls.core.tls;

import javax.net.ssl.SSLParameters;

/**
 * The named groups of {@link SSLParameters}, which Java 20 and newer have. This is the class for older versions; the jar has
 * another of the same name for newer ones, from {@code src/main/java20}, which calls the methods.
 */
final class GroupParameters {

    private static final int SINCE = 20;

    private GroupParameters() {}

    /**
     * Throws, since groups cannot be set.
     *
     * @throws UnsupportedOperationException always; the message says why
     */
    static void requireSettable() {
        String version = JavaVersion.text();
        throw new UnsupportedOperationException(
                JavaVersion.isBefore(SINCE)
                        ? "namedGroups: expected Java " + SINCE
                                + " or newer, whose SSLParameters have named groups, got "
                                + version
                                + "; try a newer one, or the system property jdk.tls.namedGroups, which holds"
                                + " for all TLS of the process"
                        : "namedGroups: expected the class for Java " + SINCE + " and newer of starttls-core's jar, got"
                                + " the one for older versions, on Java " + version
                                + "; try the jar itself, or"
                                + " 'Multi-Release: true' in the manifest of the one it was packed into (copied source:"
                                + " docs/vendoring.md)");
    }

    /** Sets the groups, at least one. */
    static void set(SSLParameters parameters, String... names) {
        requireSettable();
    }

    /** The groups set; empty if the engine has none. */
    static String[] get(SSLParameters parameters) {
        return new String[0];
    }
}
