package dev.starttls.benchmarks.link;

import java.io.Closeable;
import java.io.IOException;

/** One side of a connection inside TLS. One thread may send while another receives. */
interface Link extends Closeable {

    /**
     * Sends this number of octets in pieces, each of which is flushed; returns when the transport has accepted all of
     * them.
     */
    void send(long octets, int piece) throws IOException;

    /** Receives this number of octets. */
    void receive(long octets) throws IOException;
}
