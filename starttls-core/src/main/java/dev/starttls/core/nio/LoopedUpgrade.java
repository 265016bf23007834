package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One connection of a loop, from the connect to the end of its dialogue. Only the loop's thread touches it. */
final class LoopedUpgrade extends Deadlines.Timed implements UpgradeLoop.Selected {

    private final UpgradeLoop loop;
    private final SocketChannel socket;
    private final UpgradeConnection connection;
    private final StartTlsChannel channel;
    private final CompletableFuture<StartTlsChannel> future;
    private SelectionKey key;
    private boolean connecting;
    private boolean ended;
    private long connectBy;
    private Optional<InetSocketAddress> address = Optional.empty();

    LoopedUpgrade(
            UpgradeLoop loop,
            SocketChannel socket,
            UpgradeConnection connection,
            CompletableFuture<StartTlsChannel> future) {
        this.loop = loop;
        this.socket = socket;
        this.connection = connection;
        this.channel = StartTlsChannel.over(socket, connection);
        this.future = future;
        var unused = future.whenComplete((done, thrown) -> {
            if (future.isCancelled()) {
                loop.run(() -> fail(UpgradeLoop.rejected("Expected to go on, but the future was cancelled")));
            }
        });
    }

    void connect(Selector selector, InetSocketAddress to, Duration timeout) throws IOException {
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        address = Optional.of(to);
        connecting = true;
        connectBy = System.nanoTime() + timeout.toNanos();
        key = socket.register(selector, SelectionKey.OP_CONNECT, this);
        loop.deadlines().set(this);
        try {
            if (socket.connect(to)) {
                connected();
            }
        } catch (IOException e) {
            fail(unconnected(e.getMessage()));
        }
    }

    void begin(Selector selector) throws IOException {
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        key = socket.register(selector, 0, this);
        drive();
        loop.deadlines().set(this);
    }

    @Override
    public void selected(SelectionKey selected) {
        if (ended) {
            return;
        }
        if (connecting) {
            try {
                if (socket.finishConnect()) {
                    connected();
                }
            } catch (IOException e) {
                fail(unconnected(e.getMessage()));
            }
        } else {
            drive();
        }
    }

    @Override
    public void abandoned(SelectionKey selected) {
        fail(UpgradeLoop.rejected("Expected the loop to go on, but it was shut down"));
    }

    @Override
    Optional<Long> due() {
        if (ended) {
            return Optional.empty();
        }
        return connecting ? Optional.of(connectBy) : connection.deadline();
    }

    @Override
    void expired() {
        if (connecting) {
            fail(unconnected("nobody answered in time"));
        } else {
            drive();
        }
    }

    private void connected() {
        connecting = false;
        drive();
        loop.deadlines().set(this);
    }

    private void drive() {
        try {
            Want want = channel.advance(loop.tasks(), () -> loop.run(this::driveOn));
            switch (want) {
                case READ -> key.interestOps(SelectionKey.OP_READ);
                case WRITE -> key.interestOps(SelectionKey.OP_WRITE);
                case TASK -> key.interestOps(0);
                case NOTHING -> finish();
            }
        } catch (IOException | RuntimeException e) {
            end();
            loop.whenForgotten(() -> future.completeExceptionally(e));
        }
    }

    private void driveOn() {
        if (!ended) {
            drive();
        }
    }

    private void finish() throws IOException {
        if (!connection.ready()) {
            channel.close();
        }
        end();
        loop.whenForgotten(() -> {
            if (!future.complete(channel)) {
                abandon();
            }
        });
    }

    private void fail(UpgradeException why) {
        if (!ended) {
            abandon();
            end();
            loop.whenForgotten(() -> future.completeExceptionally(why));
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            key.cancel();
            loop.release();
        }
    }

    private void abandon() {
        Quietly.close(channel);
    }

    private UpgradeException unconnected(String what) {
        return Connector.failed(address.map(InetSocketAddress::toString).orElse("the peer"), what);
    }
}
