package dev.starttls.benchmarks.memory;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A client and a server in memory, driven by one thread. */
public interface Pair {

    /** From the first octet to where both sides are inside TLS and have nothing more to say. */
    void upgrade() throws IOException;

    /**
     * Sends octets from the client to the server, behind {@link #upgrade}, in as few records as the engine makes of them.
     *
     * @param from all of it is sent
     * @param to where the server gets it
     */
    void send(ByteBuffer from, ByteBuffer to) throws IOException;
}
