package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A TCP connection being made on a loop: tries addresses in their order. Only the loop's thread touches it. */
final class LoopedConnect extends Deadlines.Timed implements SelectorLoop.Member {

    private final SelectorLoop loop;
    private final UpgradeConnection connection;
    private final CompletableFuture<StartTlsChannel> future;
    private final Iterator<InetSocketAddress> addresses;
    private final Connector.Attempts attempts;
    private final long began;
    private Optional<SelectionKey> key = Optional.empty();
    private long connectBy;
    private boolean ended;

    /**
     * A connection that has not begun.
     *
     * @param began when its caller began, in nanoseconds of {@link System#nanoTime}: looking up the name is part of it
     */
    LoopedConnect(
            SelectorLoop loop,
            UpgradeConnection connection,
            CompletableFuture<StartTlsChannel> future,
            List<InetSocketAddress> addresses,
            Duration timeout,
            long began) {
        this.loop = loop;
        this.connection = connection;
        this.future = future;
        this.addresses = addresses.iterator();
        this.attempts = new Connector.Attempts(addresses, timeout);
        this.began = began;
    }

    void begin() {
        loop.join(this);
        loop.whenCancelled(future, () -> abandoned(SelectorLoop.cancelled()));
        next();
    }

    @Override
    public void selected(SelectionKey selected) {
        if (ended || !selected.isValid()) {
            return;
        }
        try {
            if (((SocketChannel) selected.channel()).finishConnect()) {
                connected(selected);
            }
        } catch (IOException e) {
            failed(e.getMessage());
        }
    }

    @Override
    public void abandoned(UpgradeException why) {
        if (!ended) {
            end();
            hangUp();
            loop.release();
            loop.whenForgotten(() -> future.completeExceptionally(why));
        }
    }

    @Override
    Optional<Long> due() {
        return ended ? Optional.empty() : Optional.of(connectBy);
    }

    @Override
    void expired() {
        failed("no answer in time");
    }

    /** Tries the next address, and those behind it as long as they fail at once. */
    private void next() {
        while (addresses.hasNext()) {
            InetSocketAddress address = addresses.next();
            connectBy = System.nanoTime() + attempts.begin(address);
            try {
                if (open(address)) {
                    connected(key.orElseThrow());
                } else {
                    loop.deadlines().set(this);
                }
                return;
            } catch (IOException | RuntimeException e) {
                attempts.failed(e.getMessage());
                hangUp();
            }
        }
        abandoned(attempts.failure());
    }

    private boolean open(InetSocketAddress address) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.configureBlocking(false);
            key = Optional.of(socket.register(loop.selector(), SelectionKey.OP_CONNECT, this));
            return socket.connect(address);
        } catch (IOException | RuntimeException e) {
            Quietly.close(socket);
            throw e;
        }
    }

    private void connected(SelectionKey made) {
        end();
        connection.spent(Phase.CONNECT, System.nanoTime() - began);
        new LoopedUpgrade(loop, made, connection, future).begin();
    }

    private void failed(String what) {
        attempts.failed(what);
        hangUp();
        next();
    }

    private void hangUp() {
        key.ifPresent(last -> {
            last.cancel();
            Quietly.close(last.channel());
        });
    }

    private void end() {
        ended = true;
        loop.deadlines().drop(this);
        loop.leave(this);
    }
}
