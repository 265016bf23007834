package dev.starttls.core.testing.memory;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.core.upgrade.Want;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** One end of a connection in memory, driven without I/O: what it was given and has not taken, what it has sent, how it failed. */
public final class Side {

    private final UpgradeConnection connection;
    private final int room;
    private final ByteArrayOutputStream application = new ByteArrayOutputStream();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private byte[] left = {};
    private ByteBuffer toSend = ByteBuffer.allocate(0);
    private Optional<IOException> failure = Optional.empty();
    private Optional<Throwable> fault = Optional.empty();
    private long now;

    private Side(UpgradeConnection connection, int room) {
        this.connection = connection;
        this.room = room;
        attempt(() -> connection.begin(0));
    }

    public static Side of(Dialogue dialogue, UpgradeSettings settings) {
        return of(dialogue, settings, "localhost");
    }

    public static Side of(Dialogue dialogue, UpgradeSettings settings, String host) {
        return new Side(new UpgradeConnection(dialogue, settings, new Peer(host, 587)), 4096);
    }

    /** One whose outgoing octets leave through a buffer of this size. */
    public static Side narrow(Dialogue dialogue, UpgradeSettings settings, int room) {
        return new Side(new UpgradeConnection(dialogue, settings, new Peer("localhost", 587)), room);
    }

    public UpgradeConnection connection() {
        return connection;
    }

    public Optional<IOException> failure() {
        return failure;
    }

    public UpgradeException upgradeFailure() {
        return (UpgradeException)
                failure.orElseThrow(() -> new AssertionError("Expected a failure, state is " + connection.state()));
    }

    public boolean over() {
        return failure.isPresent() || connection.state().terminal();
    }

    /** All octets that left, as text; of use only where they left in the clear. */
    public String sent() {
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    public int sentOctets() {
        return sent.size();
    }

    public String application() {
        return application.toString(StandardCharsets.ISO_8859_1);
    }

    public void write(String text) {
        toSend = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void give(byte[] octets) {
        int before = left.length;
        left = Arrays.copyOf(left, before + octets.length);
        System.arraycopy(octets, 0, left, before, octets.length);
        receive();
    }

    public void endOfInput() {
        if (!over()) {
            attempt(connection::endOfInput);
        }
    }

    public void pass(long nanos) {
        now += nanos;
        attempt(() -> connection.tick(now));
    }

    /** What leaves now. */
    public byte[] take() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(room);
        boolean moved = true;
        while (moved) {
            moved = tasks();
            ByteBuffer into = buffer.clear();
            attempt(() -> connection.transmit(toSend, into));
            out.write(buffer.array(), 0, buffer.position());
            moved |= buffer.position() > 0;
            moved |= receive();
            moved |= tasks();
        }
        sent.writeBytes(out.toByteArray());
        if (connection.state() != State.FAILED) {
            try {
                attempt(() -> connection.tick(now));
            } catch (RuntimeException | Error e) {
                fault = Optional.of(e);
            }
        }
        return out.toByteArray();
    }

    /** What this side's own code threw, after the last lines that say so had left. */
    public Optional<Throwable> fault() {
        return fault;
    }

    private boolean tasks() {
        boolean ran = false;
        while (connection.want() == Want.TASK) {
            connection.task().ifPresent(Runnable::run);
            ran = true;
        }
        return ran;
    }

    private boolean receive() {
        if (over() || (left.length == 0 && !connection.ready() && connection.want() != Want.AGAIN)) {
            return false;
        }
        ByteBuffer network = ByteBuffer.wrap(left);
        ByteBuffer out = ByteBuffer.allocate(4096);
        attempt(() -> connection.receive(network, out));
        application.write(out.array(), 0, out.position());
        boolean moved = network.position() > 0 || out.position() > 0 || connection.want() == Want.AGAIN;
        left = Arrays.copyOfRange(left, network.position(), left.length);
        return moved;
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private void attempt(Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException e) {
            if (failure.isEmpty()) {
                failure = Optional.of(e);
            }
        }
    }
}
