package dev.starttls.core.engine;

import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.tls.ChannelBinding.Reason;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.ServerEndPoint;
import dev.starttls.core.tls.TlsExporter;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TruncatedException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.security.cert.Certificate;
import java.util.List;
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
 * <p>Buffers of any size will do, one octet included: what does not fit is kept and handed out by the next calls. A record is
 * decrypted straight into the caller's buffer when it fits there, and encrypted straight from it. What has to be kept is at
 * most one record in each direction, and is released, decrypted octets overwritten, as soon as it was handed out.
 *
 * <p>After {@link #established()}, one thread may call {@link #receive} while another calls {@link #send}; before that,
 * and for all other methods, one thread at a time. A call never loops on an engine that makes no progress: it returns
 * what is needed, or fails.
 *
 * <p>When a call throws, the session is over; {@link #send} then still hands out the fatal alert (RFC 8446 section 6.2) and
 * returns {@link TlsStatus#CLOSED} after it. Where it is this class, not the engine, that refuses what the peer sent or how
 * much of it, the engine is given octets that it refuses, so that it makes an alert; if it makes none, none is sent.
 * close_notify is never sent after a failure: the peer would take a truncated stream for a complete one.
 */
public final class TlsPump {

    private final GuardedEngine engine;
    private final EngineTasks tasks;
    private final RecordReader reader;
    private final RecordWriter writer;
    private boolean inputEnded;
    /** Whether the last octets received filled the buffer: an engine may have kept the rest of a record. */
    private boolean filled;

    /**
     * A pump for an engine that has not begun its handshake.
     *
     * @param engine its mode (client or server) and its parameters set
     */
    public TlsPump(SSLEngine engine) {
        this.engine = new GuardedEngine(engine);
        this.tasks = new EngineTasks(this.engine);
        this.reader = new RecordReader(this.engine, tasks);
        this.writer = new RecordWriter(this.engine, tasks);
    }

    /**
     * Begins the handshake of a client: makes the ClientHello now and keeps it for the first {@link #send}, so that the key
     * share is generated while the caller waits for something else. Does nothing on a server, or the second time.
     *
     * @throws SSLException if the engine cannot begin, for instance because no version or suite is enabled
     */
    public void prepare() throws SSLException {
        writer.prepare();
    }

    /**
     * Takes octets from the peer and gives out the application's.
     *
     * @param network from the peer; its position moves past the octets taken
     * @param application where decrypted octets go; of any size, 0 included
     * @return {@link TlsStatus#OK} when application octets were given out or, if {@code application} has no room, wait for
     *     it; {@link TlsStatus#NEED_READ} when all of {@code network} was taken; {@link TlsStatus#NEED_WRITE} when there
     *     is something to {@link #send} first; {@link TlsStatus#NEED_TASK}; {@link TlsStatus#AGAIN} when 16 records
     *     had no application data and octets are left in {@code network}; {@link TlsStatus#CLOSED} when close_notify
     *     was received and all octets before it were given out
     * @throws NotTlsException if octets came that no record begins with; thrown at the first such octet
     * @throws RecordLimitException if records without application data came beyond 32 or 128 KiB between two with data, or,
     *     in TLS 1.3, beyond 1,024 or 1 MiB in all
     * @throws SSLException if the peer broke the protocol, a certificate was refused, or the peer sent a fatal alert
     */
    public TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        requireWritable(application);
        if (!network.hasRemaining() && drained()) {
            return TlsStatus.NEED_READ;
        }
        TlsStatus status = noteTask(reader.receive(network, application));
        filled = status == TlsStatus.OK && !application.hasRemaining();
        return status;
    }

    /**
     * Takes octets from the application and gives out records for the peer; those of the handshake, of a close and of an
     * alert come first.
     *
     * @param application to encrypt; nothing of it is taken before the handshake is done
     * @param network where records for the peer go; of any size
     * @return {@link TlsStatus#OK} when all of {@code application} was taken and all octets were given out; {@link
     *     TlsStatus#NEED_WRITE} when {@code network} is full; {@link TlsStatus#NEED_READ} when the handshake waits for
     *     the peer; {@link TlsStatus#NEED_TASK}; {@link TlsStatus#CLOSED} when close_notify or a fatal alert was given
     *     out and nothing more will follow
     * @throws SSLException if the engine fails
     */
    public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
        requireWritable(network);
        return noteTask(writer.send(application, network));
    }

    /**
     * The task that the engine waits for, if it waits for one: to be run once, by any thread, and never within a call of
     * this pump. Until it has run, {@link #receive} and {@link #send} return {@link TlsStatus#NEED_TASK}.
     *
     * @return the task; empty if the engine waits for none, or for one that was handed out and still runs
     */
    public Optional<Runnable> task() {
        return tasks.next();
    }

    /**
     * Whether the engine waits for a task: one to be handed out by {@link #task}, or one that still runs.
     *
     * @return true from the call that returned {@link TlsStatus#NEED_TASK} until the task has run
     */
    public boolean taskDue() {
        return tasks.awaited();
    }

    /**
     * Declares that the application sends nothing more: {@link #send} gives out close_notify. Receiving goes on (half-close,
     * RFC 8446 section 6.1). Closing again has no effect.
     */
    public void closeOutbound() {
        engine.close();
    }

    /**
     * Reports the end of the connection: {@code read} returned -1.
     *
     * @throws TruncatedException if close_notify was not received before (RFC 8446 section 6.1); the first time only
     */
    public void endOfInput() throws TruncatedException {
        if (!engine.closeNotifyReceived() && !inputEnded) {
            inputEnded = true;
            throw new TruncatedException(engine.where());
        }
    }

    /**
     * Whether the handshake is complete.
     *
     * @return true from the moment that the engine has reported it, for good
     */
    public boolean established() {
        return engine.established();
    }

    /**
     * Whether {@link #send} is due although the application sends nothing.
     *
     * @return true if it would give out handshake records, the answer to a KeyUpdate, close_notify, an alert, or what did not
     *     fit before; or throw what a task threw
     */
    public boolean wantsSend() {
        return writer.wants();
    }

    /**
     * The decrypted octets that did not fit in the buffer of {@link #receive}. Reading from this buffer takes them: the next
     * {@link #receive} gives out what remains in it.
     *
     * @return the pump's own buffer, without remaining octets if all were taken; valid until the next call
     */
    public ByteBuffer decrypted() {
        return reader.decrypted();
    }

    /**
     * Whether the peer has closed its direction (RFC 8446 section 6.1).
     *
     * @return true once close_notify was received
     */
    public boolean closeNotifyReceived() {
        return engine.closeNotifyReceived();
    }

    /**
     * The engine's session; during the handshake, the one being negotiated.
     *
     * @return the session, never null
     */
    public SSLSession session() {
        return engine.established() ? engine.session() : handshakeSession().orElse(engine.session());
    }

    /**
     * Whether the handshake resumed an earlier session (RFC 8446 section 2.2, RFC 5077), by what the server sent.
     *
     * @return false before the handshake is complete
     */
    public boolean resumed() {
        return engine.resumed();
    }

    /**
     * The group of the key exchange, by what the server sent: the ServerHello in TLS 1.3 (RFC 8446 section 4.2.8), the
     * ServerKeyExchange before (RFC 8422 section 5.4, RFC 5246 section 7.4.3).
     *
     * @return its name in IANA's registry "TLS Supported Groups", for instance "x25519"; "0x" and four digits if it is not
     *     known here; "dhe" and the bits of the prime for the Diffie-Hellman of before TLS 1.3; empty where no key was
     *     exchanged (a resumption before TLS 1.3, or in TLS 1.3 by psk_ke), where the suite transports one (RSA), and
     *     before the handshake is complete
     */
    public Optional<String> namedGroup() {
        return engine.namedGroup();
    }

    /**
     * This side's own certificates.
     *
     * @return as they were sent, its own first; empty if none were sent, or if the engine does not show them
     */
    public List<Certificate> ownChain() {
        try {
            Certificate[] chain = engine.session().getLocalCertificates();
            return chain == null ? List.of() : List.of(chain);
        } catch (RuntimeException e) {
            // Some engines do not support the method.
            return List.of();
        }
    }

    /**
     * Binds to the session (RFC 5929 section 4, RFC 9266).
     *
     * @param type of the binding
     * @param settings by which the engine was made
     * @return the binding, or why there is none
     */
    public ChannelBinding channelBinding(ChannelBinding.Type type, TlsSettings settings) {
        if (!engine.established()) {
            return new Unavailable(type, Reason.NOT_ESTABLISHED, "Expected a complete handshake, got one that is not");
        }
        return switch (type) {
            case TLS_SERVER_END_POINT -> serverEndPoint();
            case TLS_EXPORTER -> exporter(settings);
        };
    }

    private ChannelBinding serverEndPoint() {
        List<Certificate> server = engine.client() ? PeerCheck.chain(engine.session()) : ownChain();
        return server.isEmpty()
                ? new Unavailable(
                        ChannelBinding.Type.TLS_SERVER_END_POINT,
                        Reason.NO_CERTIFICATE,
                        "Expected the server's certificate, but the session has none, or its engine does not show it"
                                + (engine.resumed() ? "; it was resumed" : ""))
                : ServerEndPoint.of(server.get(0));
    }

    private ChannelBinding exporter(TlsSettings settings) {
        return engine.uniqueSecrets()
                ? TlsExporter.of(settings, engine.engine())
                : new Unavailable(
                        ChannelBinding.Type.TLS_EXPORTER,
                        Reason.NOT_UNIQUE,
                        "Expected TLS 1.3, or TLS 1.2 with extended_master_secret (RFC 9266 section 4.1), got "
                                + engine.session().getProtocol() + " without it; try tls-server-end-point");
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
            // SSLEngine's own method throws this, and engines without ALPN do not override it.
            return Optional.empty();
        }
    }

    /** Releases all buffers and overwrites decrypted octets. To be called when the connection is given up. */
    public void release() {
        reader.release();
        writer.release();
    }

    /** The capacity of all buffers kept, in octets. */
    int held() {
        return reader.capacity() + writer.capacity();
    }

    /**
     * Whether nothing can be given out before more comes from the network. Asking the engine all the same would change
     * nothing, and would make a writer wait for the engine's lock.
     */
    private boolean drained() {
        return engine.established()
                && !filled
                && reader.capacity() == 0
                && !tasks.awaited()
                && !tasks.ended()
                && !engine.failed()
                && !engine.closing()
                && !engine.inputClosed()
                && engine.lastStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private TlsStatus noteTask(TlsStatus status) {
        if (status == TlsStatus.NEED_TASK) {
            tasks.due();
        }
        return status;
    }

    private Optional<SSLSession> handshakeSession() {
        try {
            return Optional.ofNullable(engine.engine().getHandshakeSession());
        } catch (UnsupportedOperationException e) {
            // SSLEngine's own method throws this, and some engines do not override it.
            return Optional.empty();
        }
    }

    private static void requireWritable(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
    }
}
