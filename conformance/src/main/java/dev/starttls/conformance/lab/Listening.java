package dev.starttls.conformance.lab;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Ports of loopback, and why one cannot be had. */
final class Listening {
    /** The address of all that has no address of its own. */
    static final String LOCAL = "127.0.0.1";

    private Listening() {}

    /** A port there; 0 for any. */
    static InetSocketAddress local(int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    }

    /** Opens a port. */
    @FunctionalInterface
    interface PortOpener<T> {
        T at(InetSocketAddress address) throws IOException;
    }

    /**
     * Opens a port, and says which it was if it cannot.
     *
     * @param what listens there, as "the resolver"
     * @param option of the command that chooses the port
     * @throws BindException if the port is taken, or the address is not one of this machine
     */
    static <T> T open(String what, String option, InetSocketAddress address, PortOpener<T> opener) throws IOException {
        try {
            return opener.at(address);
        } catch (BindException e) {
            String ip = address.getAddress().getHostAddress();
            String fix = isOfThisMachine(address)
                    ? "choose another with " + option
                    : "give the machine this address: sudo ifconfig lo0 alias " + ip;
            BindException named = new BindException("expected a free port, " + ip + ":" + address.getPort() + " for "
                    + what + ", got: " + first(e).getMessage() + "; " + fix);
            named.initCause(e);
            throw named;
        }
    }

    /** What the system says, without what the library advises its callers. */
    private static Throwable first(Throwable thrown) {
        return thrown.getCause() == null ? thrown : first(thrown.getCause());
    }

    /** Linux and Windows have all of 127.0.0.0/8 without an interface that lists them; macOS has what it lists. */
    private static boolean isOfThisMachine(InetSocketAddress address) throws SocketException {
        return !System.getProperty("os.name", "").startsWith("Mac")
                || NetworkInterface.getByInetAddress(address.getAddress()) != null;
    }
}
