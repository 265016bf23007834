package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.TlsInventory.Extent;
import java.util.List;
import java.util.Set;

/**
 * A version of TLS, and what the server accepts in it.
 *
 * @param status whether the server is right to accept it or to refuse it
 * @param order whose order of suites decides; empty if not known
 * @param partial whether the server may accept more than is listed
 */
record VersionView(
        String name,
        StatusStyle status,
        boolean accepted,
        boolean partial,
        String order,
        List<Suite> suites,
        List<String> groups) {
    /** RFC 8996 and earlier RFCs deprecate all others. */
    private static final Set<String> IN_USE = Set.of("TLSv1.2", "TLSv1.3");

    VersionView {
        suites = List.copyOf(suites);
        groups = List.copyOf(groups);
    }

    static VersionView of(TlsInventory.Version version) {
        return new VersionView(
                version.name(),
                status(version),
                version.accepted(),
                version.extent() == Extent.PARTIAL,
                order(version),
                version.suites().stream().map(Suite::of).toList(),
                version.groups());
    }

    private static StatusStyle status(TlsInventory.Version version) {
        if (IN_USE.contains(version.name())) {
            return version.accepted()
                    ? new StatusStyle("pass", "\u2713", "accepted")
                    : new StatusStyle("skip", "\u2013", "not supported");
        }
        return version.accepted()
                ? new StatusStyle("fail", "\u2715", "accepted")
                : new StatusStyle("pass", "\u2713", "refused");
    }

    private static String order(TlsInventory.Version version) {
        return switch (version.preference()) {
            case SERVER -> "The server's order decides.";
            case CLIENT -> "The client's order decides.";
            case UNKNOWN -> "";
        };
    }

    boolean listed() {
        return !suites.isEmpty();
    }

    boolean grouped() {
        return !groups.isEmpty();
    }

    /** A cipher suite, judged by its registered name. */
    record Suite(String name, StatusStyle status, String remark) {
        static Suite of(String name) {
            if (name.matches(".*(_anon_|_NULL_|_EXPORT|_RC4_|_RC2_|_DES_|_3DES_|_MD5$).*")) {
                return new Suite(name, new StatusStyle("fail", "\u2715", "broken"), "must not be accepted");
            }
            boolean modern = !name.contains("_WITH_");
            if (!modern && !name.matches("TLS_(ECDHE|DHE)_.*")) {
                return new Suite(name, new StatusStyle("warn", "!", "weak"), "no forward secrecy");
            }
            return name.contains("_CBC_")
                    ? new Suite(name, new StatusStyle("warn", "!", "weak"), "CBC")
                    : new Suite(name, new StatusStyle("pass", "\u2713", "strong"), "forward secrecy, AEAD");
        }
    }
}
