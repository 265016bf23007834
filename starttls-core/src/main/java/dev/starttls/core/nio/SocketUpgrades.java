package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.StartTlsProtocol;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Connects the sockets of a {@link StartTlsSocketFactory} as a client's setup says. Immutable.
 *
 * @param <D> the protocol's dialogue
 */
final class SocketUpgrades<D extends Dialogue> implements SocketUpgrade {

    private final BlockingUpgrades<D> upgrades;
    private final StartTlsSocketFactory.Greeting<D> greeting;
    private final Target target;

    /**
     * What a setup says of the server.
     *
     * @param address that the setup was made for
     * @param serverName in place of the host that the program connects to
     * @param byPort whose ports decide about the policy
     * @param lookup for names that the program has not looked up itself
     * @param names looks them up
     * @param proxy to connect through
     * @param sockets opens them; empty for those of the JDK
     */
    record Target(
            Peer address,
            Optional<String> serverName,
            Optional<StartTlsProtocol> byPort,
            Optional<Executor> lookup,
            Connector.NameService names,
            Optional<ProxyRoute> proxy,
            Optional<SocketOpener> sockets) {

        /** Whom the certificate must be for: of another host than that of the setup, that host alone. */
        Peer expected(Peer server) {
            return serverName
                    .map(name -> new Peer(name, server.port()))
                    .orElseGet(() -> server.host().equalsIgnoreCase(address.host())
                            ? new Peer(server.host(), server.port(), address.alternatives())
                            : server);
        }
    }

    SocketUpgrades(BlockingUpgrades<D> upgrades, StartTlsSocketFactory.Greeting<D> greeting, Target target) {
        this.upgrades = upgrades;
        this.greeting = greeting;
        this.target = target;
    }

    /** What is done about TLS on a port, unless it is set otherwise (RFC 8314 section 7). */
    static TlsPolicy policyOf(StartTlsProtocol protocol, int port) {
        return protocol.implicitTlsPorts().contains(port) ? TlsPolicy.IMPLICIT : TlsPolicy.REQUIRED;
    }

    @Override
    public Session connect(InetSocketAddress address, SocketEndpoint endpoint, int connectMillis, int readMillis)
            throws IOException {
        long before = System.nanoTime();
        Peer server = new Peer(address.getHostString(), address.getPort());
        BlockingUpgrades<D> followed = upgrades.with(settings(address.getPort(), readMillis));
        ClientTimes times = upgrades.times();
        Connector.Attempts named = new Connector.Attempts(
                        connectMillis > 0 ? times.withConnect(Duration.ofMillis(connectMillis)) : times, before)
                .names(target.names())
                .through(connection ->
                        ProxyHop.of(target.proxy(), server, followed.settings().limits(), times, before, connection));
        Connector.Attempts opened = CheckedOpener.on(named, target.sockets());
        Connector.Attempts attempts = opened.on(remote -> endpoint.open(opened.opening(), remote));
        BlockingUpgrades.Ready<D> ready =
                followed.connect(target.expected(server), made -> connect(address, server, made), attempts, before);
        try {
            return new Session(ready.channel(), greeting.line(ready.dialogue()));
        } catch (Throwable e) {
            Quietly.close(ready.channel());
            throw e;
        }
    }

    /**
     * An address that was looked up is the one to connect to; all addresses of a name that was not are tried. A proxy looks the
     * name up itself.
     */
    private SocketChannel connect(InetSocketAddress address, Peer server, Connector.Attempts attempts)
            throws UpgradeException {
        return target.proxy().isPresent() || address.isUnresolved()
                ? Connector.connect(target.proxy().map(ProxyRoute::proxy).orElse(server), attempts, target.lookup())
                : Connector.connect(List.of(address), attempts);
    }

    private UpgradeSettings settings(int port, int readMillis) {
        UpgradeSettings settings = upgrades.settings();
        if (target.byPort().isPresent()) {
            settings = settings.withPolicy(policyOf(target.byPort().get(), port));
        }
        UpgradeLimits limits = settings.limits();
        Duration read = Duration.ofMillis(readMillis);
        return readMillis > 0 && read.compareTo(limits.timePerPhase()) < 0
                ? settings.withLimits(limits.withTimePerPhase(read))
                : settings;
    }
}
