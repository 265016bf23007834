package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * A socket factory for programs whose settings are strings, by the name of its class: what the factories of all protocols have in
 * common. Each has a constructor without arguments and a static {@code getDefault()}, and reads {@link SocketFactorySettings}. The
 * sockets are those of {@link StartTlsSocketFactory}.
 *
 * <p>Settings that are wrong do not keep a factory from being made, since programs then go on without one, in plaintext. Its sockets
 * fail instead, as if the upgrade had: with an {@link UpgradeException} that says what is wrong with them.
 */
public abstract class ConfiguredSocketFactory extends SocketFactory {

    private final SocketFactory sockets;
    private final boolean configured;

    /**
     * Makes the factory of a protocol by its settings.
     */
    @FunctionalInterface
    protected interface Maker {

        /**
         * Makes a factory.
         *
         * @param settings of which it takes what it knows; any that is left is an error
         * @return a factory
         * @throws IOException if a setting is wrong
         */
        StartTlsSocketFactory make(SocketFactorySettings settings) throws IOException;
    }

    /**
     * A factory with the settings of a protocol, which are read now.
     *
     * @param protocol its name, which those of the system property and of the resource have in them
     * @param maker makes the factory of the protocol
     */
    protected ConfiguredSocketFactory(String protocol, Maker maker) {
        StartTlsSocketFactory made;
        boolean sound = true;
        try {
            SocketFactorySettings settings = SocketFactorySettings.of(protocol);
            made = maker.make(settings);
            settings.requireAllTaken();
        } catch (IOException | RuntimeException e) {
            UpgradeException why = Failures.caused(
                    new UpgradeException(
                            FailureReason.LOCAL_ERROR,
                            Phase.CONNECT,
                            "Expected settings for " + getClass().getName() + ", got: " + e.getMessage(),
                            "",
                            "Correct them: SocketFactorySettings says which there are; nothing was connected"),
                    e);
            made = new StartTlsSocketFactory((address, endpoint, connectMillis, readMillis) -> {
                throw why;
            });
            sound = false;
        }
        sockets = made;
        configured = sound;
    }

    /**
     * Whether the settings were right.
     *
     * @return false if each of the sockets fails
     */
    public final boolean configured() {
        return configured;
    }

    @Override
    public final Socket createSocket() throws IOException {
        return sockets.createSocket();
    }

    @Override
    public final Socket createSocket(String host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public final Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return sockets.createSocket(host, port, localHost, localPort);
    }

    @Override
    public final Socket createSocket(InetAddress host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public final Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return sockets.createSocket(address, port, localAddress, localPort);
    }
}
