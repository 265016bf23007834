package dev.starttls.core.engine;

import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The receiving half of the pump: records in, the application's octets out. */
final class RecordReader {

    /**
     * Records without data that are still read while an answer to them waits to be sent: SunJSSE keeps each answer to a KeyUpdate
     * with a cipher of its own, some kilooctets. A peer in use asks a second time while a writer is blocked, hardly a third.
     */
    static final int MAX_UNANSWERED = 16;
    /** Records without data that one call takes: a KeyUpdate costs an engine about 0.1 ms, so that a call takes 1 to 2 ms. */
    static final int MAX_PER_CALL = 16;
    /**
     * Records without data between two with data, inside TLS; a long record counts once for each {@link #OCTETS_PER_COUNT}
     * octets, which makes 128 KiB. The same number as in BoringSSL (kMaxEmptyRecords, kMaxKeyUpdates) and OpenSSL
     * (MAX_EMPTY_RECORDS); Go's maxUselessRecords is 16. A server in use sends one or two tickets, and a KeyUpdate at most every
     * hour.
     */
    static final int MAX_WITHOUT_DATA = 32;
    /**
     * Records without data in a whole session of TLS 1.3, where SunJSSE keeps every ticket that comes; a long record counts once
     * for each {@link #OCTETS_PER_COUNT_IN_ALL} octets, which makes 1 MiB. A KeyUpdate every hour reaches it after six weeks.
     */
    static final int MAX_WITHOUT_DATA_IN_ALL = 1_024;

    /**
     * Records of a handshake. Messages may come in records of one octet (RFC 8446 section 5.1), of which a ClientHello with a
     * hybrid key share has 2,000; engines put them together in a time that grows with the square of their number.
     */
    static final int MAX_OF_HANDSHAKE = 4_096;

    private static final int OCTETS_PER_COUNT = 4_096;
    private static final int OCTETS_PER_COUNT_IN_ALL = 1_024;
    /** Calls in a row that an engine may answer with OK and no progress: more than any engine needs for a change of state. */
    static final int MAX_IDLE_CALLS = 8;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final GuardedEngine engine;
    private final EngineTasks tasks;
    private PartialRecord partial = PartialRecord.first();
    private PendingPlaintext plaintext = PendingPlaintext.NONE;
    /** At most {@link #MAX_UNANSWERED}. A byte, as the next two are as small as they can be: each idle connection keeps them. */
    private byte unanswered;
    /** At most {@link #MAX_WITHOUT_DATA}. */
    private byte withoutData;
    /** At most {@link #MAX_WITHOUT_DATA_IN_ALL}; until the handshake is complete, its records, as a negative number. */
    private short withoutDataInAll;

    RecordReader(GuardedEngine engine, EngineTasks tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        if (plaintext.waiting()) {
            plaintext = plaintext.give(application);
            return TlsStatus.OK;
        }
        int idle = 0;
        int taken = 0;
        while (!engine.inputClosed()) {
            TlsStatus first = ready();
            if (first != TlsStatus.OK) {
                return first;
            }
            if (taken >= MAX_PER_CALL && network.hasRemaining()) {
                return TlsStatus.AGAIN;
            }
            if (partial.holds() && !fill(network)) {
                return TlsStatus.NEED_READ;
            }
            boolean nothing = !partial.holds() && !network.hasRemaining();
            boolean inside = engine.established();
            SSLEngineResult result = unwrap(network, application);
            if (overflown(result) && result.bytesConsumed() > 0) {
                result = takeRest(result);
                plaintext = plaintext.give(application);
            } else if (overflown(result) || (stalled(result) && !nothing)) {
                result = unwrapAside(network);
                plaintext = plaintext.give(application);
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
                    partial = partial.releasedIfEmpty();
                }
                return TlsStatus.OK;
            }
            boolean moved = result.bytesConsumed() > 0;
            if (result.getStatus() == Status.BUFFER_UNDERFLOW || stalled(result)) {
                if (!more(network)) {
                    return TlsStatus.NEED_READ;
                }
            } else if (!moved && ++idle > MAX_IDLE_CALLS) {
                throw engine.refuse("Expected the engine to take a record or to say what it needs, got neither "
                        + engine.where() + " (" + engine.status() + "); the engine is at fault");
            }
            idle = moved ? 0 : idle;
            taken += moved ? 1 : 0;
        }
        partial = partial.released();
        return TlsStatus.CLOSED;
    }

    /** The decrypted octets that did not fit where they were to go. */
    ByteBuffer decrypted() {
        plaintext = plaintext.rest();
        return plaintext.octets();
    }

    void release() {
        partial = partial.released();
        plaintext = plaintext.erased();
    }

    /** The capacity of the buffers kept, in octets. */
    int capacity() {
        return partial.capacity() + plaintext.capacity();
    }

    private TlsStatus ready() throws SSLException {
        engine.requireNotFailed();
        if (tasks.running()) {
            return TlsStatus.NEED_TASK;
        }
        tasks.check();
        engine.begin();
        return switch (engine.lastStatus()) {
            case NEED_TASK -> TlsStatus.NEED_TASK;
            case NEED_WRAP -> mayWait() ? TlsStatus.OK : TlsStatus.NEED_WRITE;
            case NOT_HANDSHAKING, FINISHED -> {
                unanswered = 0;
                yield TlsStatus.OK;
            }
            // NEED_UNWRAP; and NEED_UNWRAP_AGAIN, which is of DTLS and not on Android.
            default -> TlsStatus.OK;
        };
    }

    /** Whether to read on while the engine has something to send. After its close_notify it never sends anything. */
    private boolean mayWait() {
        return engine.established() && (unanswered < MAX_UNANSWERED || engine.outboundDone());
    }

    private SSLEngineResult unwrap(ByteBuffer network, ByteBuffer target) throws SSLException {
        ByteBuffer source = partial.source(network);
        refuse(source);
        int from = target.position();
        SSLEngineResult result = engine.unwrap(source, target);
        partial.taken(result.bytesConsumed());
        if (result.bytesProduced() > RecordHeader.MAX_PLAINTEXT) {
            erase(target, from);
            throw overlong(result.bytesProduced());
        }
        return result;
    }

    private static void erase(ByteBuffer target, int from) {
        while (target.position() > from) {
            target.position(target.position() - 1).put(target.position(), (byte) 0);
        }
    }

    private SSLException overlong(int octets) {
        return engine.refuse("Expected a TLS record with at most " + RecordHeader.MAX_PLAINTEXT + " octets of data "
                + engine.where() + ", got one with " + octets
                + " (RFC 8446 section 5.2, RFC 5246 section 6.2.1); the peer's TLS library is at fault");
    }

    /** Refuses what engines judge differently, or only once the whole record is there. */
    private void refuse(ByteBuffer source) throws SSLException {
        if (!source.hasRemaining()) {
            return;
        }
        if (!partial.plausible(source, fromClient())) {
            throw engine.refuse(new NotTlsException(engine.where(), partial.atFirst(), source));
        }
        int length = partial.lengthOf(source);
        if (length > RecordHeader.MAX_RECORD) {
            throw engine.refuse("Expected a TLS record of at most " + RecordHeader.MAX_RECORD + " octets "
                    + engine.where() + ", got the header of one of " + length + " (RFC 8446 section 5.1)");
        }
        if (length > RecordHeader.LENGTH + RecordHeader.MAX_FRAGMENT_OF_TLS13 && engine.isTls13()) {
            throw engine.refuse("Expected a record of TLS 1.3 of at most "
                    + (RecordHeader.LENGTH + RecordHeader.MAX_FRAGMENT_OF_TLS13) + " octets " + engine.where()
                    + ", got the header of one of " + length
                    + " (RFC 8446 section 5.2); the peer's TLS library is at fault");
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

    /**
     * Whether the peer's first record may be a client's. Inside TLS it has come already; the engine is not asked then, which
     * would take its lock.
     */
    private boolean fromClient() {
        return !engine.established() && !engine.client();
    }

    /** Decrypts a record that does not fit the caller's buffer into a new one, no larger than the record needs. */
    private SSLEngineResult unwrapAside(ByteBuffer network) throws SSLException {
        int largest = engine.session().getApplicationBufferSize();
        int known = partial.nextLength(network);
        int size = known > 0 ? Math.min(largest, known) : largest;
        while (true) {
            ByteBuffer aside = ByteBuffer.allocate(size);
            SSLEngineResult result = unwrap(network, aside);
            boolean stalled = stalled(result);
            if ((!stalled && !overflown(result)) || (stalled && size >= largest)) {
                plaintext = PendingPlaintext.of(aside.flip());
                return result;
            }
            if (size < largest) {
                size = largest;
            } else {
                // An engine that accepts larger records than the RFC allows asks for more once it has seen one.
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
     * Takes what the engine has kept of a record, after what it gave out of it and what waits already: nothing would show later
     * that the engine has more, the peer may send no other record, and this one is consumed.
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
        int both = first.bytesProduced() + rest.bytesProduced();
        if (both > RecordHeader.MAX_PLAINTEXT) {
            throw overlong(both);
        }
        plaintext = plaintext.and(aside.flip());
        return new SSLEngineResult(rest.getStatus(), rest.getHandshakeStatus(), first.bytesConsumed(), both);
    }

    /**
     * Whether there was no room for any octet. Engines that keep decrypted octets (Conscrypt) fill the buffer and then say
     * BUFFER_OVERFLOW; where there was no room at all, they have taken the record all the same.
     */
    private static boolean overflown(SSLEngineResult result) {
        return result.getStatus() == Status.BUFFER_OVERFLOW && result.bytesProduced() == 0;
    }

    /** Takes more of the record that the engine needs the end of. Returns whether it may be whole now. */
    private boolean more(ByteBuffer network) throws SSLException {
        if (partial.complete()) {
            throw engine.refuse("Expected the engine to take a whole TLS record " + engine.where()
                    + ", but it asks for more of it");
        }
        if (network.hasRemaining()) {
            partial = partial.writable();
        }
        boolean due = fill(network);
        partial = partial.releasedIfEmpty();
        return due;
    }

    /** Takes more of a record. Returns whether it may be whole now. */
    private boolean fill(ByteBuffer network) throws SSLException {
        boolean due = partial.fill(network);
        if (partial.holds() && !partial.plausible(fromClient())) {
            throw engine.refuse(new NotTlsException(engine.where(), partial.atFirst(), partial.shown()));
        }
        return due;
    }

    /**
     * Counts records without data. A peer that asks for answers (KeyUpdate, RFC 8446 section 4.6.3) and reads none must not
     * make them pile up; and a peer that sends nothing else costs this side time and, with tickets, memory.
     */
    private void count(SSLEngineResult result, boolean inside) throws SSLException {
        if (result.bytesProduced() > 0) {
            withoutData = 0;
            return;
        }
        int octets = result.bytesConsumed();
        boolean asks = result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP;
        if (octets > 0 && asks && unanswered < MAX_UNANSWERED) {
            unanswered++;
        }
        if (octets == 0) {
            return;
        }
        if (!inside) {
            countOfHandshake();
            return;
        }
        int now = withoutData + timesCounted(octets, OCTETS_PER_COUNT);
        if (now > MAX_WITHOUT_DATA) {
            throw engine.refuse(new RecordLimitException("at most " + MAX_WITHOUT_DATA
                    + " records or 128 KiB without data between two with data inside TLS"));
        }
        withoutData = (byte) now;
        if (engine.isTls13()) {
            int inAll = Math.max(0, withoutDataInAll) + timesCounted(octets, OCTETS_PER_COUNT_IN_ALL);
            if (inAll > MAX_WITHOUT_DATA_IN_ALL) {
                throw engine.refuse(new RecordLimitException(
                        "at most " + MAX_WITHOUT_DATA_IN_ALL + " records or 1 MiB without data in one session of TLS"));
            }
            withoutDataInAll = (short) inAll;
        }
    }

    private void countOfHandshake() throws SSLException {
        withoutDataInAll--;
        if (-withoutDataInAll > MAX_OF_HANDSHAKE) {
            throw engine.refuse(new RecordLimitException("a handshake of at most " + MAX_OF_HANDSHAKE + " records"));
        }
    }

    /** Finds a close_notify for which Conscrypt's engine does not say CLOSED, as where there is no room for data. */
    private void noticeEnd(SSLEngineResult result, boolean inside) {
        if (inside && result.bytesConsumed() > 0 && result.bytesProduced() == 0 && engine.inboundDone()) {
            engine.closeInput(true);
            engine.answerClose();
        }
    }

    /** How many times a record counts. */
    private static int timesCounted(int octets, int octetsPerCount) {
        return Math.max(1, (octets + octetsPerCount / 2) / octetsPerCount);
    }

    /**
     * Whether the peer may go on sending although the engine says CLOSED: once this side has closed, Conscrypt's and
     * netty-tcnative's say so of every record.
     */
    private boolean halfClosed() {
        return engine.closing() && !engine.inboundDone();
    }

    /** Whether CLOSED means that a buffer is too small or the record incomplete, as netty-tcnative has it after a close. */
    private boolean stalled(SSLEngineResult result) {
        return result.getStatus() == Status.CLOSED
                && halfClosed()
                && result.bytesConsumed() + result.bytesProduced() == 0;
    }

    private void close(SSLEngineResult result) {
        // An engine that this side has closed may say CLOSED without having received close_notify.
        engine.closeInput(result.bytesConsumed() > 0 || !engine.closing());
        engine.answerClose();
    }
}
