package dev.starttls.conformance.check;

import java.util.List;
import java.util.Locale;

/**
 * All that a server takes in TLS: its versions, and in each of them its cipher suites and groups. A check finds it out
 * and {@linkplain CheckContext#leave leaves} it for the reports.
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
     * @param extent whether it is spoken, and whether the lists are whole
     * @param suites registered names, in the order in which the server chose them
     * @param preference whose order decides
     * @param groups registered names, in the order in which the server chose them; {@code dhe 2048} for a prime of the
     *     server's own, of so many bits
     */
    public record Version(String name, Extent extent, List<String> suites, Preference preference, List<String> groups) {

        public Version {
            suites = List.copyOf(suites);
            groups = List.copyOf(groups);
        }

        /** One that is not spoken. */
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
        /** It is not spoken. */
        REFUSED,
        /** It is spoken, and the server refused all that is not listed. */
        WHOLE,
        /** It is spoken, and more may be accepted than is listed: the asking broke off. */
        PARTIAL
    }

    /** Whose order of cipher suites decides. */
    public enum Preference {
        SERVER,
        CLIENT,
        /** There is one suite only, or the order could not be told. */
        UNKNOWN;

        /** As reports write it. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
