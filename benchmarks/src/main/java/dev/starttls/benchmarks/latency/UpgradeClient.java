package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;

/** A way to get from nothing to a session that is ready. */
interface UpgradeClient extends AutoCloseable {

    /**
     * Connects, goes through the handshake with the name check on, and through all of the {@link Script} of the target.
     * Closing what is returned closes the connection.
     */
    Closeable upgrade(Target target, ClientTls tls, String version) throws IOException;

    /** Ends what serves all its connections, if there is such a thing. */
    @Override
    default void close() {}
}
