package dev.starttls.core.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port of the loopback address that refuses connections, and that no server of another test gets: bound, and not listening. */
public final class RefusingPort implements AutoCloseable {

    private final Socket bound = new Socket();

    /** Takes any free port. */
    public RefusingPort() throws IOException {
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** Its number. */
    public int number() {
        return bound.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        bound.close();
    }
}
