package dev.starttls.conformance.connection;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;

/**
 * TLS over a {@link TcpConnection}, by an engine of the Java runtime, which distinguishes every way in which TLS can
 * end. Each has its own session. Sealed records can be changed before they are sent.
 */
public final class TlsEngine {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final String PEER_ALERT = "Received fatal alert: ";
    private static final int RECORD_HEADER = 5;

    /** A KeyUpdate has 27 octets and perhaps padding; every ticket is longer than this (RFC 8446 section 4.6). */
    private static final int MAX_KEY_UPDATE = 64;

    private final TcpConnection wire;
    private final FixedKeyManager keys;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(128 * 1024).flip();
    private ByteBuffer out = ByteBuffer.allocate(32 * 1024);
    private ByteBuffer app = ByteBuffer.allocate(32 * 1024);
    private int keyUpdates;

    /** TLS that starts now; {@code early} are the bytes already read from the connection. */
    public TlsEngine(TcpConnection wire, TlsOffer offer, byte[] early) {
        this(wire, offer, new FixedKeyManager(offer.identity()), early);
    }

    private TlsEngine(TcpConnection wire, TlsOffer offer, FixedKeyManager keys, byte[] early) {
        this(wire, engine(offer, keys), keys, early);
    }

    /** TLS by a new engine, which has no certificate for a server that asks for one. */
    TlsEngine(TcpConnection wire, SSLEngine engine, byte[] early) {
        this(wire, engine, new FixedKeyManager(Optional.empty()), early);
    }

    private TlsEngine(TcpConnection wire, SSLEngine engine, FixedKeyManager keys, byte[] early) {
        this.wire = wire;
        this.engine = engine;
        this.keys = keys;
        in.compact().put(early).flip();
    }

    private static SSLEngine engine(TlsOffer offer, FixedKeyManager keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {new FixedTrustManager(offer.verdict())}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            offer.serverName().ifPresent(name -> parameters.setServerNames(List.of(new SNIHostName(name))));
            if (!offer.versions().isEmpty()) {
                parameters.setProtocols(offer.versions().toArray(String[]::new));
            }
            engine.setSSLParameters(parameters);
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    /** The version that was agreed on, as JSSE names it. */
    public String version() {
        return engine.getSession().getProtocol();
    }

    /** Whether the server asked for a certificate of the client (RFC 8446 section 4.3.2, RFC 5246 section 7.4.4). */
    boolean certificateRequested() {
        return keys.asked();
    }

    /** The registered name of the suite that was agreed on. */
    public String suite() {
        return engine.getSession().getCipherSuite();
    }

    /**
     * How many times the server changed its key; an engine does not report it, so it is inferred from the length of
     * records.
     */
    public int keyUpdates() {
        return keyUpdates;
    }

    /** Performs the handshake; {@code each} is the time limit of every single wait for the server. */
    public HandshakeResult handshake(Duration each) {
        try {
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_WRAP -> {
                        if (!flush()) {
                            // The server may have sent the reason before it closed: read it.
                            Optional<HandshakeResult> ended = fill(each);
                            if (ended.isPresent()) {
                                return ended.get();
                            }
                        }
                    }
                    case NEED_TASK -> runTasks();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        switch (engine.unwrap(in, app).getStatus()) {
                            case BUFFER_UNDERFLOW -> {
                                Optional<HandshakeResult> ended = fill(each);
                                if (ended.isPresent()) {
                                    return ended.get();
                                }
                            }
                            case BUFFER_OVERFLOW -> app = larger(app);
                            case CLOSED -> {
                                return new HandshakeResult.Failed(
                                        HandshakeResult.Failure.PEER_CLOSED, ConnectionEnd.CLOSE_NOTIFY.description());
                            }
                            case OK -> {
                                // The status says what is next.
                            }
                        }
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        return done();
                    }
                }
            }
        } catch (SSLException e) {
            Received.Ended ended = failed(e);
            return new HandshakeResult.Failed(
                    ended.ending() == ConnectionEnd.ALERT
                            ? HandshakeResult.Failure.PEER_ALERT
                            : HandshakeResult.Failure.OWN_ALERT,
                    ended.detail());
        }
    }

    private HandshakeResult done() {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : engine.getSession().getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            // An anonymous suite: the chain stays empty and the checks say so.
        }
        return new HandshakeResult.Done(version(), suite(), chain);
    }

    /** The meaning of the engine's exception; the alert that the engine has prepared is sent to the server. */
    private Received.Ended failed(SSLException e) {
        String message = message(e);
        if (message.startsWith(PEER_ALERT)) {
            return new Received.Ended(ConnectionEnd.ALERT, message.substring(PEER_ALERT.length()));
        }
        try {
            flush();
        } catch (SSLException again) {
            // The alert could not be made; the connection is given up anyway.
        }
        return new Received.Ended(ConnectionEnd.NOT_TLS, message);
    }

    /** Reads more from the connection; empty if bytes came that may be TLS, otherwise how the handshake ended. */
    private Optional<HandshakeResult> fill(Duration each) {
        Received received = more(each);
        if (received instanceof Received.Data) {
            return Optional.empty();
        }
        if (received instanceof Received.Ended ended) {
            return Optional.of(
                    ended.ending() == ConnectionEnd.NOT_TLS
                            ? new HandshakeResult.Failed(HandshakeResult.Failure.NOT_TLS, ended.detail())
                            : new HandshakeResult.Failed(
                                    HandshakeResult.Failure.PEER_CLOSED,
                                    ended.ending().description()));
        }
        return Optional.of(
                new HandshakeResult.Failed(HandshakeResult.Failure.SILENCE, "waited " + each.toMillis() + " ms"));
    }

    /**
     * Reads more from the connection after what is there; the result is an end if no record can begin with that,
     * because the engine would take a part of it for a length and wait.
     */
    private Received more(Duration limit) {
        byte[] rest = unread();
        if (rest.length > 0 && !looksLikeTls(rest)) {
            return notTls(rest);
        }
        Received received = wire.read(limit);
        if (received instanceof Received.Data data) {
            if (rest.length == 0 && !looksLikeTls(data.bytes())) {
                return notTls(data.bytes());
            }
            in.compact().put(data.bytes()).flip();
        }
        return received;
    }

    /** What came and was not yet read. */
    byte[] unread() {
        byte[] rest = new byte[in.remaining()];
        in.get(in.position(), rest);
        return rest;
    }

    private static Received notTls(byte[] bytes) {
        return new Received.Ended(ConnectionEnd.NOT_TLS, "'" + Transcript.printable(bytes) + "'");
    }

    /** Content types change_cipher_spec to heartbeat (RFC 8446 section 5.1, RFC 6520). */
    static boolean looksLikeTls(byte[] bytes) {
        return bytes[0] >= 20 && bytes[0] <= 24;
    }

    /** Sends application data, unless the session or the connection is over. */
    void write(byte[] bytes) {
        try {
            wire.write(seal(bytes));
        } catch (SSLException e) {
            // The next read shows what became of the session.
        }
    }

    /**
     * Puts application data into records, which are not sent yet.
     *
     * @return empty if the session is closed for sending, or the engine makes no record of no data
     * @throws SSLException if the engine cannot encrypt
     */
    public byte[] seal(byte[] plain) throws SSLException {
        ByteBuffer source = ByteBuffer.wrap(plain);
        SSLEngineResult result;
        do {
            result = engine.wrap(source, out);
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                out = larger(out);
            }
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks();
            }
        } while (source.hasRemaining() && result.getStatus() != SSLEngineResult.Status.CLOSED);
        return sealed();
    }

    /**
     * The alert that says that nothing more will be sent; it is not sent yet.
     *
     * @throws SSLException if the engine cannot encrypt
     */
    public byte[] sealCloseNotify() throws SSLException {
        engine.closeOutbound();
        engine.wrap(NOTHING.duplicate(), out);
        return sealed();
    }

    /**
     * A KeyUpdate that asks the server for the same, in TLS 1.3; it is not sent yet.
     *
     * @throws SSLException if the engine cannot encrypt
     */
    public byte[] sealKeyUpdate() throws SSLException {
        engine.beginHandshake();
        engine.wrap(NOTHING.duplicate(), out);
        return sealed();
    }

    /** Reads application bytes, and processes TLS's own messages on the way. */
    public Received read(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        int begin = in.position();
        try {
            while (true) {
                begin = in.position();
                SSLEngineResult result = engine.unwrap(in, app.clear());
                if (app.position() > 0) {
                    return new Received.Data(Arrays.copyOf(app.array(), app.position()));
                }
                switch (result.getStatus()) {
                    case CLOSED -> {
                        return new Received.Ended(ConnectionEnd.CLOSE_NOTIFY, "");
                    }
                    case BUFFER_OVERFLOW -> app = larger(app);
                    case BUFFER_UNDERFLOW -> {
                        Received received = more(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
                        if (!(received instanceof Received.Data)) {
                            return received instanceof Received.Silence ? new Received.Silence(limit) : received;
                        }
                    }
                    case OK -> {
                        if (result.bytesConsumed() > 0
                                && result.bytesConsumed() <= MAX_KEY_UPDATE
                                && version().equals("TLSv1.3")) {
                            keyUpdates++;
                        }
                        runTasks();
                        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                            flush();
                        }
                    }
                }
            }
        } catch (SSLException e) {
            passOver(begin);
            return failed(e);
        }
    }

    /** What the connection brings after the session is over: bytes, its end, or silence. */
    public Received afterwards(Duration limit) {
        byte[] rest = unread();
        in.position(in.limit());
        return rest.length > 0 ? new Received.Data(rest) : wire.read(limit);
    }

    /** Skips the record that ended the session, whether or not the engine has consumed it. */
    private void passOver(int begin) {
        if (in.position() == begin && in.remaining() >= RECORD_HEADER) {
            int length = in.getShort(begin + 3) & 0xffff;
            in.position(Math.min(in.limit(), begin + RECORD_HEADER + length));
        }
    }

    /** Sends close_notify; what the server still sends can be read. */
    void closeNotify() {
        try {
            wire.write(sealCloseNotify());
        } catch (SSLException e) {
            // There is nothing left to send.
        }
    }

    /** Sends what the engine itself has to send; false if the connection or the engine is closed. */
    private boolean flush() throws SSLException {
        do {
            SSLEngineResult result = engine.wrap(NOTHING.duplicate(), out);
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                out = larger(out);
            } else if (!send() || result.getStatus() == SSLEngineResult.Status.CLOSED) {
                return false;
            }
        } while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
        return true;
    }

    private boolean send() {
        byte[] bytes = sealed();
        return bytes.length == 0 || wire.write(bytes);
    }

    private byte[] sealed() {
        byte[] bytes = Arrays.copyOf(out.array(), out.position());
        out.clear();
        return bytes;
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private static ByteBuffer larger(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.capacity() * 2).put(buffer.flip());
    }

    private static String message(SSLException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.startsWith("(") && message.contains(") ")
                ? message.substring(message.indexOf(") ") + 2)
                : message;
    }
}
