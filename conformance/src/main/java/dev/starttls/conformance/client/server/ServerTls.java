package dev.starttls.conformance.client.server;

import java.io.IOException;

/** How the server does TLS. */
@FunctionalInterface
public interface ServerTls {
    /** Stands for the TLS of the script that is run. */
    ServerTls OF_SCRIPT = wire -> {
        throw new IllegalStateException("expected the TLS of a script in place of this one");
    };

    /**
     * Performs the handshake on a connection; the next octets of the client are its first.
     *
     * @return the session if the client finished the handshake
     * @throws HandshakeEndedException if it did not
     * @throws IOException if the connection broke or the time was over
     */
    SecureLink handshake(RawWire wire) throws IOException;
}
