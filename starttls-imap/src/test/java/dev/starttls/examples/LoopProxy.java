package dev.starttls.examples;

import dev.starttls.core.nio.LoopChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A proxy between TLS and TLS, on two loops: clients on one, the server behind it on the other. In each direction what was read
 * is written before more is read, so that a side which does not read slows the other down and costs no memory.
 */
public final class LoopProxy {

    private static final int BUFFER = 16_384;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final UpgradeLoop front;
    private final UpgradeLoop back;
    private final InetSocketAddress server;
    private final UpgradeSettings connecting;

    /**
     * A proxy that does not listen yet.
     *
     * @param front has the clients, and a thread that runs it
     * @param back has the connections to the server, and another
     * @param connecting under the policy IMPLICIT, with the context of {@code TrustedRoots.pem(file)} where the server's authority
     *     is not one of Java's
     */
    public LoopProxy(UpgradeLoop front, UpgradeLoop back, InetSocketAddress server, UpgradeSettings connecting) {
        this.front = front;
        this.back = back;
        this.server = server;
        this.connecting = connecting;
    }

    /**
     * Takes clients.
     *
     * @param listening bound
     * @param serving under the policy IMPLICIT, with a certificate
     * @return completed when it has begun
     */
    public CompletableFuture<Void> listen(ServerSocketChannel listening, UpgradeSettings serving) {
        return front.listen(
                listening, client -> new UpgradeConnection(new NoDialogue(Role.SERVER), serving, client), accepted -> {
                    var unused = front.adopt(accepted).thenAccept(this::serve);
                });
    }

    private void serve(LoopChannel client) {
        Peer peer = new Peer(server.getHostString(), server.getPort());
        UpgradeConnection connection = new UpgradeConnection(new NoDialogue(Role.CLIENT), connecting, peer);
        var unused = back.connect(server, connection, CONNECT)
                .thenCompose(back::adopt)
                .whenComplete((behind, thrown) -> {
                    if (thrown == null) {
                        relay(client, behind);
                    } else {
                        close(client);
                    }
                });
    }

    private static void relay(LoopChannel client, LoopChannel behind) {
        CompletableFuture<Void> there = new Direction(client, behind).begin();
        CompletableFuture<Void> back = new Direction(behind, client).begin();
        // An end in order ends the one direction, a failure both.
        var unusedFailures = CompletableFuture.anyOf(
                        failure(there), failure(back), CompletableFuture.allOf(there, back))
                .whenComplete((done, thrown) -> {
                    close(client);
                    close(behind);
                });
    }

    /** Never completed where the direction ends in order. */
    private static CompletableFuture<Void> failure(CompletableFuture<Void> direction) {
        CompletableFuture<Void> failed = new CompletableFuture<>();
        var unused = direction.exceptionally(thrown -> {
            failed.complete(null);
            return null;
        });
        return failed;
    }

    private static void close(LoopChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The other side has gone already.
        }
    }

    /** One direction, with one buffer: read by one loop's thread, written by the other's. */
    private static final class Direction implements CompletionHandler<Integer, Boolean> {

        private final LoopChannel from;
        private final LoopChannel to;
        private final ByteBuffer octets = ByteBuffer.allocate(BUFFER);
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Direction(LoopChannel from, LoopChannel to) {
            this.from = from;
            this.to = to;
        }

        CompletableFuture<Void> begin() {
            from.read(octets.clear(), true, this);
            return done;
        }

        @Override
        public void completed(Integer count, Boolean read) {
            if (!read) {
                from.read(octets.clear(), true, this);
            } else if (count >= 0) {
                to.write(octets.flip(), false, this);
            } else {
                var unused = to.shutdownOutput().whenComplete((left, thrown) -> done.complete(null));
            }
        }

        @Override
        public void failed(Throwable thrown, Boolean read) {
            done.completeExceptionally(thrown);
        }
    }

    /** TLS from the first octet, and nothing said by this side: all of it is passed on. */
    private record NoDialogue(Role role) implements Dialogue {

        @Override
        public String protocol() {
            return "proxied";
        }

        @Override
        public Step opened() {
            throw new IllegalStateException("Expected TLS from the first octet, got plaintext");
        }

        @Override
        public Step secured() {
            return Step.ready();
        }
    }
}
