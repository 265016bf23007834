package dev.starttls.core.tls;

import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * An engine with what was seen of it: that it has begun, is established, is closing or has failed. Makes one kind of
 * failure of the several that engines have, and remembers it: behind it, only an alert may leave.
 */
final class GuardedEngine {

    private static final String NO_SUITE = "_NULL_WITH_NULL_NULL";

    private final SSLEngine engine;
    /** Watches until the handshake is done. */
    private Optional<ResumptionWatch> watch = Optional.of(new ResumptionWatch());

    private boolean resumed;
    private boolean begun;
    private boolean heard;
    private boolean spoke;
    /** netty-tcnative's engine throws what it has sent an alert of only when it is wrapped again, and asks just once. */
    private boolean owesFailure;

    private volatile boolean established;
    private volatile boolean closing;
    private volatile SSLException failure;

    GuardedEngine(SSLEngine engine) {
        this.engine = engine;
    }

    SSLEngine engine() {
        return engine;
    }

    HandshakeStatus status() {
        return owesFailure ? HandshakeStatus.NEED_WRAP : engine.getHandshakeStatus();
    }

    SSLSession session() {
        return engine.getSession();
    }

    boolean client() {
        return engine.getUseClientMode();
    }

    boolean outboundDone() {
        return engine.isOutboundDone();
    }

    boolean inboundDone() {
        return engine.isInboundDone();
    }

    boolean established() {
        return established;
    }

    /** Whether this side has asked for close_notify. */
    boolean closing() {
        return closing;
    }

    /** Whether it has ended the handshake and not said why: Bouncy Castle's tells whoever calls next. */
    boolean owesReason() {
        return begun && !established && !closing && failure == null && engine.isOutboundDone();
    }

    boolean begun() {
        return begun;
    }

    boolean resumed() {
        return established && resumed;
    }

    boolean failed() {
        return failure != null;
    }

    /** Throws again what ended the session. */
    void requireSound() throws SSLException {
        SSLException earlier = failure;
        if (earlier != null) {
            throw new SSLException(
                    "Expected no use of a session that has failed before with: " + earlier.getMessage(), earlier);
        }
    }

    /** Begins the handshake, once. Some engines leave it to the first wrap or unwrap, others wait for this call. */
    void begin() throws SSLException {
        if (begun || closing) {
            return;
        }
        begun = true;
        try {
            if (status() == HandshakeStatus.NOT_HANDSHAKING) {
                engine.beginHandshake();
            }
        } catch (SSLException e) {
            throw fail(e);
        } catch (RuntimeException e) {
            throw thrown(e);
        }
    }

    SSLEngineResult wrap(ByteBuffer source, ByteBuffer target) throws SSLException {
        int from = target.position();
        try {
            SSLEngineResult result = engine.wrap(source, target);
            if (!established) {
                if (!client() && watch.isPresent()) {
                    watch.get().see(target, from, target.position());
                }
                note(result);
                owesFailure = result.bytesProduced() > 0
                        && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                        && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP;
            }
            return result;
        } catch (SSLException e) {
            owesFailure = false;
            throw fail(e);
        } catch (Exception e) {
            owesFailure = false;
            throw thrown(e);
        }
    }

    SSLEngineResult unwrap(ByteBuffer source, ByteBuffer target) throws SSLException {
        int from = source.position();
        try {
            SSLEngineResult result = engine.unwrap(source, target);
            if (!established) {
                if (client() && watch.isPresent()) {
                    watch.get().see(source, from, source.position());
                }
                note(result);
            }
            return result;
        } catch (SSLException e) {
            throw fail(e);
        } catch (Exception e) {
            throw thrown(e);
        }
    }

    /** Asks for close_notify; {@link #closing} is true only once a wrap makes it. */
    void close() {
        if (!engine.isOutboundDone()) {
            engine.closeOutbound();
            closing = true;
        }
    }

    /**
     * Before TLS 1.3, the peer's close_notify must be answered at once (RFC 5246 section 7.2.1); Conscrypt's engine
     * leaves that to its user.
     */
    void answerClose() {
        if (established && !closing && status() != HandshakeStatus.NEED_WRAP && !newest()) {
            close();
        }
    }

    /** A failure that the engine does not know of yet: it is closed, so that the peer hears of the end at least. */
    SSLException refuse(String message) {
        return refuse(new SSLException(message));
    }

    SSLException refuse(SSLException why) {
        try {
            engine.closeOutbound();
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
        return fail(why);
    }

    /** Whether TLS 1.3 or newer is spoken. */
    boolean newest() {
        return session().getProtocol().equals("TLSv1.3");
    }

    /** For messages: when it happened. */
    String where() {
        return established ? "inside TLS" : "during the handshake";
    }

    /** Conscrypt's engine lets the CertificateException of a trust manager through, which nobody declares. */
    private SSLException thrown(Exception e) {
        return refuse(new SSLException(
                "Expected a result of the engine " + where() + ", but it threw " + e + "; see the cause", e));
    }

    private SSLException fail(SSLException e) {
        if (failure == null) {
            failure = e;
        }
        return e;
    }

    /**
     * FINISHED is reported once, and not by every engine (Conscrypt forgets it when the same call lacks room): a handshake
     * in which both sides spoke, that is over and has a suite, is done as well.
     */
    private void note(SSLEngineResult result) {
        heard |= result.bytesConsumed() > 0 && result.bytesProduced() == 0;
        spoke |= result.bytesProduced() > 0 && result.bytesConsumed() == 0;
        boolean done = result.getHandshakeStatus() == HandshakeStatus.FINISHED
                || (result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                        && status() == HandshakeStatus.NOT_HANDSHAKING
                        && heard
                        && spoke
                        && !closing
                        && !engine.isInboundDone()
                        && !engine.isOutboundDone()
                        && !session().getCipherSuite().endsWith(NO_SUITE));
        if (done) {
            resumed = watch.isPresent() && watch.get().resumed();
            watch = Optional.empty();
            established = true;
        }
    }
}
