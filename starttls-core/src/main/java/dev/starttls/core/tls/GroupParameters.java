package dev.starttls.core.tls;

import javax.net.ssl.SSLParameters;

/**
 * The named groups of {@link SSLParameters}, which are there from Java 20 on. This is the class for older ones; the jar has
 * another of the same name for newer ones, of {@code src/main/java20}, which calls the methods.
 */
final class GroupParameters {

    private static final int SINCE = 20;

    private GroupParameters() {}

    /**
     * Does nothing where groups can be set.
     *
     * @throws UnsupportedOperationException that says why they cannot
     */
    static void requireSettable() {
        int feature = Runtime.version().feature();
        throw new UnsupportedOperationException(
                feature < SINCE
                        ? "namedGroups: expected Java " + SINCE
                                + " or newer, whose SSLParameters have named groups, got "
                                + feature + "; try a newer one, or the system property jdk.tls.namedGroups, which holds"
                                + " for all TLS of the process"
                        : "namedGroups: expected the class for Java " + SINCE + " and newer of starttls-core's jar, got"
                                + " the one for older ones, on Java " + feature + "; try the jar itself, or"
                                + " 'Multi-Release: true' in the manifest of the one it was packed into (copied source:"
                                + " docs/vendoring.md)");
    }

    /** Sets the groups, of which there is at least one. */
    static void set(SSLParameters parameters, String... names) {
        requireSettable();
    }

    /** The groups set; none where an engine has none. */
    static String[] get(SSLParameters parameters) {
        return new String[0];
    }
}
