package dev.starttls.core.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The receiving half of the pump: records in, the application's octets out. */
final class Inbound {

    /** Records without data that are read on while an answer to them waits to be sent. */
    static final int UNANSWERED = 16;
    /** Calls in a row that an engine may answer with OK and nothing else. */
    static final int IDLE_TURNS = 8;

    private static final int HANDSHAKE_RECORD = 22;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final GuardedEngine engine;
    private final EngineTasks tasks;
    private RecordStash stash = RecordStash.first();
    private Leftovers leftovers = Leftovers.NONE;
    /** No more than {@link #UNANSWERED}, and small as all that an idle connection keeps. */
    private byte unanswered;

    private volatile boolean closed;
    private volatile boolean closeNotifyReceived;

    Inbound(GuardedEngine engine, EngineTasks tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        if (leftovers.waiting()) {
            leftovers = leftovers.give(application);
            return TlsStatus.OK;
        }
        int idle = 0;
        while (!closed) {
            TlsStatus first = ready();
            if (first != TlsStatus.OK) {
                return first;
            }
            if (stash.holds() && !stash.fill(network)) {
                return TlsStatus.NEED_READ;
            }
            boolean nothing = !stash.holds() && !network.hasRemaining();
            SSLEngineResult result = unwrap(network, application);
            if (overflown(result) || (stalled(result) && !nothing)) {
                result = unwrapAside(network);
                leftovers = leftovers.give(application);
            }
            count(result);
            if (result.getStatus() == Status.CLOSED && !halfClosed()) {
                close(result);
            }
            if (result.bytesProduced() > 0) {
                if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                    takeRest();
                }
                if (!network.hasRemaining()) {
                    stash = stash.settled();
                }
                return TlsStatus.OK;
            }
            boolean moved = result.bytesConsumed() > 0;
            if (result.getStatus() == Status.BUFFER_UNDERFLOW || stalled(result)) {
                if (!more(network)) {
                    return TlsStatus.NEED_READ;
                }
            } else if (!moved && ++idle > IDLE_TURNS) {
                throw engine.refuse("Expected the engine to take a record or to say what it needs, got neither "
                        + engine.where() + " (" + engine.status() + "); the engine is at fault");
            }
            idle = moved ? 0 : idle;
        }
        stash = stash.emptied();
        return TlsStatus.CLOSED;
    }

    boolean closeNotifyReceived() {
        return closeNotifyReceived;
    }

    /** The octets that wait. */
    ByteBuffer decrypted() {
        leftovers = leftovers.rest();
        return leftovers.octets();
    }

    void release() {
        stash = stash.emptied();
        leftovers = leftovers.emptied();
    }

    /** How many octets of memory are kept. */
    int capacity() {
        return stash.capacity() + leftovers.capacity();
    }

    private TlsStatus ready() throws SSLException {
        engine.requireSound();
        if (tasks.running()) {
            return TlsStatus.NEED_TASK;
        }
        tasks.check();
        engine.begin();
        return switch (engine.status()) {
            case NEED_TASK -> TlsStatus.NEED_TASK;
            case NEED_WRAP -> mayWait() ? TlsStatus.OK : TlsStatus.NEED_WRITE;
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> TlsStatus.OK;
            case NOT_HANDSHAKING, FINISHED -> {
                unanswered = 0;
                yield TlsStatus.OK;
            }
        };
    }

    /** Whether to read on while the engine has something to send. Behind close_notify it never will. */
    private boolean mayWait() {
        return engine.established() && (unanswered < UNANSWERED || engine.outboundDone());
    }

    private SSLEngineResult unwrap(ByteBuffer network, ByteBuffer target) throws SSLException {
        ByteBuffer source = stash.source(network);
        refuse(source);
        SSLEngineResult result = engine.unwrap(source, target);
        stash.taken(result.bytesConsumed());
        return result;
    }

    /** What no engine is asked about, since they answer it differently or only when the whole record is there. */
    private void refuse(ByteBuffer source) throws SSLException {
        if (!source.hasRemaining()) {
            return;
        }
        int length = stash.lengthOf(source);
        if (length > RecordStash.MAX_RECORD) {
            throw engine.refuse("Expected a TLS record of at most " + RecordStash.MAX_RECORD + " octets "
                    + engine.where() + ", got the header of one of " + length + " (RFC 8446 section 5.1)");
        }
        if (engine.established() && source.get(source.position()) == HANDSHAKE_RECORD) {
            // Before TLS 1.3, any handshake after the first is a renegotiation (RFC 5246 sections 7.4.1.1, 7.4.1.2).
            String version = engine.session().getProtocol();
            if (!version.equals("TLSv1.3")) {
                throw engine.refuse(
                        "Expected application data inside TLS, got a renegotiation that the peer started in " + version
                                + "; renegotiation is refused (RFC 9325 section 3.5)");
            }
        }
    }

    /** Decrypts a record that does not fit the caller's buffer into one of our own: a small one if that will do. */
    private SSLEngineResult unwrapAside(ByteBuffer network) throws SSLException {
        int largest = engine.session().getApplicationBufferSize();
        int known = stash.nextLength(network);
        int size = known > 0 ? Math.min(largest, known) : largest;
        while (true) {
            ByteBuffer aside = ByteBuffer.allocate(size);
            SSLEngineResult result = unwrap(network, aside);
            boolean stalled = stalled(result);
            if ((!stalled && !overflown(result)) || (stalled && size >= largest)) {
                leftovers = Leftovers.of(aside.flip());
                return result;
            }
            if (size < largest) {
                size = largest;
            } else {
                // Engines that accept larger records than the RFC does ask for more once they have seen one.
                largest = Math.min(2 * RecordStash.MAX_RECORD, engine.session().getApplicationBufferSize());
                if (largest <= size) {
                    throw engine.refuse("Expected a record to fit the session's application buffer of " + size
                            + " octets, got a larger one " + engine.where() + "; the engine is at fault");
                }
                size = largest;
            }
        }
    }

    /** Nobody could tell that octets wait if the engine kept them, and the peer may send no others. */
    private void takeRest() throws SSLException {
        ByteBuffer aside = ByteBuffer.allocate(engine.session().getApplicationBufferSize());
        if (engine.unwrap(NOTHING, aside).getStatus() == Status.BUFFER_OVERFLOW) {
            throw engine.refuse("Expected the rest of a record to fit the session's application buffer of "
                    + aside.capacity() + " octets, got more " + engine.where() + "; the engine is at fault");
        }
        leftovers = Leftovers.of(aside.flip());
    }

    /** Engines that keep decrypted octets (Conscrypt) fill the buffer and say that there are more. */
    private static boolean overflown(SSLEngineResult result) {
        return result.getStatus() == Status.BUFFER_OVERFLOW && result.bytesProduced() == 0;
    }

    /** Takes more of the record that the engine misses the end of. Returns false when there is no more of it. */
    private boolean more(ByteBuffer network) throws SSLException {
        if (stash.complete()) {
            throw engine.refuse(
                    "Expected a TLS record " + engine.where() + ", got octets that are none (RFC 8446 section 5.1)");
        }
        if (network.hasRemaining()) {
            stash = stash.opened();
        }
        boolean due = stash.fill(network);
        stash = stash.settled();
        return due;
    }

    /** A peer that asks for answers (KeyUpdate, RFC 8446 section 4.6.3) and takes none must not make them pile up. */
    private void count(SSLEngineResult result) {
        if (result.bytesConsumed() > 0
                && result.bytesProduced() == 0
                && result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                && unanswered < UNANSWERED) {
            unanswered++;
        }
    }

    /**
     * Whether the peer may go on, whatever the engine says: once this side has closed, Conscrypt's and netty-tcnative's say
     * CLOSED of every record.
     */
    private boolean halfClosed() {
        return engine.closing() && !engine.inboundDone();
    }

    /** netty-tcnative says CLOSED where it means that a buffer is too small, or that the record is not all there. */
    private boolean stalled(SSLEngineResult result) {
        return result.getStatus() == Status.CLOSED
                && halfClosed()
                && result.bytesConsumed() + result.bytesProduced() == 0;
    }

    private void close(SSLEngineResult result) {
        // An engine that this side has closed may say CLOSED of its own accord.
        closeNotifyReceived |= result.bytesConsumed() > 0 || !engine.closing();
        closed = true;
        engine.answerClose();
    }
}
