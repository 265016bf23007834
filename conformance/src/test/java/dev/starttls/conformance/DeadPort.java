package dev.starttls.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port of the loopback address without a listener; the system gives it to no other socket until this is closed. */
public final class DeadPort implements AutoCloseable {

    private static final DeadPort SHARED = open();

    /** Bound and neither connected nor listening: connections to it are reset. */
    private final Socket held = new Socket();

    private DeadPort() throws IOException {
        held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** Another one. */
    public static DeadPort open() {
        try {
            return new DeadPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One for as long as the tests run. */
    public static DeadPort shared() {
        return SHARED;
    }

    public int number() {
        return held.getLocalPort();
    }

    @Override
    public void close() {
        try {
            held.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
