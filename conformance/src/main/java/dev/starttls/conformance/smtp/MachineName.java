package dev.starttls.conformance.smtp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/** The name of the machine on which the suite runs. Looked up once, because that may take a while. */
final class MachineName {
    private static final class Known {
        private static final Optional<String> NAME = lookUp();
    }

    private MachineName() {}

    /** The fully qualified name; empty if the machine has none. */
    static Optional<String> qualified() {
        return Known.NAME;
    }

    private static Optional<String> lookUp() {
        try {
            return Optional.of(InetAddress.getLocalHost().getCanonicalHostName())
                    .filter(MachineName::isQualified);
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Whether others may know the machine by this name: not an address, and in no domain of this network alone. */
    static boolean isQualified(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
                && !lower.matches(".*\\.([0-9]+|local|localdomain|localhost|internal|lan|home|invalid|test)");
    }
}
