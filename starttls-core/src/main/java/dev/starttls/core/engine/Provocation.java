package dev.starttls.core.engine;

import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Has an engine make a fatal alert (RFC 8446 section 6.2), which nothing in its interface asks for: it is given octets that
 * it refuses. SunJSSE and Bouncy Castle refuse a header alone; Conscrypt and netty-tcnative judge none by itself, and are
 * given a whole record. Bouncy Castle's server makes no alert before it has understood a ClientHello.
 */
final class Provocation {

    /** What an engine makes of it. */
    enum Answer {
        /** It has nothing to say. */
        NONE,
        /** It has an alert to be wrapped. */
        ALERT,
        /** The same, but its status does not tell: netty-tcnative's, inside TLS. */
        ALERT_ASKED_FOR_ONCE
    }

    /** The header of a record that is longer than any may be (RFC 8446 section 5.1). */
    private static final byte[] NO_RECORD = {22, 3, 3, (byte) 0xff, (byte) 0xff};
    /** A handshake record with a message of no type (RFC 8446 section 4). */
    private static final byte[] NO_MESSAGE = {22, 3, 3, 0, 4, (byte) 0xff, 0, 0, 0};
    /** A record that nothing has encrypted. */
    private static final byte[] FORGED_RECORD = Arrays.copyOf(new byte[] {23, 3, 3, 0, 64}, RecordHeader.LENGTH + 64);

    private Provocation() {}

    static Answer of(SSLEngine engine, boolean established) {
        if (engine.isOutboundDone() || engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            // SunJSSE takes no octets while a task is due; one that has thrown an error is due for ever.
            return Answer.NONE;
        }
        Answer first = answer(engine, NO_RECORD, established);
        return first == Answer.NONE ? answer(engine, established ? FORGED_RECORD : NO_MESSAGE, established) : first;
    }

    /** Whether it asks to be wrapped by its result alone: netty-tcnative's, about a broken record inside TLS. */
    static boolean asksOnce(SSLEngine engine, SSLEngineResult result) {
        return result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                && result.getStatus() != SSLEngineResult.Status.CLOSED
                && result.bytesProduced() == 0
                && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static Answer answer(SSLEngine engine, byte[] octets, boolean established) {
        boolean spoken = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        try {
            ByteBuffer aside = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            SSLEngineResult result = engine.unwrap(ByteBuffer.wrap(octets), aside);
            if (established && asksOnce(engine, result)) {
                return Answer.ALERT_ASKED_FOR_ONCE;
            }
        } catch (SSLException | RuntimeException | Error e) {
            // As it should; what the caller is thrown is why the engine was given them.
            spoken &= !engine.isInboundDone();
        }
        boolean asks = !spoken && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        return asks || engine.isInboundDone() ? Answer.ALERT : Answer.NONE;
    }
}
