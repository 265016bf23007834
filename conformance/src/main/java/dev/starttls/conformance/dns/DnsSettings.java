package dev.starttls.conformance.dns;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Which resolver is asked, and whose word on signatures is believed.
 *
 * @param server empty for those of the system
 * @param trust whose word is believed
 * @param anchors a file of trust anchors, in the format of zone files; empty for those of the root
 * @param timeout for one answer of the server
 */
public record DnsSettings(Optional<InetSocketAddress> server, Trust trust, Optional<Path> anchors, Duration timeout) {
    /** The port of DNS. */
    public static final int PORT = 53;

    /** Whose word on signatures is believed. */
    public enum Trust {
        /** The AD bit of a server on this machine that was named; of any other nothing: answers are validated here. */
        LOOPBACK,
        /** The AD bit of the server, wherever it is. */
        SERVER
    }

    /** There must be all of them. */
    public DnsSettings {
        Objects.requireNonNull(trust, "trust: expected whose word is believed, got null");
        Objects.requireNonNull(timeout, "timeout: expected a time, got null");
    }

    /** Whether the AD bit of the server is believed. */
    boolean believesServer() {
        return anchors.isEmpty()
                && (trust == Trust.SERVER
                        || server.filter(one -> one.getAddress().isLoopbackAddress())
                                .isPresent());
    }
}
