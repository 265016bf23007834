package dev.starttls.core.engine;

import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Makes an engine produce a fatal alert (RFC 8446 section 6.2), for which its interface has no method: it is given octets that
 * it refuses. SunJSSE and Bouncy Castle refuse a header alone; Conscrypt and netty-tcnative do not judge a header by itself, and
 * are given a whole record. Bouncy Castle's server makes no alert before it has understood a ClientHello.
 */
final class Provocation {

    enum Effect {
        /** The engine makes no alert. */
        NO_ALERT,
        /** The engine has an alert to be wrapped. */
        ALERT,
        /** The engine has an alert to be wrapped, which its status does not show: netty-tcnative's, inside TLS. */
        ALERT_ASKED_FOR_ONCE
    }

    /** The header of a record that is longer than any may be (RFC 8446 section 5.1). */
    private static final byte[] NO_RECORD = {22, 3, 3, (byte) 0xff, (byte) 0xff};
    /** A handshake record with a message of no type (RFC 8446 section 4). */
    private static final byte[] NO_MESSAGE = {22, 3, 3, 0, 4, (byte) 0xff, 0, 0, 0};
    /** An application data record of arbitrary octets, which fails decryption. */
    private static final byte[] FORGED_RECORD = Arrays.copyOf(new byte[] {23, 3, 3, 0, 64}, RecordHeader.LENGTH + 64);

    private Provocation() {}

    static Effect of(SSLEngine engine, boolean established) {
        if (engine.isOutboundDone() || engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            // SunJSSE takes no octets while a task is due, and a task that has thrown an error stays due for ever.
            return Effect.NO_ALERT;
        }
        Effect first = provoke(engine, NO_RECORD, established);
        return first == Effect.NO_ALERT
                ? provoke(engine, established ? FORGED_RECORD : NO_MESSAGE, established)
                : first;
    }

    /** Whether only the result asks for a wrap, not the status: netty-tcnative's, after a broken record inside TLS. */
    static boolean asksOnce(SSLEngine engine, SSLEngineResult result) {
        return result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                && result.getStatus() != SSLEngineResult.Status.CLOSED
                && result.bytesProduced() == 0
                && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static Effect provoke(SSLEngine engine, byte[] octets, boolean established) {
        boolean spoken = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        try {
            ByteBuffer aside = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            SSLEngineResult result = engine.unwrap(ByteBuffer.wrap(octets), aside);
            if (established && asksOnce(engine, result)) {
                return Effect.ALERT_ASKED_FOR_ONCE;
            }
        } catch (SSLException | RuntimeException | Error e) {
            // The refusal that was asked for; the caller is thrown the reason for asking.
            spoken &= !engine.isInboundDone();
        }
        boolean asks = !spoken && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        return asks || engine.isInboundDone() ? Effect.ALERT : Effect.NO_ALERT;
    }
}
