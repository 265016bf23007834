package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * Opens the sockets that a client connects: where they are bound and which options they have, and which addresses they are
 * connected to. Connecting itself, time and the race of several addresses stay the library's.
 *
 * <p>From an address of this machine:
 *
 * <pre>{@code
 * client.sockets(address -> SocketChannel.open().bind(new InetSocketAddress("192.0.2.25", 0)));
 * }</pre>
 *
 * <p>Over a Unix-domain socket, whatever the host is called:
 *
 * <pre>{@code
 * client.sockets(new SocketOpener() {
 *     public List<SocketAddress> addresses(String host, int port) {
 *         return List.of(UnixDomainSocketAddress.of("/run/mail/submission"));
 *     }
 *     public SocketChannel open(SocketAddress address) throws IOException {
 *         return SocketChannel.open(StandardProtocolFamily.UNIX);
 *     }
 * });
 * }</pre>
 *
 * <p>Where a socket cannot be bound since another of the same connection has the port, the addresses are tried one after the
 * other, each with an equal share of the time.
 *
 * @see ClientSetup#sockets
 */
@FunctionalInterface
public interface SocketOpener {

    /**
     * Opens the socket for one attempt: bound or not, with whatever options, and not connected. It is the library's from then on,
     * which makes it blocking or not, sets TCP_NODELAY, and closes it if the attempt is given up. Called once for each address that
     * is tried, by the thread that connects or that of the loop, which it must not block.
     *
     * @param address that it will be connected to, one of {@link #addresses}
     * @return a new channel, open, of the default provider
     * @throws IOException if there is none: this address is then passed over. What else it throws passes it over too, and
     *     connecting fails with {@link dev.starttls.core.upgrade.FailureReason#LOCAL_ERROR} if no other address answers
     */
    SocketChannel open(SocketAddress address) throws IOException;

    /**
     * Finds the addresses to connect to. Called by the thread that calls {@code connect}, or on the executor of {@link
     * ClientSetup#lookup}, and may block there. Not called where the address is known already: from {@link
     * ClientSetup#addresses}, or by a socket factory whose program has looked it up.
     *
     * @param host of the server, or of the proxy if there is one; an international name in ASCII (RFC 5891)
     * @param port of the same
     * @return the addresses in the order in which they are tried; by default those that this machine's name service has for the
     *     host, the families taking turns (RFC 8305 section 4). The certificate must have the host's name, whatever they are
     * @throws UnknownHostException if there is none, as an empty list says too
     * @throws IOException if they cannot be found for another reason
     */
    default List<? extends SocketAddress> addresses(String host, int port) throws IOException {
        return Connector.resolve(new Peer(host, port), InetAddress::getAllByName);
    }
}
