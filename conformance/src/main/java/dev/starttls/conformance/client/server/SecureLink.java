package dev.starttls.conformance.client.server;

import java.io.IOException;

/** TLS on a connection after the handshake, the server's side. */
public interface SecureLink {
    /** The version and the suite that were agreed on, for the transcript. */
    String description();

    /**
     * Reads application data.
     *
     * @return how many octets; -1 after close_notify
     * @throws HandshakeEndedException if the client sent an alert, or what is no TLS
     * @throws java.io.EOFException if the stream ended without close_notify
     */
    int read(byte[] octets) throws IOException;

    void write(byte[] octets) throws IOException;

    /** Sends close_notify. */
    void closeNotify() throws IOException;
}
