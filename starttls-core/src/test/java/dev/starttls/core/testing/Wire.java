package dev.starttls.core.testing;

import dev.starttls.core.upgrade.UpgradeConnection;
import java.util.Arrays;
import java.util.Random;

/**
 * Moves octets between two connections until neither has anything to do. The turns are taken as a seed has it, and the
 * octets on their way may be cut at any point of either stream.
 */
public final class Wire {

    private static final int TURNS = 400_000;

    private final Side client;
    private final Side server;
    private final Random turns;
    private final Direction toServer = new Direction();
    private final Direction toClient = new Direction();

    private Wire(Side client, Side server, Random turns) {
        this.client = client;
        this.server = server;
        this.turns = turns;
    }

    /** A wire between two connections, whole segments both ways. */
    public static Wire between(UpgradeConnection client, UpgradeConnection server) {
        return new Wire(Side.begun(client), Side.begun(server), new Random(0));
    }

    /** A wire on which everything is cut by chance, the same for the same seed. */
    public static Wire chopped(UpgradeConnection client, UpgradeConnection server, long seed) {
        return new Wire(
                Side.begun(client).chopping(Chops.seeded(seed)),
                Side.begun(server).chopping(Chops.seeded(~seed)),
                new Random(seed));
    }

    /** Cuts the client's stream behind so many octets: what comes then is another segment. */
    public Wire cutClientAt(int octets) {
        toServer.cut = octets;
        return this;
    }

    /** Cuts the server's stream behind so many octets. */
    public Wire cutServerAt(int octets) {
        toClient.cut = octets;
        return this;
    }

    /** Loses what the client sends behind so many octets. */
    public Wire loseClientBehind(int octets) {
        toServer.limit = octets;
        return this;
    }

    /** Loses what the server sends behind so many octets. */
    public Wire loseServerBehind(int octets) {
        toClient.limit = octets;
        return this;
    }

    /** The client. */
    public Side client() {
        return client;
    }

    /** The server. */
    public Side server() {
        return server;
    }

    /** Goes on until neither side has anything to do. */
    public Wire run() {
        int idle = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            boolean ofClient = turns.nextBoolean();
            idle = step(ofClient) ? 0 : idle + 1;
            if (idle > 4 && !step(true) && !step(false)) {
                return this;
            }
        }
        throw new AssertionError("Expected an end of turns, got " + TURNS);
    }

    private boolean step(boolean ofClient) {
        boolean went = (ofClient ? client : server).step();
        if (ofClient) {
            toServer.carry(client.take(), server);
        } else {
            toClient.carry(server.take(), client);
        }
        return went;
    }

    /** One of the two streams. */
    private static final class Direction {

        private int cut = -1;
        private int limit = Integer.MAX_VALUE;
        private int carried;

        void carry(byte[] octets, Side to) {
            byte[] kept = Arrays.copyOf(octets, Math.min(octets.length, Math.max(0, limit - carried)));
            int at = cut - carried;
            if (at > 0 && at < kept.length) {
                to.arrive(Arrays.copyOfRange(kept, 0, at));
                // The first part is dealt with before the second arrives.
                to.run();
                to.arrive(Arrays.copyOfRange(kept, at, kept.length));
            } else {
                to.arrive(kept);
            }
            carried += octets.length;
        }
    }
}
