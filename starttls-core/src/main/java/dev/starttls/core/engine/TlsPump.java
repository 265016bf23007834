package dev.starttls.core.engine;

import dev.starttls.core.tls.TruncatedException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
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
 * (RFC 8446 section 6.2), and returns {@link TlsStatus#CLOSED} after it. Where only this class refuses, what it was sent or
 * how much of it, the engine is given octets that it refuses, for the sake of its alert; an engine that makes none is
 * silent. close_notify never leaves after a failure: the peer would take what was cut short for all there is.
 */
public final class TlsPump {

    private final GuardedEngine engine;
    private final EngineTasks tasks;
    private final RecordReader inbound;
    private final RecordWriter outbound;
    private boolean inputEnded;
    /** Whether the last octets received filled the buffer: an engine may have kept more of them. */
    private boolean filled;

    /**
     * A pump for an engine that has not begun its handshake.
     *
     * @param engine its mode (client or server) and its parameters set
     */
    public TlsPump(SSLEngine engine) {
        this.engine = new GuardedEngine(engine);
        this.tasks = new EngineTasks(this.engine);
        this.inbound = new RecordReader(this.engine, tasks);
        this.outbound = new RecordWriter(this.engine, tasks);
    }

    /**
     * Begins the handshake and, as a client, makes the ClientHello now and keeps it for the first {@link #send}: the key
     * share is generated while the caller waits for something else. Does nothing on a server or when it was done before.
     *
     * @throws SSLException if the engine cannot begin, for instance because no version or suite is enabled
     */
    public void prepare() throws SSLException {
        outbound.prepare();
    }

    /**
     * Takes octets from the peer and gives out the application's.
     *
     * @param network from the peer; the position moves behind the octets taken
     * @param application where decrypted octets go; of any size, also of none
     * @return {@link TlsStatus#OK} when application octets were given out or, if {@code application} has no room, wait for
     *     it; {@link TlsStatus#NEED_READ} when all of {@code network} was taken; {@link TlsStatus#NEED_WRITE} when there
     *     is something to {@link #send} first; {@link TlsStatus#NEED_TASK}; {@link TlsStatus#AGAIN} when 16 records
     *     brought no application data and octets are left in {@code network}; {@link TlsStatus#CLOSED} when close_notify
     *     was received and all octets before it were given out
     * @throws NotTlsException if octets came that no record begins with, at the first that shows it
     * @throws RecordLimitException if records without application data came beyond 32 or 128 KiB between two with data, or,
     *     in TLS 1.3, beyond 1,024 or 1 MiB in all
     * @throws SSLException if the peer broke the protocol, a certificate was refused, or the peer sent a fatal alert
     */
    public TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        requireWritable(application);
        if (!network.hasRemaining() && drained()) {
            return TlsStatus.NEED_READ;
        }
        TlsStatus status = noted(inbound.receive(network, application));
        filled = status == TlsStatus.OK && !application.hasRemaining();
        return status;
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
        requireWritable(network);
        return noted(outbound.send(application, network));
    }

    /**
     * The task that the engine waits for, if it waits for one: to be run once, by any thread, and never within a call of
     * this pump. Until it has run, {@link #receive} and {@link #send} return {@link TlsStatus#NEED_TASK}.
     *
     * @return the task; empty when there is none or when it was handed out and still runs
     */
    public Optional<Runnable> task() {
        return tasks.next();
    }

    /**
     * Whether the engine waits for a task: one to be handed out by {@link #task}, or one that was and still runs.
     *
     * @return true from the call that returned {@link TlsStatus#NEED_TASK} until the task has run
     */
    public boolean taskDue() {
        return tasks.awaited();
    }

    /**
     * Says that the application sends nothing more: {@link #send} gives out close_notify. Receiving goes on (half-close,
     * RFC 8446 section 6.1). Closing again has no effect.
     */
    public void closeOutbound() {
        engine.close();
    }

    /**
     * Says that the connection has ended, as {@code read} returned -1.
     *
     * @throws TruncatedException if close_notify was not received before (RFC 8446 section 6.1)
     */
    public void endOfInput() throws TruncatedException {
        if (!engine.closeNotifyReceived() && !inputEnded) {
            inputEnded = true;
            throw new TruncatedException(engine.where());
        }
    }

    /**
     * Whether the handshake is done. Never turns false again.
     *
     * @return true from the moment the engine reported it
     */
    public boolean established() {
        return engine.established();
    }

    /**
     * Whether {@link #send} has something to give out that the application did not ask for: handshake records, the
     * answer to a KeyUpdate, close_notify, an alert, or what did not fit before; or to throw, when a task threw.
     *
     * @return true if so
     */
    public boolean wantsSend() {
        return outbound.wants();
    }

    /**
     * The decrypted octets that wait because they did not fit in the buffer they were asked for with. Whoever reads from
     * this buffer takes them: what is left when the position was moved is what the next {@link #receive} gives out.
     *
     * @return the pump's own buffer, empty when none wait; valid until the next call
     */
    public ByteBuffer decrypted() {
        return inbound.decrypted();
    }

    /**
     * Whether the peer has closed its direction in the way it should.
     *
     * @return true once close_notify was received
     */
    public boolean closeNotifyReceived() {
        return engine.closeNotifyReceived();
    }

    /**
     * The session as it stands: the engine's, or during the handshake the one it is making.
     *
     * @return never null
     */
    public SSLSession session() {
        return engine.established() ? engine.session() : handshakeSession().orElse(engine.session());
    }

    /**
     * Whether the handshake resumed an earlier session (RFC 8446 section 2.2, RFC 5077), told by what the server said.
     *
     * @return false before the handshake is done
     */
    public boolean resumed() {
        return engine.resumed();
    }

    /**
     * The group of the key exchange, told by what the server said: of a ServerHello of TLS 1.3 (RFC 8446 section 4.2.8), or of
     * a ServerKeyExchange before (RFC 8422 section 5.4, RFC 5246 section 7.4.3).
     *
     * @return its name in IANA's registry "TLS Supported Groups", for instance "x25519"; "0x" and four digits if it is not
     *     known here; "dhe" and the bits of the prime for the Diffie-Hellman of before TLS 1.3; empty where no key was
     *     exchanged (a resumption before TLS 1.3, or one of TLS 1.3 without), where the suite transports one (RSA), and
     *     before the handshake is done
     */
    public Optional<String> namedGroup() {
        return engine.namedGroup();
    }

    /**
     * The protocol agreed by ALPN (RFC 7301).
     *
     * @return its name; empty when none was agreed
     */
    public Optional<String> applicationProtocol() {
        try {
            String agreed = engine.engine().getApplicationProtocol();
            return agreed == null || agreed.isEmpty() ? Optional.empty() : Optional.of(agreed);
        } catch (UnsupportedOperationException e) {
            // SSLEngine's own method, which engines without ALPN leave as it is.
            return Optional.empty();
        }
    }

    /** Lets go of all octets held and overwrites the decrypted ones. To be called when the connection is given up. */
    public void release() {
        inbound.release();
        outbound.release();
    }

    /** How many octets of memory are kept for records and decrypted octets. */
    int held() {
        return inbound.capacity() + outbound.capacity();
    }

    /**
     * Whether nothing can be given out before more comes from the network: a reader that asks the engine all the same makes
     * a writer wait for its lock, and finds what it found before.
     */
    private boolean drained() {
        return engine.established()
                && !filled
                && inbound.capacity() == 0
                && !tasks.awaited()
                && !tasks.ended()
                && !engine.failed()
                && !engine.closing()
                && !engine.inputClosed()
                && engine.lastStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private TlsStatus noted(TlsStatus status) {
        if (status == TlsStatus.NEED_TASK) {
            tasks.due();
        }
        return status;
    }

    private Optional<SSLSession> handshakeSession() {
        try {
            return Optional.ofNullable(engine.engine().getHandshakeSession());
        } catch (UnsupportedOperationException e) {
            // SSLEngine's own method, which some engines leave as it is.
            return Optional.empty();
        }
    }

    private static void requireWritable(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
    }
}
