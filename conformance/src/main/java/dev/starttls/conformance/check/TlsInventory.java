package dev.starttls.conformance.check;

import java.util.List;
import java.util.Locale;

/**
 * All that a server accepts in TLS: its versions, and the cipher suites and groups of each. A check finds them and
 * {@linkplain CheckContext#leave leaves} it for the reports.
 *
 * @param versions every version that was asked for, newest first
 */
public record TlsInventory(List<Version> versions) {

    public TlsInventory {
        versions = List.copyOf(versions);
    }

    /**
     * One version.
     *
     * @param name as SSLEngine and OpenSSL write it, {@code SSLv2} to {@code TLSv1.3}
     * @param extent whether the server speaks it, and whether the lists are complete
     * @param suites registered names, in the order in which the server chose them
     * @param preference whose order decides
     * @param groups registered names, in the order in which the server chose them; {@code dhe 2048} for a prime of the
     *     server's own with that many bits
     */
    public record Version(String name, Extent extent, List<String> suites, Preference preference, List<String> groups) {

        public Version {
            suites = List.copyOf(suites);
            groups = List.copyOf(groups);
        }

        /** A version that the server does not speak. */
        public static Version refused(String name) {
            return new Version(name, Extent.REFUSED, List.of(), Preference.UNKNOWN, List.of());
        }

        /** Whether the server speaks it. */
        public boolean accepted() {
            return extent != Extent.REFUSED;
        }
    }

    /** How much is known of a version. */
    public enum Extent {
        /** The server does not speak it. */
        REFUSED,
        /** The server speaks it, and refused everything that is not listed. */
        WHOLE,
        /** The server speaks it, and may accept more than is listed: the scan did not finish. */
        PARTIAL
    }

    /** The side that chooses among the cipher suites by its order. */
    public enum Preference {
        SERVER,
        CLIENT,
        /** There is only one suite, or the order could not be determined. */
        UNKNOWN;

        /** As reports write it. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
