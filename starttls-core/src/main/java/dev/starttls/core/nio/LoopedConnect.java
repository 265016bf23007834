package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A TCP connection being made on a loop: has its host looked up if need be, and tries the addresses in their order. Only
 * the loop's thread touches it.
 */
final class LoopedConnect extends Deadlines.Timed implements LoopMember {

    private final SelectorLoop loop;
    private final UpgradeConnection connection;
    private final CompletableFuture<StartTlsChannel> future;
    private final Connector.Attempts attempts;
    private final long began;
    /** How this one was begun, for another. */
    private Consumer<LoopedConnect> beginning = unused -> {};

    private Iterator<InetSocketAddress> addresses = List.<InetSocketAddress>of().iterator();
    private Optional<SelectionKey> key = Optional.empty();
    /** The host name that is being looked up. */
    private Optional<String> host = Optional.empty();

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
            Connector.Attempts attempts,
            long began) {
        this.loop = loop;
        this.connection = connection;
        this.future = future;
        this.attempts = attempts;
        this.began = began;
    }

    /** Begins with addresses that are known. */
    void begin(List<InetSocketAddress> known) {
        beginning = another -> another.begin(known);
        join();
        found(known);
    }

    /** Begins with the look-up of a host, done by an executor, which is abandoned when the time is over. */
    void begin(Peer peer, Executor lookup) {
        beginning = another -> another.begin(peer, lookup);
        join();
        host = Optional.of(peer.host());
        connectBy = attempts.deadline();
        loop.deadlines().set(this);
        try {
            lookup.execute(() -> lookUp(peer));
        } catch (RejectedExecutionException e) {
            end(Failures.caused(Connector.rejectedLookup(peer.host()), e));
        } catch (Throwable e) {
            end(Failures.ofLocalCode(e, Phase.CONNECT));
        }
    }

    @Override
    public void selected(SelectionKey selected) {
        if (ended || !selected.isValid()) {
            return;
        }
        boolean made;
        try {
            made = ((SocketChannel) selected.channel()).finishConnect();
        } catch (IOException | RuntimeException e) {
            attempts.failed(e);
            hangUp();
            next();
            return;
        }
        if (made) {
            connected(selected);
        }
    }

    @Override
    public void turn() {
        // What is awaited comes by the selector, by the executor or by the deadline.
    }

    @Override
    public void broken(Throwable thrown) {
        end(Failures.ofLocalCode(thrown, Phase.CONNECT));
    }

    @Override
    public void abandoned(String detail, Optional<Throwable> cause) {
        UpgradeException why = Failures.rejected(Phase.CONNECT, detail);
        cause.ifPresent(why::initCause);
        end(why);
    }

    @Override
    Optional<Long> due() {
        return ended ? Optional.empty() : Optional.of(connectBy);
    }

    @Override
    void expired() {
        if (host.isPresent()) {
            end(attempts.lookupTooSlow(host.get()));
        } else {
            attempts.failed("no answer in time");
            hangUp();
            next();
        }
    }

    /** On a thread of the executor. */
    private void lookUp(Peer peer) {
        try {
            List<InetSocketAddress> found = Connector.resolve(peer);
            loop.execute(() -> lookedUp(found));
        } catch (UpgradeException unknown) {
            loop.execute(() -> end(unknown));
        } catch (Throwable e) {
            loop.execute(() -> broken(e));
        }
    }

    /** The first answer counts: an executor may run its task again. */
    private void lookedUp(List<InetSocketAddress> found) {
        if (!ended && host.isPresent()) {
            host = Optional.empty();
            found(found);
        }
    }

    private void found(List<InetSocketAddress> found) {
        attempts.of(found.size());
        addresses = found.iterator();
        next();
    }

    /** Tries the next address, and those after it as long as they fail at once. */
    private void next() {
        while (addresses.hasNext()) {
            InetSocketAddress address = addresses.next();
            connectBy = System.nanoTime() + attempts.begin(address);
            boolean made;
            try {
                made = open(address);
            } catch (IOException | RuntimeException e) {
                attempts.failed(e);
                hangUp();
                continue;
            } catch (Throwable e) {
                broken(e);
                return;
            }
            if (made) {
                connected(key.orElseThrow());
            } else {
                loop.deadlines().set(this);
            }
            return;
        }
        end(attempts.failure());
    }

    private boolean open(InetSocketAddress address) throws IOException {
        SocketChannel socket = SocketChannel.open();
        try {
            socket.configureBlocking(false);
            key = Optional.of(socket.register(loop.selector(), SelectionKey.OP_CONNECT, this));
            return socket.connect(address);
        } catch (Throwable e) {
            Quietly.close(socket);
            throw e;
        }
    }

    /** From here on the upgrade ends the connection; this does if no upgrade could be made. */
    private void connected(SelectionKey made) {
        LoopedUpgrade upgrade;
        try {
            upgrade = new LoopedUpgrade(loop, made, connection, future, this::goesOn);
            connection.spent(Phase.CONNECT, System.nanoTime() - began);
        } catch (Throwable e) {
            end(Failures.ofLocalCode(e, Phase.CONNECT));
            return;
        }
        leave();
        try {
            upgrade.begin();
        } catch (Throwable e) {
            upgrade.broken(e);
        }
    }

    /** The upgrade has failed: another connection takes its place in the loop, if there is one for that. */
    private boolean goesOn(UpgradeException why) {
        Optional<UpgradeConnection> second = attempts.second().flatMap(other -> other.after(why, !future.isDone()));
        second.ifPresent(other -> {
            LoopedConnect another = new LoopedConnect(loop, other, future, attempts.again(), began);
            LoopThread.contained(() -> beginning.accept(another), another::broken);
        });
        return second.isPresent();
    }

    private void hangUp() {
        key.ifPresent(last -> {
            last.cancel();
            Quietly.close(last.channel());
        });
    }

    private void join() {
        loop.join(this);
        loop.whenCancelled(future, () -> abandoned(SelectorLoop.CANCELLED, Optional.empty()));
    }

    private void leave() {
        ended = true;
        loop.deadlines().drop(this);
        loop.leave(this);
    }

    private void end(UpgradeException why) {
        if (!ended) {
            leave();
            hangUp();
            loop.release();
            loop.whenForgotten(() -> future.completeExceptionally(why));
            connection.abort(why);
            connection.end();
        }
    }
}
