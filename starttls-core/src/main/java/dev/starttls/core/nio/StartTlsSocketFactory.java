package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import javax.net.SocketFactory;

/**
 * Sockets for a mail library that has nothing else to be set: {@code connect} goes through the whole dialogue of the upgrade, and
 * what the library reads then begins with a greeting that is made of what the server announced inside TLS. The {@code
 * socketFactory()} of a protocol's client makes one.
 *
 * <pre>{@code
 * Properties properties = new Properties();
 * properties.put("mail.smtp.socketFactory", SmtpClient.to("mail.example.org", 587).socketFactory());
 * properties.put("mail.smtp.socketFactory.fallback", "false");
 * }</pre>
 *
 * <p>What the library itself does about TLS is to be off: inside TLS the server offers no upgrade any more.
 *
 * <p><b>Address.</b> The server is the one that the program gives to {@code connect}; so is the name that the certificate must
 * have, as {@link InetSocketAddress#getHostString} has it, a name or an address, unless {@link ClientSetup#serverName} says
 * otherwise. An address is known by its name once the program has asked for that ({@link InetAddress#getHostName}), which is what the
 * name service says: set the server name for programs that do. An address that the program has looked up is the only one tried; a name
 * that it has not ({@link InetSocketAddress#createUnresolved}) is looked up, and all of its addresses are tried. The policy is the one
 * that was set, else that of the port. A proxy that the program goes through would be taken for the server, and fails of that.
 *
 * <p><b>Failures.</b> The upgrade's is an {@link UpgradeException}, with its reason and phase. It is thrown by each of the socket's
 * {@code getInputStream} and {@code getOutputStream}, which a library calls next, and not by {@code connect}: Angus Mail and
 * JavaMail take an exception of {@code connect} as a reason to connect again with a socket of their own, in plaintext, unless
 * {@code mail.smtp.socketFactory.fallback} is false. Set that all the same: with a proxy of its own, a library uses the streams
 * before that. {@link #failingOnConnect} is for programs that know no such thing. {@code createSocket} with an address throws it itself.
 *
 * <p><b>Time.</b> {@code connect} without a timeout, or with 0, takes as long as the setup's {@link ClientSetup#timeout} lets the TCP
 * connection, and a timeout takes the place of that. Each phase after it takes the setup's time, or {@link Socket#setSoTimeout}'s if
 * that is less. Afterwards a read blocks for the time of {@code setSoTimeout} at most, 0 being for ever, and throws a {@link
 * java.net.SocketTimeoutException}, after which it can be read on; a write has no limit, as in every socket.
 *
 * <p><b>Sockets</b> behave as {@link Socket} says, but for this. TCP_NODELAY is on until it is set. Options and a local address that
 * are set before {@code connect} take effect there, and fail there. {@code getChannel} is null. Urgent data is not supported. A read
 * that waits is not ended by {@code shutdownInput}, but by {@code close}; {@code close} and {@code shutdownOutput} send close_notify,
 * whose absence is a {@link dev.starttls.core.tls.TruncatedException} at the end of the stream (RFC 8446 section 6.1). To interrupt a
 * thread that reads or writes closes the socket, as it does with a channel.
 *
 * <p>A factory is safe for use by several threads, and keeps its setup's context, so that sessions are resumed. Of a socket, one thread
 * may read while another writes; any may close it.
 */
public final class StartTlsSocketFactory extends SocketFactory {

    private final SocketUpgrade upgrade;
    private final StartTlsSocket.Failing failing;

    /**
     * Says what a program reads first that has not seen the dialogue.
     *
     * @param <D> the protocol's dialogue
     */
    @FunctionalInterface
    public interface Greeting<D> {

        /**
         * The greeting of a session.
         *
         * @param dialogue that is done; what it was told before TLS it has forgotten
         * @return one line, without CRLF
         * @throws UpgradeException if the program is not to have this session
         */
        String line(D dialogue) throws UpgradeException;
    }

    StartTlsSocketFactory(SocketUpgrade upgrade) {
        this(upgrade, StartTlsSocket.Failing.ON_USE);
    }

    private StartTlsSocketFactory(SocketUpgrade upgrade, StartTlsSocket.Failing failing) {
        this.upgrade = upgrade;
        this.failing = failing;
    }

    /**
     * The same with sockets whose {@code connect} throws the upgrade's failure. Not for a library that then connects without this factory:
     * for Angus Mail and JavaMail set {@code mail.smtp.socketFactory.fallback}, and that of other protocols, to false.
     *
     * @return another factory
     */
    public StartTlsSocketFactory failingOnConnect() {
        return new StartTlsSocketFactory(upgrade, StartTlsSocket.Failing.ON_CONNECT);
    }

    /**
     * A socket that is to be connected. Nothing is opened yet, so that this does not fail.
     *
     * @return a new one
     */
    @Override
    public Socket createSocket() throws IOException {
        return new StartTlsSocket(upgrade, failing);
    }

    /**
     * A socket that is connected.
     *
     * @throws UpgradeException if the upgrade fails
     */
    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), Optional.empty());
    }

    /**
     * A socket that is connected, from an address of this machine.
     *
     * @throws UpgradeException if the upgrade fails
     */
    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), Optional.of(new InetSocketAddress(localHost, localPort)));
    }

    /**
     * A socket that is connected. The certificate must have the name that the address was looked up by, or the address.
     *
     * @throws UpgradeException if the upgrade fails
     */
    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), Optional.empty());
    }

    /**
     * A socket that is connected, from an address of this machine. The certificate must have the name that the address was looked
     * up by, or the address.
     *
     * @throws UpgradeException if the upgrade fails
     */
    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return connected(
                new InetSocketAddress(address, port), Optional.of(new InetSocketAddress(localAddress, localPort)));
    }

    private Socket connected(InetSocketAddress address, Optional<InetSocketAddress> local) throws IOException {
        Socket socket = new StartTlsSocket(upgrade, StartTlsSocket.Failing.ON_CONNECT);
        try {
            if (local.isPresent()) {
                socket.bind(local.get());
            }
            socket.connect(address);
            return socket;
        } catch (Throwable e) {
            Quietly.close(socket);
            throw e;
        }
    }
}
