package dev.starttls.benchmarks.memory;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A client and a server in memory, driven by one thread. */
public interface InMemoryPair {

    /** Runs until both sides are inside TLS and have nothing more to send. */
    void upgrade() throws IOException;

    /**
     * Sends octets from the client to the server, after {@link #upgrade}, in as few records as the engine makes.
     *
     * @param from all of it is sent
     * @param to what the server receives
     */
    void send(ByteBuffer from, ByteBuffer to) throws IOException;
}
