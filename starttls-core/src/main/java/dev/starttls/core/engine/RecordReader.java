package dev.starttls.core.engine;

import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The receiving half of the pump: records in, the application's octets out. */
final class RecordReader {

    /** Records without data that are read on while an answer to them waits to be sent. */
    static final int UNANSWERED = 16;
    /** Records without data that one call takes: a KeyUpdate costs an engine about 0.1 ms, so this is a turn of 1 to 2 ms. */
    static final int PER_CALL = 16;
    /**
     * Records without data between two with data, inside TLS; a long one counts for as many as it has {@link #SHARE} octets,
     * which makes 128 KiB. As BoringSSL (kMaxEmptyRecords, kMaxKeyUpdates) and OpenSSL (MAX_EMPTY_RECORDS) have it; Go's
     * maxUselessRecords is 16. A server that is in use sends one or two tickets, and a KeyUpdate at most every hour.
     */
    static final int USELESS = 32;
    /**
     * The same over the life of a session of TLS 1.3, where SunJSSE keeps every ticket that comes: 1 MiB of them, in which a
     * long one counts for as many as it has {@link #SHARE_IN_ALL} octets. A KeyUpdate every hour reaches it after six weeks.
     */
    static final int USELESS_IN_ALL = 1_024;

    /**
     * Records of a handshake. Messages may come in records of one octet (RFC 8446 section 5.1), which makes 2,000 of a
     * ClientHello with a hybrid key share; engines put them together in a time that grows with the square of their number.
     */
    static final int OF_A_HANDSHAKE = 4_096;

    private static final int SHARE = 4_096;
    private static final int SHARE_IN_ALL = 1_024;
    /** Calls in a row that an engine may answer with OK and nothing else. */
    static final int IDLE_TURNS = 8;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final GuardedEngine engine;
    private final EngineTasks tasks;
    private PartialRecord stash = PartialRecord.first();
    private PendingPlaintext leftovers = PendingPlaintext.NONE;
    /** No more than {@link #UNANSWERED}, and small as all that an idle connection keeps; so are the next two. */
    private byte unanswered;
    /** No more than {@link #USELESS}. */
    private byte useless;
    /** No more than {@link #USELESS_IN_ALL}; until the handshake is done, its records, as a negative number. */
    private short uselessInAll;

    RecordReader(GuardedEngine engine, EngineTasks tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        if (leftovers.waiting()) {
            leftovers = leftovers.give(application);
            return TlsStatus.OK;
        }
        int idle = 0;
        int taken = 0;
        while (!engine.inputClosed()) {
            TlsStatus first = ready();
            if (first != TlsStatus.OK) {
                return first;
            }
            if (taken >= PER_CALL && network.hasRemaining()) {
                return TlsStatus.AGAIN;
            }
            if (stash.holds() && !fill(network)) {
                return TlsStatus.NEED_READ;
            }
            boolean nothing = !stash.holds() && !network.hasRemaining();
            boolean inside = engine.established();
            SSLEngineResult result = unwrap(network, application);
            if (overflown(result) && result.bytesConsumed() > 0) {
                result = takeRest(result);
                leftovers = leftovers.give(application);
            } else if (overflown(result) || (stalled(result) && !nothing)) {
                result = unwrapAside(network);
                leftovers = leftovers.give(application);
            }
            if (result.getStatus() == Status.CLOSED && !halfClosed()) {
                close(result);
            } else {
                count(result, inside);
                noticeEnd(result, inside);
            }
            if (result.bytesProduced() > 0) {
                if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                    result = takeRest(result);
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
            taken += moved ? 1 : 0;
        }
        stash = stash.emptied();
        return TlsStatus.CLOSED;
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
        return switch (engine.lastStatus()) {
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
        if (!stash.plausible(source, fromClient())) {
            throw engine.refuse(new NotTlsException(engine.where(), stash.atFirst(), source));
        }
        int length = stash.lengthOf(source);
        if (length > RecordHeader.MAX_RECORD) {
            throw engine.refuse("Expected a TLS record of at most " + RecordHeader.MAX_RECORD + " octets "
                    + engine.where() + ", got the header of one of " + length + " (RFC 8446 section 5.1)");
        }
        if (engine.established() && source.get(source.position()) == RecordHeader.HANDSHAKE) {
            // Before TLS 1.3, any handshake after the first is a renegotiation (RFC 5246 sections 7.4.1.1, 7.4.1.2).
            String version = engine.session().getProtocol();
            if (!version.equals("TLSv1.3")) {
                throw engine.refuse(
                        "Expected application data inside TLS, got a renegotiation that the peer started in " + version
                                + "; renegotiation is refused (RFC 9325 section 3.5)");
            }
        }
    }

    /** Whether a client's first record may come; inside TLS it has, and the engine is not asked, which takes its lock. */
    private boolean fromClient() {
        return !engine.established() && !engine.client();
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
                leftovers = PendingPlaintext.of(aside.flip());
                return result;
            }
            if (size < largest) {
                size = largest;
            } else {
                // Engines that accept larger records than the RFC does ask for more once they have seen one.
                largest = Math.min(2 * RecordHeader.MAX_RECORD, engine.session().getApplicationBufferSize());
                if (largest <= size) {
                    throw engine.refuse("Expected a record to fit the session's application buffer of " + size
                            + " octets, got a larger one " + engine.where() + "; the engine is at fault");
                }
                size = largest;
            }
        }
    }

    /**
     * Takes what the engine has kept of a record, behind what it gave out of it and behind what waits already: nobody could
     * tell that it has it, the peer may send no others, and the record itself is gone.
     *
     * @return the result of both calls
     */
    private SSLEngineResult takeRest(SSLEngineResult first) throws SSLException {
        ByteBuffer aside = ByteBuffer.allocate(engine.session().getApplicationBufferSize());
        SSLEngineResult rest = engine.unwrap(NOTHING, aside);
        if (rest.getStatus() == Status.BUFFER_OVERFLOW) {
            throw engine.refuse("Expected the rest of a record to fit the session's application buffer of "
                    + aside.capacity() + " octets, got more " + engine.where() + "; the engine is at fault");
        }
        leftovers = leftovers.and(aside.flip());
        return new SSLEngineResult(
                rest.getStatus(),
                rest.getHandshakeStatus(),
                first.bytesConsumed(),
                first.bytesProduced() + rest.bytesProduced());
    }

    /**
     * Engines that keep decrypted octets (Conscrypt) fill the buffer and say that there are more; where there is no room at
     * all, they have taken the record all the same.
     */
    private static boolean overflown(SSLEngineResult result) {
        return result.getStatus() == Status.BUFFER_OVERFLOW && result.bytesProduced() == 0;
    }

    /** Takes more of the record that the engine misses the end of. Returns false when there is no more of it. */
    private boolean more(ByteBuffer network) throws SSLException {
        if (stash.complete()) {
            throw engine.refuse("Expected the engine to take a whole TLS record " + engine.where()
                    + ", but it asks for more of it");
        }
        if (network.hasRemaining()) {
            stash = stash.opened();
        }
        boolean due = fill(network);
        stash = stash.settled();
        return due;
    }

    /** Takes more of a record. Returns whether it may be whole. */
    private boolean fill(ByteBuffer network) throws SSLException {
        boolean due = stash.fill(network);
        if (stash.holds() && !stash.plausible(fromClient())) {
            throw engine.refuse(new NotTlsException(engine.where(), stash.atFirst(), stash.shown()));
        }
        return due;
    }

    /**
     * Counts records without data. A peer that asks for answers (KeyUpdate, RFC 8446 section 4.6.3) and takes none must not
     * make them pile up; and one that sends nothing else takes this side's time and, with tickets, its memory.
     */
    private void count(SSLEngineResult result, boolean inside) throws SSLException {
        if (result.bytesProduced() > 0) {
            useless = 0;
            return;
        }
        int octets = result.bytesConsumed();
        boolean asks = result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP;
        if (octets > 0 && asks && unanswered < UNANSWERED) {
            unanswered++;
        }
        if (octets == 0) {
            return;
        }
        if (!inside) {
            countOfHandshake();
            return;
        }
        int now = useless + shares(octets, SHARE);
        if (now > USELESS) {
            throw engine.refuse(new RecordLimitException(
                    "at most " + USELESS + " records or 128 KiB without data between two with data inside TLS"));
        }
        useless = (byte) now;
        if (engine.newest()) {
            int inAll = Math.max(0, uselessInAll) + shares(octets, SHARE_IN_ALL);
            if (inAll > USELESS_IN_ALL) {
                throw engine.refuse(new RecordLimitException(
                        "at most " + USELESS_IN_ALL + " records or 1 MiB without data in one session of TLS"));
            }
            uselessInAll = (short) inAll;
        }
    }

    private void countOfHandshake() throws SSLException {
        uselessInAll--;
        if (-uselessInAll > OF_A_HANDSHAKE) {
            throw engine.refuse(new RecordLimitException("a handshake of at most " + OF_A_HANDSHAKE + " records"));
        }
    }

    /** Conscrypt's engine does not say CLOSED of a close_notify that comes where there is no room for data. */
    private void noticeEnd(SSLEngineResult result, boolean inside) {
        if (inside && result.bytesConsumed() > 0 && result.bytesProduced() == 0 && engine.inboundDone()) {
            engine.closeInput(true);
            engine.answerClose();
        }
    }

    /** How many records a record counts for. */
    private static int shares(int octets, int share) {
        return Math.max(1, (octets + share / 2) / share);
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
        engine.closeInput(result.bytesConsumed() > 0 || !engine.closing());
        engine.answerClose();
    }
}
