package dev.starttls.core.nio;

import java.io.IOException;
import java.net.InetSocketAddress;

/** What a {@link StartTlsSocket} does when it is connected. */
interface SocketUpgrade {

    /** A connection that is the application's, and the line that the application is to read first, without CRLF. */
    record Session(StartTlsChannel channel, String greeting) {}

    /**
     * Connects and upgrades, and blocks meanwhile.
     *
     * @param address of the server, by the name that the program has for it
     * @param endpoint opens the channel
     * @param connectMillis for the TCP connection; 0 for the time that was set up
     * @param readMillis for each phase, if that is less than was set up for it; 0 for that
     * @throws dev.starttls.core.upgrade.UpgradeException if that fails; the channel is then closed
     */
    Session connect(InetSocketAddress address, SocketEndpoint endpoint, int connectMillis, int readMillis)
            throws IOException;
}
