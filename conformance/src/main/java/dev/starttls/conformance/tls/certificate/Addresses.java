package dev.starttls.conformance.tls.certificate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Reads addresses without ever asking a name server. */
final class Addresses {

    private Addresses() {}

    /** The octets of a literal address; empty when it is none. */
    static Optional<byte[]> octets(String literal) {
        if (!NameRules.isAddress(literal)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(literal).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
