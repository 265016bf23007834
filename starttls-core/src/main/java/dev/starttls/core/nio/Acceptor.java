package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.UpgradeConnection;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes connections for a loop as long as it has room; the others stay in the backlog of the server socket. */
final class Acceptor implements UpgradeLoop.Selected {

    private final UpgradeLoop loop;
    private final ServerSocketChannel server;
    private final Function<Peer, UpgradeConnection> connections;
    private final Consumer<StartTlsChannel> ready;

    Acceptor(
            UpgradeLoop loop,
            ServerSocketChannel server,
            Function<Peer, UpgradeConnection> connections,
            Consumer<StartTlsChannel> ready) {
        this.loop = loop;
        this.server = server;
        this.connections = connections;
        this.ready = ready;
    }

    @Override
    public void selected(SelectionKey key) {
        while (key.isValid()) {
            if (!loop.reserve()) {
                key.interestOps(0);
                return;
            }
            SocketChannel channel;
            try {
                channel = server.accept();
            } catch (IOException e) {
                // This one connection is lost (reset, or no file descriptor left); the next may work.
                loop.release();
                return;
            }
            if (channel == null) {
                loop.release();
                return;
            }
            begin(channel);
        }
    }

    @Override
    public void abandoned(SelectionKey key) {
        close(key);
    }

    void close(SelectionKey key) {
        key.cancel();
        Quietly.close(server);
    }

    private void begin(SocketChannel channel) {
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        var unused = future.whenComplete(this::ended);
        try {
            UpgradeConnection connection = connections.apply(UpgradeLoop.peerOf(channel));
            new LoopedUpgrade(loop, channel, connection, future).begin(loop.selector());
        } catch (IOException e) {
            // The client has gone before it was greeted.
            giveUp(channel);
        } catch (RuntimeException e) {
            giveUp(channel);
            UpgradeLoop.report(e);
        }
    }

    private void giveUp(SocketChannel channel) {
        loop.release();
        Quietly.close(channel);
    }

    private void ended(StartTlsChannel upgraded, Throwable thrown) {
        try {
            if (thrown instanceof RuntimeException fault) {
                // Failures of upgrades are the listener's; this is one of the author's code.
                throw fault;
            }
            if (thrown == null && upgraded.connection().ready()) {
                ready.accept(upgraded);
            }
        } catch (RuntimeException fault) {
            UpgradeLoop.report(fault);
        }
    }
}
