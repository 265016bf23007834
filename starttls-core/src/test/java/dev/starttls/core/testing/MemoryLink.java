package dev.starttls.core.testing;

import dev.starttls.core.upgrade.UpgradeConnection;
import java.util.Arrays;
import java.util.Random;

/**
 * Joins a client and a server in memory: what one has sent arrives at the other, until neither has anything to do. The two
 * take turns in a random order, the same for the same seed. The end of one is not reported to the other.
 *
 * <p>How the octets are split is said by the {@link Fragmentation} of the {@link Endpoint} that reads them.
 */
public final class MemoryLink {

    private static final int MAX_TURNS = 400_000;
    /** After so many turns in a row that moved nothing it is likely that nothing moves at all. */
    private static final int MANY_IDLE_TURNS = 4;

    private final Endpoint client;
    private final Endpoint server;
    private final Random turns;
    private final Direction toServer;
    private final Direction toClient;

    private MemoryLink(Endpoint client, Endpoint server, Random turns) {
        this.client = client;
        this.server = server;
        this.turns = turns;
        this.toServer = new Direction(client, server);
        this.toClient = new Direction(server, client);
    }

    /** A link between two endpoints. */
    public static MemoryLink between(Endpoint client, Endpoint server) {
        return new MemoryLink(client, server, new Random(0));
    }

    /** A link between two connections, which begin. */
    public static MemoryLink between(UpgradeConnection client, UpgradeConnection server) {
        return between(Endpoint.of(client), Endpoint.of(server));
    }

    /** A link on which segments, buffers and turns are random, the same for the same seed. */
    public static MemoryLink random(UpgradeConnection client, UpgradeConnection server, long seed) {
        return new MemoryLink(
                Endpoint.of(client).fragmented(Fragmentation.random(seed)),
                Endpoint.of(server).fragmented(Fragmentation.random(~seed)),
                new Random(seed));
    }

    /** Splits both streams like this. */
    public MemoryLink fragmented(Fragmentation both) {
        client.fragmented(both);
        server.fragmented(both);
        return this;
    }

    /** Splits the client's stream after so many octets. */
    public MemoryLink splitClientAt(int octets) {
        server.fragmented(Fragmentation.at(octets));
        return this;
    }

    /** Splits the server's stream after so many octets. */
    public MemoryLink splitServerAt(int octets) {
        client.fragmented(Fragmentation.at(octets));
        return this;
    }

    /** Loses what the client sends after so many octets. */
    public MemoryLink loseClientAfter(int octets) {
        toServer.limit = octets;
        return this;
    }

    /** Loses what the server sends after so many octets. */
    public MemoryLink loseServerAfter(int octets) {
        toClient.limit = octets;
        return this;
    }

    /** The client. */
    public Endpoint client() {
        return client;
    }

    /** The server. */
    public Endpoint server() {
        return server;
    }

    /** Goes on until neither has anything to do. */
    public MemoryLink run() {
        int idle = 0;
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            boolean moved = (turns.nextBoolean() ? toServer : toClient).step();
            idle = moved ? 0 : idle + 1;
            if (idle > MANY_IDLE_TURNS && !toServer.step() && !toClient.step()) {
                return this;
            }
        }
        throw new AssertionError("Expected an end of turns, got " + MAX_TURNS);
    }

    /** One of the two streams. */
    private static final class Direction {

        private final Endpoint from;
        private final Endpoint to;
        private int limit = Integer.MAX_VALUE;
        private int carried;

        Direction(Endpoint from, Endpoint to) {
            this.from = from;
            this.to = to;
        }

        /** Does one thing at the sending endpoint. Returns whether there was one. */
        boolean step() {
            boolean moved = from.step();
            byte[] octets = from.take();
            to.arrive(Arrays.copyOf(octets, Math.min(octets.length, Math.max(0, limit - carried))));
            carried += octets.length;
            return moved;
        }
    }
}
