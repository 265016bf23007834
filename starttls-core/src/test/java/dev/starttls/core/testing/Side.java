package dev.starttls.core.testing;

import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.Want;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;

/**
 * One connection driven by hand, as the contract of {@link UpgradeConnection} has it and not better: octets left are given
 * again, nothing is written but what it gave out, and a call that does not get it further is an error of the test.
 */
public final class Side {

    private static final int TURNS = 200_000;
    private static final byte[] NOTHING = {};

    private final UpgradeConnection connection;
    private final ArrayDeque<byte[]> arriving = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private ByteBuffer reading = ByteBuffer.allocate(0);
    private ByteBuffer sending = ByteBuffer.allocate(0);
    private ByteBuffer room = ByteBuffer.allocate(0);
    private Chops chops = Chops.NONE;
    private Optional<Exception> failure = Optional.empty();
    private boolean endOfInput;
    private int taken;
    private long now;

    /** A side that has begun at time zero. */
    public static Side begun(UpgradeConnection connection) {
        Side side = new Side(connection);
        side.attempt(() -> connection.begin(0));
        return side;
    }

    private Side(UpgradeConnection connection) {
        this.connection = connection;
    }

    /** Cuts what is read and written from here on. */
    public Side chopping(Chops how) {
        chops = how;
        return this;
    }

    /** The connection. */
    public UpgradeConnection connection() {
        return connection;
    }

    /** What the connection threw first. */
    public Optional<Exception> failure() {
        return failure;
    }

    /** The failure, which must be one of an upgrade. */
    public UpgradeException upgradeFailure() {
        Exception thrown =
                failure.orElseThrow(() -> new AssertionError("Expected the upgrade to fail, but it is in state "
                        + connection.state() + ", wants " + connection.want()));
        if (thrown instanceof UpgradeException why) {
            return why;
        }
        throw new AssertionError("Expected an UpgradeException, got another", thrown);
    }

    /** Throws what the connection threw, as an error of the test. */
    public Side requireSound() {
        if (failure.isPresent()) {
            throw new AssertionError("Expected no failure, got one", failure.get());
        }
        return this;
    }

    /** All octets that were put out since the last time they were asked for. */
    public byte[] take() {
        if (sent.size() == taken) {
            return NOTHING;
        }
        byte[] all = sent.toByteArray();
        byte[] fresh = Arrays.copyOfRange(all, taken, all.length);
        taken = all.length;
        return fresh;
    }

    /** All octets ever put out. */
    public byte[] sent() {
        return sent.toByteArray();
    }

    /** {@link #take} as words. */
    public String takeWords() {
        return new String(take(), StandardCharsets.ISO_8859_1);
    }

    /** What the application was given. */
    public String received() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    /** What the application sends once the connection is its. */
    public Side send(String words) {
        sending = ByteBuffer.wrap(words.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Whether the application has something to send that was not taken. */
    public boolean sending() {
        return sending.hasRemaining();
    }

    /** Octets arrive, as one segment. */
    public Side arrive(byte[] octets) {
        if (octets.length > 0) {
            arriving.add(octets.clone());
        }
        return this;
    }

    /** Words arrive, as one segment. */
    public Side arrive(String words) {
        return arrive(words.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The peer's side of the transport ends behind what has arrived. */
    public Side arriveEnd() {
        endOfInput = true;
        return this;
    }

    /** Time goes by. */
    public Side at(long nanos) {
        now = nanos;
        attempt(() -> connection.tick(now));
        return this;
    }

    /** Goes on until the connection waits for the peer, is done or has failed; its last octets are put out too. */
    public Side run() {
        for (int turn = 0; turn < TURNS; turn++) {
            if (!step()) {
                return this;
            }
        }
        throw new AssertionError("Expected an end of turns, got " + TURNS + " of them in state " + connection.state()
                + ", wanting " + connection.want());
    }

    /** Does one thing. Returns false when there is nothing to do until something arrives. */
    public boolean step() {
        attempt(() -> connection.tick(now));
        return switch (connection.want()) {
            case TASK -> {
                connection.task().ifPresent(Runnable::run);
                yield true;
            }
            case WRITE -> {
                write();
                yield true;
            }
            case AGAIN -> {
                receive(reading);
                yield true;
            }
            case READ -> read();
            case NOTHING -> connection.ready() && failure.isEmpty() && pass();
        };
    }

    private boolean pass() {
        if (sending.hasRemaining() && connection.state() != State.CLOSED && connection.state() != State.CLOSING) {
            int before = sending.remaining();
            int sentBefore = sent.size();
            write();
            if (sending.remaining() < before || sent.size() > sentBefore) {
                return true;
            }
        }
        if (connection.inputEnded()) {
            return false;
        }
        if (connection.holdsInput()) {
            receive(reading);
            return true;
        }
        return read();
    }

    private void write() {
        State state = connection.state();
        room = room(chops.room());
        Want before = connection.want();
        int waiting = sending.remaining();
        attempt(() -> connection.transmit(sending, room));
        sent.write(room.array(), 0, room.position());
        if (room.position() == 0
                && before == Want.WRITE
                && connection.want() == Want.WRITE
                && connection.state() == state
                && sending.remaining() == waiting
                && failure.isEmpty()) {
            throw new AssertionError(
                    "Expected octets of a connection that wanted to write, got none in state " + state);
        }
    }

    private boolean read() {
        if (reading.hasRemaining()) {
            int before = reading.remaining();
            int given = received.size();
            State state = connection.state();
            receive(reading);
            if (reading.remaining() < before
                    || received.size() > given
                    || failure.isPresent()
                    || connection.state() != state
                    || connection.want() == Want.WRITE
                    || connection.want() == Want.TASK) {
                return true;
            }
            throw new AssertionError(
                    "Expected the " + before + " octets left to be taken, got none of them taken in state " + state
                            + ", wanting " + connection.want());
        }
        byte[] next = arriving.poll();
        if (next == null) {
            if (endOfInput) {
                endOfInput = false;
                attempt(connection::endOfInput);
                return true;
            }
            return false;
        }
        int piece = Math.min(next.length, chops.piece());
        reading = ByteBuffer.wrap(Arrays.copyOfRange(next, 0, piece));
        if (piece < next.length) {
            arriving.addFirst(Arrays.copyOfRange(next, piece, next.length));
        }
        return true;
    }

    private void receive(ByteBuffer network) {
        room = room(chops.room());
        attempt(() -> connection.receive(network, room));
        received.write(room.array(), 0, room.position());
    }

    /** The buffer of the last call: a new one is cleared octet by octet, and there are thousands of calls. */
    private ByteBuffer room(int size) {
        return room.capacity() == size ? room.clear() : ByteBuffer.allocate(size);
    }

    private void attempt(Call call) {
        try {
            call.run();
        } catch (IOException | RuntimeException e) {
            if (failure.isEmpty()) {
                failure = Optional.of(e);
            }
        }
    }

    /** A call of the connection. */
    private interface Call {
        void run() throws IOException;
    }
}
