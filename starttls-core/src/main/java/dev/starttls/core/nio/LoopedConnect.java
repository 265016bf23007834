package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A TCP connection being made on a loop: has its host looked up if need be, and races the addresses. Only
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

    private Optional<AddressRace> race = Optional.empty();
    /** The host name that is being looked up. */
    private Optional<String> host = Optional.empty();

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
    void begin(List<? extends SocketAddress> known) {
        beginning = another -> another.begin(known);
        join();
        found(known);
    }

    /** Begins with the look-up of a host, done by an executor, which is abandoned when the time is over. */
    void begin(Peer peer, Executor lookup) {
        beginning = another -> another.begin(peer, lookup);
        join();
        host = Optional.of(peer.host());
        loop.deadlines().set(this);
        try {
            lookup.execute(() -> lookUp(peer));
        } catch (RejectedExecutionException e) {
            end(Failures.caused(Connector.rejectedLookup(peer.host()), e));
        } catch (Throwable e) {
            end(Failures.ofClientCode(e, Phase.CONNECT));
        }
    }

    @Override
    public void selected(SelectionKey selected) {
        race.filter(running -> !ended && selected.isValid())
                .ifPresent(running ->
                        follow(running, running.selected(selected, loop.time().nanos())));
    }

    @Override
    public void turn() {
        // What is awaited comes by the selector, by the executor or by the deadline.
    }

    @Override
    public void broken(Throwable thrown) {
        end(Failures.ofClientCode(thrown, Phase.CONNECT));
    }

    @Override
    public void abandoned(String detail, Optional<Throwable> cause) {
        UpgradeException why = Failures.rejected(Phase.CONNECT, detail);
        cause.ifPresent(why::initCause);
        end(why);
    }

    @Override
    Optional<Long> due() {
        return ended ? Optional.empty() : Optional.of(race.map(AddressRace::due).orElse(attempts.deadline()));
    }

    @Override
    void expired() {
        if (host.isPresent()) {
            end(attempts.lookupTooSlow(host.get()));
        } else {
            race.ifPresent(
                    running -> follow(running, running.advance(loop.time().nanos())));
        }
    }

    /** On a thread of the executor. */
    private void lookUp(Peer peer) {
        try {
            List<? extends SocketAddress> found = attempts.resolve(peer);
            loop.execute(() -> lookedUp(found));
        } catch (UpgradeException unknown) {
            loop.execute(() -> end(unknown));
        } catch (Throwable e) {
            loop.execute(() -> broken(e));
        }
    }

    /** The first answer counts: an executor may run its task again. */
    private void lookedUp(List<? extends SocketAddress> found) {
        if (!ended && host.isPresent()) {
            host = Optional.empty();
            found(found);
        }
    }

    private void found(List<? extends SocketAddress> found) {
        AddressRace begun = new AddressRace(found, attempts, loop.selector(), this);
        race = Optional.of(begun);
        try {
            follow(begun, begun.advance(loop.time().nanos()));
        } catch (Throwable e) {
            broken(e);
        }
    }

    private void follow(AddressRace running, Optional<SelectionKey> made) {
        // Code of the application opens the sockets.
        loop.foreign().ran();
        if (made.isPresent()) {
            running.close();
            connected(made.get());
        } else if (running.lost()) {
            end(attempts.failure());
        } else {
            loop.deadlines().set(this);
        }
    }

    /** From here on the upgrade ends the connection; this does if no upgrade could be made. */
    private void connected(SelectionKey made) {
        LoopedUpgrade upgrade;
        try {
            Optional<Prelude> hop = attempts.hop(connection);
            upgrade = new LoopedUpgrade(loop, made, connection, future, this::goesOn, hop);
            if (hop.isEmpty()) {
                connection.spent(Phase.CONNECT, System.nanoTime() - began);
            }
        } catch (Throwable e) {
            Quietly.close(made.channel());
            end(Failures.ofClientCode(e, Phase.CONNECT));
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
            race.ifPresent(AddressRace::close);
            loop.release();
            loop.whenForgotten(() -> future.completeExceptionally(why));
            connection.abort(why);
            connection.end();
        }
    }
}
