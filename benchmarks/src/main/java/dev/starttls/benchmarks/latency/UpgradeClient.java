package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import javax.net.ssl.SSLContext;

/** A way to get from nothing to the reply to the second EHLO. */
interface UpgradeClient extends AutoCloseable {

    /** What all of them say. */
    String EHLO = "EHLO [127.0.0.1]\r\n";

    /** What all of them say to upgrade. */
    String STARTTLS = "STARTTLS\r\n";

    /**
     * Connects to the port of localhost, upgrades with the name check on, and says EHLO again. Closing what is returned
     * closes the connection.
     */
    Closeable upgrade(int port, SSLContext context, String version) throws IOException;

    /** Ends what serves all its connections, if there is such a thing. */
    @Override
    default void close() {}
}
