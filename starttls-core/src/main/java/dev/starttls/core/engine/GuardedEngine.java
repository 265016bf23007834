package dev.starttls.core.engine;

import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * An engine and its state as seen from outside: begun, established, closing, failed. Turns the several ways in which
 * engines fail into one, and remembers the failure: after it, only an alert may be sent.
 */
final class GuardedEngine {

    private static final String NO_SUITE = "_NULL_WITH_NULL_NULL";
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    /** A {@link HandshakeWatch} until the handshake is complete, then its result. */
    private SeenHandshake seen = new HandshakeWatch();

    private boolean begun;
    /** netty-tcnative's engine throws the failure that it has made an alert of at its next wrap, which it asks for just once. */
    private volatile boolean owesFailure;

    private volatile boolean established;
    private volatile boolean closing;
    private volatile boolean inputClosed;
    private volatile boolean closeNotifyReceived;
    /** Whether the engine has no alert of the failure, so that what it would give out is something else. */
    private volatile boolean alertMissing;
    /**
     * Whether, inside TLS, the results of its last calls said that it wants nothing. Asking the engine takes its lock, which the
     * other direction holds while it encrypts or decrypts a record.
     */
    private volatile boolean idle;

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

    /** The status by the results of its calls, which do not show a KeyUpdate that the application has asked the engine for. */
    HandshakeStatus lastStatus() {
        return idle && !owesFailure ? HandshakeStatus.NOT_HANDSHAKING : status();
    }

    /** Whether the results of its last calls said that it wants nothing, and it was neither closed nor failed since. */
    boolean isIdle() {
        return idle && !closing && !owesFailure && failure == null;
    }

    /** Notes that something other than {@link #wrap} and {@link #unwrap} has changed what the engine wants. */
    void clearIdle() {
        idle = false;
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

    /** Whether nothing more is received. */
    boolean inputClosed() {
        return inputClosed;
    }

    boolean closeNotifyReceived() {
        return closeNotifyReceived;
    }

    /** Notes that nothing more is received: after close_notify, or because the engine has closed by itself. */
    void closeInput(boolean byCloseNotify) {
        closeNotifyReceived |= byCloseNotify;
        inputClosed = true;
    }

    /** Whether it has ended the handshake and not said why: Bouncy Castle's engine throws the reason at its next call. */
    boolean owesReason() {
        return begun && !established && !closing && failure == null && engine.isOutboundDone();
    }

    boolean begun() {
        return begun;
    }

    boolean resumed() {
        return established && seen.resumed();
    }

    boolean uniqueSecrets() {
        return established && seen.uniqueSecrets();
    }

    Optional<String> namedGroup() {
        return established ? seen.namedGroup() : Optional.empty();
    }

    boolean failed() {
        return failure != null;
    }

    /** Throws if the session has failed, with the failure as the cause. */
    void requireNotFailed() throws SSLException {
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
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    SSLEngineResult wrap(ByteBuffer source, ByteBuffer target) throws SSLException {
        int from = target.position();
        try {
            noteIdle();
            SSLEngineResult result = engine.wrap(source, target);
            clearIdle(result);
            if (!established) {
                if (!client() && seen instanceof HandshakeWatch watch) {
                    watch.see(target, from, target.position());
                }
                note(result);
                owesFailure = result.bytesProduced() > 0
                        && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                        && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP;
            } else if (owesFailure) {
                owesFailure = result.bytesProduced() > 0;
            }
            return result;
        } catch (SSLException e) {
            owesFailure = false;
            throw fail(e);
        } catch (Throwable e) {
            owesFailure = false;
            throw thrown(e);
        }
    }

    SSLEngineResult unwrap(ByteBuffer source, ByteBuffer target) throws SSLException {
        int from = source.position();
        try {
            noteIdle();
            SSLEngineResult result = engine.unwrap(source, target);
            clearIdle(result);
            if (!established) {
                if (client() && seen instanceof HandshakeWatch watch) {
                    watch.see(source, from, source.position());
                    if (watch.retriedAgain()) {
                        throw refuse("Expected a ServerHello " + where()
                                + ", got a second HelloRetryRequest (RFC 8446 section 4.1.4); the server's TLS library is at"
                                + " fault");
                    }
                }
                note(result);
            } else if (result.bytesConsumed() > 0 && Provocation.asksOnce(engine, result)) {
                // If another thread has sent meanwhile what the engine asked for, it does not ask a second time.
                owesFailure = Provocation.asksOnce(engine, engine.unwrap(NOTHING, NOTHING));
            }
            return result;
        } catch (SSLException e) {
            throw fail(e);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Calls the engine without octets, so that it throws what its task has failed with. */
    void ask() throws SSLException {
        switch (status()) {
            case NEED_WRAP, NEED_TASK -> {
                // A call is due anyway.
            }
            default -> unwrap(NOTHING, NOTHING);
        }
    }

    /**
     * Asks for close_notify. After a failure it must not be sent: the peer would take a truncated stream for a complete one
     * (RFC 8446 section 6.1).
     */
    void close() {
        if (failure == null && !engine.isOutboundDone()) {
            closing = true;
            try {
                engine.closeOutbound();
            } catch (RuntimeException | Error e) {
                thrown(e);
            } finally {
                clearIdle();
            }
        }
    }

    /**
     * Answers the peer's close_notify, as it must be at once before TLS 1.3 (RFC 5246 section 7.2.1); Conscrypt's engine
     * does not do so by itself.
     */
    void answerClose() {
        if (established && !closing && status() != HandshakeStatus.NEED_WRAP && !isTls13()) {
            close();
        }
    }

    /** Fails the session for a reason that the engine does not know. */
    SSLException refuse(String message) {
        return refuse(new SSLException(message));
    }

    /**
     * Fails the session for a reason that the engine does not know. Closing the engine would send close_notify, as if all were
     * well. A fatal alert is due (RFC 8446 section 6.2), which only the engine can make: it is given octets that it refuses. If
     * it makes none, nothing is sent.
     */
    SSLException refuse(SSLException why) {
        if (failure != null) {
            return why;
        }
        failure = why;
        clearIdle();
        alertMissing = engine.isInboundDone() || !provoke();
        return why;
    }

    /** Returns whether the engine has an alert for the peer now. */
    private boolean provoke() {
        if (closing) {
            return false;
        }
        Provocation.Effect effect = Provocation.of(engine, established);
        owesFailure |= effect == Provocation.Effect.ALERT_ASKED_FOR_ONCE;
        return effect != Provocation.Effect.NO_ALERT;
    }

    /** Whether, after a failure, the engine has an alert of it for the peer. */
    boolean owesAlert() {
        // Conscrypt keeps an alert without asking to be wrapped, and has then closed its inbound side.
        return !alertMissing
                && !closing
                && !engine.isOutboundDone()
                && (status() == HandshakeStatus.NEED_WRAP || engine.isInboundDone());
    }

    /** Whether TLS 1.3 is spoken. */
    boolean isTls13() {
        return session().getProtocol().equals("TLSv1.3");
    }

    /** The phase, for messages. */
    String where() {
        return established ? "inside TLS" : "during the handshake";
    }

    /** Conscrypt's engine throws the CertificateException of a trust manager itself; and a trust manager may throw anything. */
    private SSLException thrown(Throwable e) {
        return fail(new SSLException(
                "Expected a result of the engine " + where() + ", but it threw " + e + "; see the cause", e));
    }

    /**
     * To be called before a call of the engine, and {@link #clearIdle} after it. So true is never written after the engine has
     * said that it wants something, whichever of two threads' calls returns first: the thread that writes true calls the engine
     * after that, and its result has what the other's call has left to do. A thread that reads true in between leaves it to
     * that one.
     */
    private void noteIdle() {
        if (established && !idle && failure == null) {
            idle = true;
        }
    }

    private void clearIdle(SSLEngineResult result) {
        if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING || result.getStatus() == Status.CLOSED) {
            clearIdle();
        }
    }

    /** Notes that the engine has thrown. It has an alert then; but not SunJSSE, of some failures in a task. */
    private SSLException fail(SSLException e) {
        clearIdle();
        if (failure == null) {
            failure = e;
            if (!engine.isInboundDone() && engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
                alertMissing = !provoke();
            }
        }
        return e;
    }

    /**
     * Finds the end of the handshake. FINISHED is reported once, and not by every engine (Conscrypt omits it when the same call
     * lacks room): a handshake in which both sides sent something, that is over and has a suite, is complete as well.
     */
    private void note(SSLEngineResult result) {
        if (!(seen instanceof HandshakeWatch watch)) {
            return;
        }
        watch.note(
                result.bytesConsumed() > 0 && result.bytesProduced() == 0,
                result.bytesProduced() > 0 && result.bytesConsumed() == 0);
        boolean done = result.getHandshakeStatus() == HandshakeStatus.FINISHED
                || (result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                        && status() == HandshakeStatus.NOT_HANDSHAKING
                        && watch.bothSent()
                        && !closing
                        && !engine.isInboundDone()
                        && !engine.isOutboundDone()
                        && !session().getCipherSuite().endsWith(NO_SUITE));
        if (done) {
            seen = watch.done(session().getCipherSuite());
            established = true;
        }
    }
}
