package dev.starttls.core.testing;

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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;

/**
 * One connection in memory, driven as the contract of {@link UpgradeConnection} has it and not better: octets that were left
 * are given again, nothing is written but what it gave out, and a call that does not get it further is an error of the test.
 * {@link MemoryLink} joins two of them.
 */
public final class Endpoint {

    private static final int MAX_STEPS = 200_000;
    /** The port of those whose port does not matter. */
    private static final int PORT = 587;

    private final UpgradeConnection connection;
    private final ArrayDeque<byte[]> arriving = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream untaken = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private ByteBuffer reading = ByteBuffer.allocate(0);
    private ByteBuffer sending = ByteBuffer.allocate(0);
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private Fragmentation fragmentation = Fragmentation.WHOLE;
    private Optional<Exception> failure = Optional.empty();
    private boolean endOfInput;
    private int read;
    private long now;

    /** A connection that has begun at time zero. */
    public static Endpoint of(UpgradeConnection connection) {
        Endpoint endpoint = new Endpoint(connection);
        endpoint.attempt(() -> connection.begin(0));
        return endpoint;
    }

    /** A dialogue's connection to localhost. */
    public static Endpoint of(Dialogue dialogue, UpgradeSettings settings) {
        return of(dialogue, settings, "localhost");
    }

    /** A dialogue's connection to a host. */
    public static Endpoint of(Dialogue dialogue, UpgradeSettings settings, String host) {
        return of(new UpgradeConnection(dialogue, settings, new Peer(host, PORT)));
    }

    private Endpoint(UpgradeConnection connection) {
        this.connection = connection;
    }

    /** Splits what is read and written from here on. */
    public Endpoint fragmented(Fragmentation how) {
        fragmentation = how;
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
    public Endpoint requireNoFailure() {
        if (failure.isPresent()) {
            throw new AssertionError("Expected no failure, got one", failure.get());
        }
        return this;
    }

    /** Whether it has failed, or is over. */
    public boolean ended() {
        return failure.isPresent() || connection.state().terminal();
    }

    /** All octets that it has sent since the last time they were asked for. */
    public byte[] take() {
        byte[] octets = untaken.toByteArray();
        untaken.reset();
        return octets;
    }

    /** {@link #take} as text. */
    public String takeText() {
        return new String(take(), StandardCharsets.ISO_8859_1);
    }

    /** All octets that it has ever sent. */
    public byte[] sent() {
        return sent.toByteArray();
    }

    /** {@link #sent} as text; of use only where they left in the clear. */
    public String sentText() {
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    /** What the application was given. */
    public String received() {
        return received.toString(StandardCharsets.ISO_8859_1);
    }

    /** What the application sends once the connection is ready. */
    public Endpoint send(String text) {
        sending = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Whether the application has something to send that was not taken. */
    public boolean sending() {
        return sending.hasRemaining();
    }

    /** Octets arrive, as one segment. */
    public Endpoint arrive(byte[] octets) {
        if (octets.length > 0) {
            arriving.add(octets.clone());
        }
        return this;
    }

    /** Text arrives, as one segment. */
    public Endpoint arrive(String text) {
        return arrive(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The connection reads these octets at once, before it writes what it has to say. */
    public Endpoint receive(String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        if (!arriving.isEmpty()) {
            throw new IllegalStateException("Expected no octets on their way, got " + arriving.size() + " segments");
        }
        reading = ByteBuffer.allocate(reading.remaining() + octets.length)
                .put(reading)
                .put(octets)
                .flip();
        read += octets.length;
        if (reading.hasRemaining() && !ended()) {
            deliver(reading);
        }
        return this;
    }

    /** The peer's side of the transport ends after what has arrived. */
    public Endpoint arriveEnd() {
        endOfInput = true;
        return this;
    }

    /** It is so many nanoseconds since the beginning. */
    public Endpoint at(long nanos) {
        now = nanos;
        attempt(() -> connection.tick(now));
        return this;
    }

    /** So much time passes. */
    public Endpoint pass(Duration time) {
        return at(now + time.toNanos());
    }

    /** Goes on until the connection waits for the peer, is done or has failed; its last octets are sent too. */
    public Endpoint run() {
        for (int step = 0; step < MAX_STEPS; step++) {
            if (!step()) {
                // A driver's part; before the connection is ready it has no effect.
                connection.handOver();
                return this;
            }
        }
        throw new AssertionError("Expected an end of steps, got " + MAX_STEPS + " of them in state "
                + connection.state() + ", wanting " + connection.want());
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
                deliver(reading);
                yield true;
            }
            case READ -> read();
            case ANSWER -> false;
            case NOTHING -> connection.ready() && failure.isEmpty() && exchange();
        };
    }

    /** What the application and the peer do once the connection is ready. */
    private boolean exchange() {
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
            deliver(reading);
            return true;
        }
        return read();
    }

    private void write() {
        State state = connection.state();
        buffer = nextBuffer();
        Want before = connection.want();
        int waiting = sending.remaining();
        attempt(() -> connection.transmit(sending, buffer));
        sent.write(buffer.array(), 0, buffer.position());
        untaken.write(buffer.array(), 0, buffer.position());
        if (buffer.position() == 0
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
            deliver(reading);
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
        int size = Math.min(next.length, fragmentation.segments().next(read));
        read += size;
        reading = ByteBuffer.wrap(Arrays.copyOfRange(next, 0, size));
        if (size < next.length) {
            arriving.addFirst(Arrays.copyOfRange(next, size, next.length));
        }
        return true;
    }

    private void deliver(ByteBuffer network) {
        buffer = nextBuffer();
        attempt(() -> connection.receive(network, buffer));
        received.write(buffer.array(), 0, buffer.position());
    }

    /** The buffer of the last call: a new one is cleared octet by octet, and there are thousands of calls. */
    private ByteBuffer nextBuffer() {
        int size = fragmentation.buffers().getAsInt();
        return buffer.capacity() == size ? buffer.clear() : ByteBuffer.allocate(size);
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
