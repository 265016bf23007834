package dev.starttls.benchmarks.memory;

import dev.starttls.benchmarks.MinimalDialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;

/** This library without its channels: a plaintext greeting, STARTTLS, the handshake. */
final class ConnectionPair implements InMemoryPair {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final UpgradeConnection client;
    private final UpgradeConnection server;
    private final TransitBuffers wire;

    ConnectionPair(UpgradeSettings clients, UpgradeSettings servers, TransitBuffers wire) {
        this.wire = wire;
        client = new UpgradeConnection(new MinimalDialogue(Role.CLIENT), clients, new Peer("localhost", 25));
        server = new UpgradeConnection(new MinimalDialogue(Role.SERVER), servers, new Peer("localhost", 40_000));
    }

    @Override
    public void upgrade() throws IOException {
        client.begin(System.nanoTime());
        server.begin(System.nanoTime());
        boolean moved = true;
        while (moved) {
            moved = step(client, wire.fromServer(), wire.fromClient());
            moved |= step(server, wire.fromClient(), wire.fromServer());
        }
        if (!client.ready() || !server.ready()) {
            throw new IOException("Expected an upgrade, got stuck in " + client.state() + " and " + server.state());
        }
    }

    @Override
    public void send(ByteBuffer from, ByteBuffer to) throws IOException {
        ByteBuffer network = wire.fromClient();
        network.compact();
        client.transmit(from, network);
        network.flip();
        while (network.hasRemaining()) {
            server.receive(network, to);
        }
    }

    /** Returns whether anything moved. */
    private boolean step(UpgradeConnection side, ByteBuffer in, ByteBuffer out) throws IOException {
        boolean moved = false;
        while (true) {
            side.tick(System.nanoTime());
            Want want = side.want();
            switch (want) {
                case TASK -> side.task().ifPresent(Runnable::run);
                case WRITE -> {
                    out.compact();
                    side.transmit(NOTHING, out);
                    out.flip();
                }
                case AGAIN -> side.receive(in, NOTHING);
                case ANSWER -> throw new IllegalStateException("Expected dialogues that answer at once, got " + side);
                case READ, NOTHING -> {
                    if (!in.hasRemaining()) {
                        return moved;
                    }
                    side.receive(in, want == Want.READ ? NOTHING : wire.room());
                }
            }
            moved = true;
        }
    }
}
