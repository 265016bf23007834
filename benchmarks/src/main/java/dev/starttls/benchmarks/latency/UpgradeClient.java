package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;

/** A client that makes a session ready for use. */
interface UpgradeClient extends AutoCloseable {

    /**
     * Connects, goes through the handshake with the name check on, and through all of the {@link Script} of the target.
     * Closing what is returned closes the connection.
     */
    Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException;

    /** Ends what its connections share, if there is anything. */
    @Override
    default void close() {}
}
