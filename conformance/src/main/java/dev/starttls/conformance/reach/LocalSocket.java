package dev.starttls.conformance.reach;

import dev.starttls.core.nio.SocketOpener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;

/** Sockets that connect from one address of this machine. */
public final class LocalSocket {
    private LocalSocket() {}

    /** Opens them for the clients of this library. */
    public static SocketOpener from(InetAddress local) {
        return remote -> bound(local);
    }

    /**
     * One that is bound and not connected.
     *
     * @throws IOException if it is no address of this machine
     */
    public static SocketChannel bound(InetAddress local) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            return channel.bind(new InetSocketAddress(local, 0));
        } catch (IOException | UnsupportedAddressTypeException e) {
            channel.close();
            throw e instanceof IOException failed
                    ? failed
                    : new IOException(local.getHostAddress() + " is of a family that this machine does not have", e);
        }
    }
}
