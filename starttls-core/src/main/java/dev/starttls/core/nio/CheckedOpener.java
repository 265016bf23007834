package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;

/** Sockets of the application's, of which no other than new ones are accepted. */
record CheckedOpener(SocketOpener opener) implements Connector.Opening {

    /** Attempts to the addresses and on the sockets of the application's; the same ones if it has none. */
    static Connector.Attempts on(Connector.Attempts attempts, Optional<SocketOpener> sockets) {
        return sockets.isEmpty()
                ? attempts
                : onKnown(attempts.addresses(peer -> addresses(sockets.get(), peer)), sockets);
    }

    /** Attempts on the sockets of the application's, to addresses that it has given already. */
    static Connector.Attempts onKnown(Connector.Attempts attempts, Optional<SocketOpener> sockets) {
        return sockets.isEmpty() ? attempts : attempts.on(new CheckedOpener(sockets.get()));
    }

    /** Asks for the addresses, and blocks meanwhile for as long as that takes. */
    private static List<? extends SocketAddress> addresses(SocketOpener opener, Peer peer) throws UpgradeException {
        String host = Connector.ascii(peer);
        try {
            List<? extends SocketAddress> found = List.copyOf(opener.addresses(host, peer.port()));
            if (found.isEmpty()) {
                throw Connector.unknown(peer.host());
            }
            return found;
        } catch (UpgradeException e) {
            throw e;
        } catch (IOException e) {
            throw Failures.caused(Connector.unknown(peer.host()), e);
        } catch (Throwable e) {
            throw Failures.ofClientCode(e, Phase.CONNECT);
        }
    }

    @Override
    public SocketChannel open(SocketAddress address) throws IOException {
        SocketChannel channel = opener.open(address);
        if (channel == null) {
            throw unusable("null");
        }
        if (!channel.isOpen()) {
            throw unusable("a closed one; open a new one for each call");
        }
        // One that connects already is an attempt of its own, which is not this one's to close.
        if (channel.isConnectionPending()) {
            throw unusable("one that is connecting; open a new one for each call");
        }
        try {
            if (channel.isConnected()) {
                throw unusable(
                        "a connected one; ClientSetup.connect(SocketChannel) and UpgradeLoop.upgrade take those");
            }
            channel.configureBlocking(true);
            Connector.withoutDelay(channel);
            return channel;
        } catch (Throwable e) {
            Quietly.close(channel);
            throw e;
        }
    }

    private static IllegalStateException unusable(String got) {
        return new IllegalStateException(
                "Expected the SocketOpener to return an open channel that is not connected, got " + got);
    }
}
