package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.util.Optional;

/**
 * One connection through a proxy: first one to the proxy, then on the same transport the one to the server.
 *
 * @param route to the server
 * @param server its host and port
 * @param first asks the proxy
 * @param connection to the server, which begins when the proxy has connected to it
 * @param began when the caller began, in nanoseconds of {@link System#nanoTime}
 */
record ProxyHop(ProxyRoute route, Peer server, UpgradeConnection first, UpgradeConnection connection, long began)
        implements Prelude {

    /** The hop to a server's proxy; empty if there is no proxy. */
    static Optional<Prelude> of(
            Optional<ProxyRoute> proxy,
            Peer server,
            UpgradeLimits limits,
            ClientTimes times,
            long before,
            UpgradeConnection connection) {
        return proxy.map(route ->
                new ProxyHop(route, server, times.bound(route.asking(server, limits), before), connection, before));
    }

    /** The proxy has connected to the server: its own connection is over. */
    @Override
    public UpgradeConnection opened() {
        first.end();
        connection.spent(Phase.CONNECT, System.nanoTime() - began);
        return connection;
    }

    /** Ends the connection to the server with what that to the proxy has failed with. Returns what the caller gets. */
    @Override
    public UpgradeException failed(UpgradeException why) {
        UpgradeException failed = route.failure(server, why);
        connection.abort(failed);
        connection.end();
        return failed;
    }
}
