package dev.starttls.core.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The sending half of the pump: the application's octets in, records out. */
final class Outbound {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** Records that may leave after a failure: an alert, and what RFC 8446 section 6.1 lets go before it. */
    private static final int LAST_RECORDS = 4;

    private final GuardedEngine engine;
    private final EngineTasks tasks;
    private int lastRecords = LAST_RECORDS;
    private volatile boolean alertOver;
    private volatile OutgoingRecords records = OutgoingRecords.NONE;

    Outbound(GuardedEngine engine, EngineTasks tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    /** Makes a client's first flight and keeps it. */
    void prepare() throws SSLException {
        if (!engine.client() || engine.begun()) {
            return;
        }
        engine.begin();
        if (engine.status() == HandshakeStatus.NEED_WRAP && !records.waiting()) {
            wrapAside(NOTHING);
        }
    }

    TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
        int idle = 0;
        while (true) {
            if (records.waiting()) {
                records = records.drain(network);
                if (records.waiting()) {
                    return TlsStatus.NEED_WRITE;
                }
            }
            TlsStatus first = ready(application);
            if (first != TlsStatus.NEED_WRITE) {
                return first;
            }
            if (!network.hasRemaining()) {
                return TlsStatus.NEED_WRITE;
            }
            if (engine.failed()) {
                if (!wrapAlert()) {
                    return TlsStatus.CLOSED;
                }
                continue;
            }
            // An engine must not be given data to send before the handshake is done.
            ByteBuffer source = engine.established() ? application : NOTHING;
            SSLEngineResult result = engine.wrap(source, network);
            if (overflown(result)) {
                result = wrapAside(source);
            }
            boolean moved = result.bytesConsumed() + result.bytesProduced() > 0;
            if (result.getStatus() == Status.CLOSED && !moved) {
                return TlsStatus.CLOSED;
            }
            idle = moved ? 0 : idle + 1;
            if (idle > Inbound.IDLE_TURNS) {
                throw engine.refuse("Expected the engine to make a record, got none " + engine.where() + " ("
                        + engine.status() + "); the engine is at fault");
            }
        }
    }

    boolean wants() {
        if (records.waiting() || tasks.thrown()) {
            return true;
        }
        if (engine.outboundDone()) {
            return engine.owesReason();
        }
        if (engine.failed()) {
            return alertDue();
        }
        if (!engine.begun() && engine.client()) {
            return true;
        }
        return engine.closing() || engine.status() == HandshakeStatus.NEED_WRAP;
    }

    void release() {
        records = OutgoingRecords.NONE;
    }

    /** How many octets of memory are kept. */
    int capacity() {
        return records.capacity();
    }

    /** NEED_WRITE when the engine has, or must make, a record; otherwise what to return. */
    private TlsStatus ready(ByteBuffer application) throws SSLException {
        if (engine.failed()) {
            return alertDue() ? TlsStatus.NEED_WRITE : TlsStatus.CLOSED;
        }
        if (engine.outboundDone()) {
            return engine.owesReason() ? TlsStatus.NEED_WRITE : TlsStatus.CLOSED;
        }
        if (tasks.running()) {
            return TlsStatus.NEED_TASK;
        }
        tasks.check();
        engine.begin();
        boolean due = engine.closing() || (engine.established() && application.hasRemaining());
        return switch (engine.status()) {
            case NEED_TASK -> TlsStatus.NEED_TASK;
            case NEED_WRAP -> TlsStatus.NEED_WRITE;
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN ->
                due ? TlsStatus.NEED_WRITE : engine.established() ? TlsStatus.OK : TlsStatus.NEED_READ;
            case NOT_HANDSHAKING, FINISHED -> due || !engine.established() ? TlsStatus.NEED_WRITE : TlsStatus.OK;
        };
    }

    private static boolean overflown(SSLEngineResult result) {
        return result.getStatus() == Status.BUFFER_OVERFLOW && result.bytesProduced() == 0;
    }

    private boolean alertDue() {
        // Conscrypt keeps an alert without asking to be wrapped; it is closed then, as far as it is concerned.
        return !alertOver
                && !engine.outboundDone()
                && (engine.status() == HandshakeStatus.NEED_WRAP || engine.inboundDone());
    }

    /** The engine may owe the peer an alert after a failure; a second failure while making it ends the matter. */
    private boolean wrapAlert() {
        try {
            boolean made = wrapAside(NOTHING).bytesProduced() > 0;
            alertOver = !made || --lastRecords == 0;
            return made;
        } catch (SSLException e) {
            alertOver = true;
            return false;
        }
    }

    /** Encrypts one record into a buffer of our own, from which it is given out in whatever pieces fit. */
    private SSLEngineResult wrapAside(ByteBuffer source) throws SSLException {
        int size = engine.session().getPacketBufferSize();
        while (true) {
            ByteBuffer aside = ByteBuffer.allocate(size);
            SSLEngineResult result = engine.wrap(source, aside);
            if (!overflown(result)) {
                records = OutgoingRecords.of(aside.flip());
                return result;
            }
            if (size >= 2 * RecordStash.MAX_RECORD) {
                throw engine.refuse("Expected a record of at most " + size
                        + " octets from the engine, got a larger one; the engine is at fault");
            }
            size = Math.min(
                    2 * RecordStash.MAX_RECORD,
                    Math.max(size + 2_048, engine.session().getPacketBufferSize()));
        }
    }
}
