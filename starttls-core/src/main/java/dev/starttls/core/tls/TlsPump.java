package dev.starttls.core.tls;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * Moves octets through one {@link SSLEngine}; does no I/O, keeps no time, starts no thread.
 *
 * <pre>{@code
 * TlsPump pump = new TlsPump(engine);
 * TlsStatus out = pump.send(fromApplication, toPeer);    // encrypts; handshake records come first
 * TlsStatus in = pump.receive(fromPeer, toApplication);  // decrypts; says what is needed when it cannot
 * pump.task().ifPresent(Runnable::run);                  // when either said NEED_TASK
 * }</pre>
 *
 * <p>Buffers of any size do, one octet included: what does not fit is kept and handed out by the next calls. A record is
 * decrypted straight into the caller's buffer when it fits there, and encrypted straight from it. What has to be kept is
 * bounded by one record in each direction and is let go, decrypted octets overwritten, as soon as it was handed out.
 *
 * <p>After {@link #established()}, one thread may call {@link #receive} while another calls {@link #send}; before that,
 * and for all other methods, one thread at a time. A call never loops on an engine that makes no progress: it returns
 * what is needed, or fails.
 *
 * <p>When a call throws, the session is over; {@link #send} then still hands out the fatal alert that tells the peer why
 * (RFC 8446 section 6.2), and returns {@link TlsStatus#CLOSED} behind it.
 */
public final class TlsPump {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** Records without data that are read on while an answer to them waits to be sent. */
    private static final int UNANSWERED = 16;

    private final SSLEngine engine;
    private final long created = System.currentTimeMillis();
    private final RecordStash stash = new RecordStash();
    private ByteBuffer decrypted = NOTHING;
    private ByteBuffer staged = NOTHING;
    private int unanswered;
    private boolean inputEnded;
    private volatile boolean established;
    private volatile boolean closeNotifyReceived;
    private volatile boolean closeNotifyDue;
    private volatile boolean taskRunning;
    private volatile RuntimeException taskFailure;
    private volatile boolean failed;

    /**
     * A pump for an engine that has not begun its handshake.
     *
     * @param engine its mode (client or server) and its parameters set
     */
    public TlsPump(SSLEngine engine) {
        this.engine = engine;
    }

    /**
     * Begins the handshake and, as a client, makes the ClientHello now and keeps it for the first {@link #send}: the key
     * share is generated while the caller waits for something else. Does nothing on a server or when it was done before.
     *
     * @throws SSLException if the engine cannot begin, for instance because no version or suite is enabled
     */
    public void prepare() throws SSLException {
        if (established || staged.hasRemaining() || !engine.getUseClientMode()) {
            return;
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            engine.beginHandshake();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            stage(NOTHING);
        }
    }

    /**
     * Takes octets from the peer and gives out the application's.
     *
     * @param network from the peer; the position moves behind the octets taken
     * @param application where decrypted octets go; of any size, also of none
     * @return {@link TlsStatus#OK} when application octets were given out or, if {@code application} has no room, wait for
     *     it; {@link TlsStatus#NEED_READ} when all of {@code network} was taken; {@link TlsStatus#NEED_WRITE} when there
     *     is something to {@link #send} first; {@link TlsStatus#NEED_TASK}; {@link TlsStatus#CLOSED} when close_notify
     *     was received and all octets before it were given out
     * @throws SSLException if the peer broke the protocol, a certificate was refused, or the peer sent a fatal alert
     */
    public TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        if (decrypted.hasRemaining()) {
            return give(application);
        }
        releaseDecrypted();
        while (true) {
            if (closeNotifyReceived) {
                return TlsStatus.CLOSED;
            }
            TlsStatus first = beforeUnwrap();
            if (first != TlsStatus.OK) {
                return first;
            }
            SSLEngineResult result = unwrap(network, application);
            switch (result.getStatus()) {
                case BUFFER_UNDERFLOW -> {
                    if (stash.complete()) {
                        throw fail(new SSLException("Expected a TLS record " + where() + ", got octets that are none"));
                    }
                    if (!stash.fill(network)) {
                        return TlsStatus.NEED_READ;
                    }
                }
                case BUFFER_OVERFLOW -> {
                    if (unwrapAside(network)) {
                        return give(application);
                    }
                }
                case CLOSED -> closeNotifyReceived = true;
                case OK -> {
                    if (result.bytesProduced() > 0) {
                        return TlsStatus.OK;
                    }
                }
            }
        }
    }

    /**
     * Takes octets from the application and gives out the peer's; records of the handshake, of a close and of an alert
     * come first.
     *
     * @param application to encrypt; nothing of it is taken before the handshake is done
     * @param network where the peer's octets go; of any size
     * @return {@link TlsStatus#OK} when all of {@code application} was taken and all octets were given out; {@link
     *     TlsStatus#NEED_WRITE} when {@code network} is full; {@link TlsStatus#NEED_READ} when the handshake waits for
     *     the peer; {@link TlsStatus#NEED_TASK}; {@link TlsStatus#CLOSED} when close_notify or a fatal alert was given
     *     out and nothing more will follow
     * @throws SSLException if the engine fails
     */
    public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
        while (true) {
            drain(network);
            if (staged.hasRemaining()) {
                return TlsStatus.NEED_WRITE;
            }
            if (failed) {
                if (!stageAlert()) {
                    return TlsStatus.CLOSED;
                }
                continue;
            }
            if (engine.isOutboundDone()) {
                return TlsStatus.CLOSED;
            }
            if (taskRunning) {
                return TlsStatus.NEED_TASK;
            }
            checkTask();
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    return TlsStatus.NEED_TASK;
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!established) {
                        return TlsStatus.NEED_READ;
                    }
                    if (!application.hasRemaining() && !closeNotifyDue) {
                        return TlsStatus.OK;
                    }
                }
                case NEED_WRAP -> {}
                case NOT_HANDSHAKING, FINISHED -> {
                    if (established && !application.hasRemaining() && !closeNotifyDue) {
                        return TlsStatus.OK;
                    }
                }
            }
            TlsStatus status = wrap(application, network);
            if (status != TlsStatus.OK) {
                return status;
            }
        }
    }

    /**
     * The task that the engine waits for, if it waits for one: to be run once, by any thread, and never within a call of
     * this pump. Until it has run, {@link #receive} and {@link #send} return {@link TlsStatus#NEED_TASK}.
     *
     * @return the task; empty when there is none or when it was handed out and still runs
     */
    public synchronized Optional<Runnable> task() {
        if (taskRunning) {
            return Optional.empty();
        }
        Runnable first = engine.getDelegatedTask();
        if (first == null) {
            return Optional.empty();
        }
        taskRunning = true;
        return Optional.of(() -> {
            try {
                for (Runnable next = first; next != null; next = engine.getDelegatedTask()) {
                    next.run();
                }
            } catch (RuntimeException e) {
                taskFailure = e;
            } finally {
                taskRunning = false;
            }
        });
    }

    /**
     * Says that the application sends nothing more: {@link #send} gives out close_notify. Receiving goes on (half-close,
     * RFC 8446 section 6.1). Closing again has no effect.
     */
    public void closeOutbound() {
        if (!engine.isOutboundDone()) {
            closeNotifyDue = true;
            engine.closeOutbound();
        }
    }

    /**
     * Says that the connection has ended, as {@code read} returned -1.
     *
     * @throws TruncatedException if close_notify was not received before (RFC 8446 section 6.1)
     */
    public void endOfInput() throws TruncatedException {
        if (!closeNotifyReceived && !inputEnded) {
            inputEnded = true;
            throw new TruncatedException(where());
        }
    }

    /**
     * Whether the handshake is done. Never turns false again.
     *
     * @return true from the moment the engine reported it
     */
    public boolean established() {
        return established;
    }

    /**
     * Whether {@link #send} has something to give out that the application did not ask for: handshake records, the
     * answer to a KeyUpdate, close_notify, an alert, or what did not fit before.
     *
     * @return true if so
     */
    public boolean wantsSend() {
        return staged.hasRemaining()
                || (!engine.isOutboundDone()
                        && (closeNotifyDue || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP));
    }

    /**
     * The decrypted octets that wait because they did not fit in the buffer they were asked for with. Whoever reads from
     * this buffer takes them: what is left when the position was moved is what the next {@link #receive} gives out.
     *
     * @return the pump's own buffer, empty when none wait; valid until the next call
     */
    public ByteBuffer decrypted() {
        return decrypted;
    }

    /**
     * Whether the peer has closed its direction in the way it should.
     *
     * @return true once close_notify was received
     */
    public boolean closeNotifyReceived() {
        return closeNotifyReceived;
    }

    /**
     * The session as it stands: the engine's, or during the handshake the one it is making.
     *
     * @return never null
     */
    public SSLSession session() {
        SSLSession making = established ? null : engine.getHandshakeSession();
        return making != null ? making : engine.getSession();
    }

    /**
     * Whether the handshake resumed an earlier session, told by the session being older than this pump.
     *
     * @return false before the handshake is done
     */
    public boolean resumed() {
        return established && engine.getSession().getCreationTime() < created;
    }

    /**
     * The protocol agreed by ALPN (RFC 7301).
     *
     * @return its name; empty when none was agreed
     */
    public Optional<String> applicationProtocol() {
        String agreed = engine.getApplicationProtocol();
        return agreed == null || agreed.isEmpty() ? Optional.empty() : Optional.of(agreed);
    }

    /** Lets go of all octets held and overwrites the decrypted ones. To be called when the connection is given up. */
    public void release() {
        stash.release();
        releaseDecrypted();
        staged = NOTHING;
    }

    private TlsStatus beforeUnwrap() throws SSLException {
        if (taskRunning) {
            return TlsStatus.NEED_TASK;
        }
        checkTask();
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> TlsStatus.NEED_TASK;
            case NEED_WRAP -> established && ++unanswered <= UNANSWERED ? TlsStatus.OK : TlsStatus.NEED_WRITE;
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> TlsStatus.OK;
            case NOT_HANDSHAKING, FINISHED -> {
                if (!established && engine.getUseClientMode()) {
                    yield TlsStatus.NEED_WRITE;
                }
                unanswered = 0;
                yield TlsStatus.OK;
            }
        };
    }

    private SSLEngineResult unwrap(ByteBuffer network, ByteBuffer application) throws SSLException {
        ByteBuffer source = stash.source(network);
        HandshakeStatus before = engine.getHandshakeStatus();
        SSLEngineResult result;
        try {
            result = engine.unwrap(source, application);
        } catch (SSLException e) {
            throw fail(e);
        }
        stash.taken();
        note(result);
        refuseRenegotiation();
        if (result.getStatus() == SSLEngineResult.Status.OK
                && result.bytesConsumed() == 0
                && result.bytesProduced() == 0
                && engine.getHandshakeStatus() == before) {
            throw fail(new SSLException("Expected the engine to take a record or to say what it needs, got neither in "
                    + where() + " (" + before + "); the engine is at fault"));
        }
        return result;
    }

    /** Decrypts a record that does not fit the caller's buffer into one of our own. Returns false if nothing came. */
    private boolean unwrapAside(ByteBuffer network) throws SSLException {
        int size = engine.getSession().getApplicationBufferSize();
        ByteBuffer aside = ByteBuffer.allocate(size);
        SSLEngineResult result = unwrap(network, aside);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw fail(new SSLException("Expected a record to fit the session's application buffer of " + size
                    + " octets, got a larger one inside TLS; the engine is at fault"));
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            closeNotifyReceived = true;
        }
        decrypted = aside.flip();
        return decrypted.hasRemaining();
    }

    private TlsStatus give(ByteBuffer application) {
        int count = Math.min(application.remaining(), decrypted.remaining());
        int from = decrypted.position();
        application.put(decrypted.slice(from, count));
        decrypted.position(from + count);
        if (!decrypted.hasRemaining()) {
            releaseDecrypted();
        }
        return TlsStatus.OK;
    }

    private void releaseDecrypted() {
        if (decrypted.capacity() > 0) {
            int from = decrypted.arrayOffset();
            Arrays.fill(decrypted.array(), from, from + decrypted.capacity(), (byte) 0);
            decrypted = NOTHING;
        }
    }

    private TlsStatus wrap(ByteBuffer application, ByteBuffer network) throws SSLException {
        int space = network.remaining();
        int waiting = application.remaining();
        HandshakeStatus before = engine.getHandshakeStatus();
        // An engine must not be given data to send before the handshake is done.
        ByteBuffer source = established ? application : NOTHING;
        SSLEngineResult result = wrapOnce(source, network);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            if (space == 0) {
                return TlsStatus.NEED_WRITE;
            }
            stage(source);
        } else if (result.getStatus() == SSLEngineResult.Status.OK
                && network.remaining() == space
                && application.remaining() == waiting
                && engine.getHandshakeStatus() == before) {
            throw fail(new SSLException("Expected the engine to make a record, got none in " + where() + " (" + before
                    + "); the engine is at fault"));
        }
        return TlsStatus.OK;
    }

    /** Encrypts one record into a buffer of our own, from which it is given out in whatever pieces fit. */
    private void stage(ByteBuffer application) throws SSLException {
        int size = engine.getSession().getPacketBufferSize();
        ByteBuffer aside = ByteBuffer.allocate(size);
        SSLEngineResult result = wrapOnce(application, aside);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            int larger = Math.max(engine.getSession().getPacketBufferSize(), size) + 2048;
            aside = ByteBuffer.allocate(larger);
            if (wrapOnce(application, aside).getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                throw fail(new SSLException("Expected a record of at most " + larger
                        + " octets from the engine, got a larger one; the engine is at fault"));
            }
        }
        staged = aside.flip();
    }

    private SSLEngineResult wrapOnce(ByteBuffer application, ByteBuffer network) throws SSLException {
        try {
            SSLEngineResult result = engine.wrap(application, network);
            note(result);
            if (engine.isOutboundDone()) {
                closeNotifyDue = false;
            }
            return result;
        } catch (SSLException e) {
            throw fail(e);
        }
    }

    /** The engine may owe the peer an alert after a failure; a second failure while making it ends the matter. */
    private boolean stageAlert() {
        if (engine.isOutboundDone() || engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
            return false;
        }
        ByteBuffer aside = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        try {
            engine.wrap(NOTHING, aside);
        } catch (SSLException e) {
            return false;
        }
        staged = aside.flip();
        return staged.hasRemaining();
    }

    private void drain(ByteBuffer network) {
        if (!staged.hasRemaining()) {
            return;
        }
        int count = Math.min(network.remaining(), staged.remaining());
        network.put(staged.slice(staged.position(), count));
        staged.position(staged.position() + count);
        if (!staged.hasRemaining()) {
            staged = NOTHING;
        }
    }

    private void note(SSLEngineResult result) {
        if (!established
                && (result.getHandshakeStatus() == HandshakeStatus.FINISHED
                        || (result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                                && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                                && result.bytesConsumed() + result.bytesProduced() > 0
                                && engine.getSession().isValid()))) {
            established = true;
        }
    }

    /** In TLS 1.2 and before, any handshake after the first is a renegotiation (RFC 5746, RFC 9325 section 3.5). */
    private void refuseRenegotiation() throws SSLException {
        if (!established || closeNotifyDue || engine.isInboundDone() || engine.isOutboundDone()) {
            return;
        }
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NOT_HANDSHAKING
                || status == HandshakeStatus.FINISHED
                || engine.getSession().getProtocol().equals("TLSv1.3")) {
            return;
        }
        engine.closeOutbound();
        throw fail(
                new SSLException("Expected application data inside TLS, got a renegotiation that the peer started in "
                        + engine.getSession().getProtocol() + "; renegotiation is refused (RFC 9325 section 3.5)"));
    }

    private void checkTask() throws SSLException {
        RuntimeException thrown = taskFailure;
        if (thrown != null) {
            taskFailure = null;
            throw fail(new SSLException(
                    "Expected the engine's delegated task to finish " + where() + ", but it threw "
                            + thrown.getClass().getName() + "; see the cause",
                    thrown));
        }
    }

    private String where() {
        return established ? "inside TLS" : "during the handshake";
    }

    private SSLException fail(SSLException e) {
        failed = true;
        return e;
    }
}
