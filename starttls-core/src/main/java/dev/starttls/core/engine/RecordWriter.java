package dev.starttls.core.engine;

import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The sending half of the pump: the application's octets in, records out. */
final class RecordWriter {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /**
     * Records that may be sent after a failure: the alert, in a few records at most, and before it the answers that the engine
     * has made already.
     */
    private static final int MAX_LAST_RECORDS = RecordReader.MAX_UNANSWERED + 4;

    private final GuardedEngine engine;
    private final EngineTasks tasks;
    private int lastRecords = MAX_LAST_RECORDS;
    private volatile boolean alertOver;
    private volatile PendingRecords records = PendingRecords.NONE;

    RecordWriter(GuardedEngine engine, EngineTasks tasks) {
        this.engine = engine;
        this.tasks = tasks;
    }

    /** Makes a client's first flight and keeps it to be sent. */
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
            if (engine.failed() && engine.closing()) {
                // What waits here is close_notify, or what was to be sent before it.
                records = PendingRecords.NONE;
                return TlsStatus.CLOSED;
            }
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
            // An engine must not be given application data before the handshake is complete.
            ByteBuffer source = engine.established() ? application : NOTHING;
            SSLEngineResult result = engine.wrap(source, network);
            if (overflown(result)) {
                result = wrapAside(source);
            }
            boolean moved = result.bytesConsumed() + result.bytesProduced() > 0;
            if (result.getStatus() == Status.CLOSED && !moved) {
                return TlsStatus.CLOSED;
            }
            if (moved && !application.hasRemaining() && steady()) {
                return TlsStatus.OK;
            }
            idle = moved ? 0 : idle + 1;
            if (idle > RecordReader.MAX_IDLE_CALLS) {
                throw engine.refuse("Expected the engine to make a record, got none " + engine.where() + " ("
                        + engine.status() + "); the engine is at fault");
            }
        }
    }

    boolean wants() {
        if (steady()) {
            return engine.status() == HandshakeStatus.NEED_WRAP;
        }
        if (engine.failed()) {
            return alertDue() || (records.waiting() && !engine.closing());
        }
        if (records.waiting() || tasks.ended()) {
            return true;
        }
        if (engine.outboundDone()) {
            return engine.owesReason();
        }
        if (!engine.begun() && engine.client()) {
            return true;
        }
        return engine.closing() || engine.status() == HandshakeStatus.NEED_WRAP;
    }

    void release() {
        records = PendingRecords.NONE;
    }

    /** The capacity of the buffer kept, in octets. */
    int capacity() {
        return records.capacity();
    }

    /** NEED_WRITE when the engine has, or must make, a record; otherwise what to return. */
    private TlsStatus ready(ByteBuffer application) throws SSLException {
        if (application.hasRemaining() && steady()) {
            return TlsStatus.NEED_WRITE;
        }
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
            case NOT_HANDSHAKING, FINISHED -> due || !engine.established() ? TlsStatus.NEED_WRITE : TlsStatus.OK;
            // NEED_UNWRAP; and NEED_UNWRAP_AGAIN, which is of DTLS and not on Android.
            default -> due ? TlsStatus.NEED_WRITE : engine.established() ? TlsStatus.OK : TlsStatus.NEED_READ;
        };
    }

    /** Whether there is nothing to send but the application's octets, by what is known without asking the engine. */
    private boolean steady() {
        return engine.isIdle() && tasks.quiet() && !records.waiting();
    }

    private static boolean overflown(SSLEngineResult result) {
        return result.getStatus() == Status.BUFFER_OVERFLOW && result.bytesProduced() == 0;
    }

    private boolean alertDue() {
        return !alertOver && engine.owesAlert();
    }

    /**
     * Makes the alert that is due after a failure. Bouncy Castle's engine first throws the failure, unless it has done so before.
     *
     * @return false if there is no more to send
     */
    private boolean wrapAlert() {
        boolean made = false;
        try {
            made = wrapAside(NOTHING).bytesProduced() > 0;
            alertOver = !made;
        } catch (SSLException e) {
            alertOver = !engine.owesAlert();
        }
        alertOver |= --lastRecords == 0;
        return made || !alertOver;
    }

    /** Encrypts one record into a new buffer, from which it is given out in pieces that fit. */
    private SSLEngineResult wrapAside(ByteBuffer source) throws SSLException {
        int size = engine.session().getPacketBufferSize();
        while (true) {
            ByteBuffer aside = ByteBuffer.allocate(size);
            SSLEngineResult result = engine.wrap(source, aside);
            if (!overflown(result)) {
                records = PendingRecords.of(aside.flip());
                return result;
            }
            if (size >= 2 * RecordHeader.MAX_RECORD) {
                throw engine.refuse("Expected a record of at most " + size
                        + " octets from the engine, got a larger one; the engine is at fault");
            }
            size = Math.min(
                    2 * RecordHeader.MAX_RECORD,
                    Math.max(size + 2_048, engine.session().getPacketBufferSize()));
        }
    }
}
