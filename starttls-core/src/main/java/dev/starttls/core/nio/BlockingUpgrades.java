package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Connects and upgrades, and blocks meanwhile: a second time where the server does not take what was said unasked. Immutable.
 *
 * @param <D> the protocol's dialogue
 */
final class BlockingUpgrades<D extends Dialogue> {

    private final Supplier<D> dialogues;
    private final UpgradeSettings settings;
    private final Preparer preparer;
    private final ClientTimes times;

    /** A connection that is the application's, and the dialogue that it has gone through. */
    record Ready<D>(StartTlsChannel channel, D dialogue) {}

    BlockingUpgrades(Supplier<D> dialogues, UpgradeSettings settings, Preparer preparer, ClientTimes times) {
        this.dialogues = dialogues;
        this.settings = settings;
        this.preparer = preparer;
        this.times = times;
    }

    ClientTimes times() {
        return times;
    }

    UpgradeSettings settings() {
        return settings;
    }

    /** The same with other settings. */
    BlockingUpgrades<D> with(UpgradeSettings changed) {
        return new BlockingUpgrades<>(dialogues, changed, preparer, times);
    }

    /**
     * Connects and upgrades.
     *
     * @param peer whose name the certificate must have
     * @param before when the caller began, in nanoseconds of {@link System#nanoTime}
     */
    Ready<D> connect(Peer peer, Connector.Network network, Connector.Attempts attempts, long before)
            throws IOException {
        if (settings.direct() != DirectUpgrade.REMEMBERED) {
            return connect(peer, network, settings, before, attempts, Optional.empty());
        }
        FirstAttempt first = new FirstAttempt(settings.listener());
        try {
            return connect(peer, network, first.settings(settings), before, attempts, Optional.empty());
        } catch (UpgradeException why) {
            if (!first.repeatable(why, true)) {
                throw why;
            }
            try {
                return connect(peer, network, FirstAttempt.again(settings), before, attempts.again(), Optional.of(why));
            } catch (Throwable e) {
                e.addSuppressed(why);
                throw e;
            }
        }
    }

    /** Upgrades a channel that is connected, to the server or to the proxy of the attempts. */
    Ready<D> upgrade(Peer peer, SocketChannel connected, Connector.Attempts attempts, long before) throws IOException {
        D dialogue = dialogues.get();
        UpgradeConnection connection = connection(dialogue, settings, peer, before);
        preparer.run(preparer.task(connection));
        return upgrade(connected, connection, dialogue, hop(attempts, connection, connected));
    }

    private Ready<D> connect(
            Peer peer,
            Connector.Network network,
            UpgradeSettings followed,
            long before,
            Connector.Attempts attempts,
            Optional<UpgradeException> failed)
            throws IOException {
        D dialogue = dialogues.get();
        UpgradeConnection connection = connection(dialogue, followed, peer, before);
        failed.ifPresent(connection::precededBy);
        SocketChannel socket;
        try {
            preparer.run(preparer.task(connection));
            socket = network.connect(attempts);
        } catch (UpgradeException e) {
            connection.abort(e);
            connection.end();
            throw e;
        }
        Optional<Prelude> hop = hop(attempts, connection, socket);
        if (hop.isEmpty()) {
            connection.spent(Phase.CONNECT, System.nanoTime() - before);
        }
        return upgrade(socket, connection, dialogue, hop);
    }

    private UpgradeConnection connection(D dialogue, UpgradeSettings followed, Peer peer, long before) {
        return times.bound(new UpgradeConnection(dialogue, followed, peer), before);
    }

    private static Optional<Prelude> hop(
            Connector.Attempts attempts, UpgradeConnection connection, SocketChannel socket) throws UpgradeException {
        try {
            return attempts.hop(connection);
        } catch (Throwable e) {
            Quietly.close(socket);
            UpgradeException why = Failures.ofClientCode(e, Phase.CONNECT);
            connection.abort(why);
            connection.end();
            throw why;
        }
    }

    private Ready<D> upgrade(SocketChannel socket, UpgradeConnection connection, D dialogue, Optional<Prelude> hop)
            throws IOException {
        StartTlsChannel channel =
                hop.isPresent() ? through(hop.get(), socket) : StartTlsChannel.over(socket, connection);
        try {
            channel.upgrade();
            return new Ready<>(limited(channel, times), dialogue);
        } catch (ClosedChannelException e) {
            // It was closed before it could begin.
            throw channel.failed(e, UpgradeDriver.ForeignCode.OWN_THREAD);
        } catch (Throwable e) {
            Quietly.close(channel);
            throw e;
        }
    }

    /** With the limits in time of a session's reads and writes. */
    static StartTlsChannel limited(StartTlsChannel session, ClientTimes times) {
        return session.readTimeout(times.read()).writeTimeout(times.write());
    }

    /** Goes through what goes first. Returns the channel of the connection that follows, which has not begun. */
    static StartTlsChannel through(Prelude prelude, SocketChannel socket) throws UpgradeException {
        StartTlsChannel first = StartTlsChannel.over(socket, prelude.first());
        try {
            var unusedReport = first.upgrade();
            return first.followedBy(prelude.opened());
        } catch (Throwable e) {
            UpgradeException why = prelude.failed(first.failed(e, UpgradeDriver.ForeignCode.OWN_THREAD));
            Quietly.close(first);
            throw why;
        }
    }
}
