package dev.starttls.conformance.speak;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;

/** TLS over a {@link Wire}, by an engine, so that every way in which TLS can end is told apart. Each has its own session. */
final class TlsLayer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final String PEER_ALERT = "Received fatal alert: ";

    private final Wire wire;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(128 * 1024).flip();
    private ByteBuffer out = ByteBuffer.allocate(32 * 1024);
    private ByteBuffer app = ByteBuffer.allocate(32 * 1024);

    /** TLS that begins now; {@code early} is what the wire brought already and looks like TLS. */
    TlsLayer(Wire wire, TlsOffer offer, byte[] early) {
        this.wire = wire;
        this.engine = engine(offer);
        in.compact().put(early).flip();
    }

    private static SSLEngine engine(TlsOffer offer) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new OpenTrust(offer.verdict())}, null);
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

    /** Shakes hands; {@code each} bounds every single wait for the server. */
    Handshake handshake(Duration each) {
        try {
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_WRAP -> {
                        if (!flush()) {
                            // The server may have said why before it closed: look.
                            Handshake ended = fill(each);
                            if (ended != null) {
                                return ended;
                            }
                        }
                    }
                    case NEED_TASK -> runTasks();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        SSLEngineResult result = engine.unwrap(in, app);
                        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                            Handshake ended = fill(each);
                            if (ended != null) {
                                return ended;
                            }
                        } else if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                            app = larger(app);
                        } else if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                            return new Handshake.Failed(Handshake.Failure.PEER_CLOSED, Ending.CLOSE_NOTIFY.told());
                        }
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        return done();
                    }
                }
            }
        } catch (SSLException e) {
            return failed(e);
        }
    }

    private Handshake done() {
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
        return new Handshake.Done(
                engine.getSession().getProtocol(), engine.getSession().getCipherSuite(), chain);
    }

    private Handshake failed(SSLException e) {
        String message = message(e);
        if (message.startsWith(PEER_ALERT)) {
            return new Handshake.Failed(Handshake.Failure.PEER_ALERT, message.substring(PEER_ALERT.length()));
        }
        try {
            flush();
        } catch (SSLException again) {
            // The alert could not be made; the connection is given up all the same.
        }
        return new Handshake.Failed(Handshake.Failure.OWN_ALERT, message);
    }

    /** Reads more of the wire; null if bytes came that may be TLS, else how the handshake ended. */
    private Handshake fill(Duration each) {
        Received received = more(each);
        if (received instanceof Received.Data) {
            return null;
        }
        if (received instanceof Received.Ended ended) {
            return ended.ending() == Ending.NOT_TLS
                    ? new Handshake.Failed(Handshake.Failure.NOT_TLS, ended.detail())
                    : new Handshake.Failed(
                            Handshake.Failure.PEER_CLOSED, ended.ending().told());
        }
        return new Handshake.Failed(Handshake.Failure.SILENCE, "waited " + each.toMillis() + " ms");
    }

    /**
     * Reads more of the wire behind what is there; ended where no record can begin with that. The engine would take some of
     * it for a length and wait.
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

    /** What came and was not looked at. */
    byte[] unread() {
        byte[] rest = new byte[in.remaining()];
        in.get(in.position(), rest);
        return rest;
    }

    private static Received notTls(byte[] bytes) {
        return new Received.Ended(Ending.NOT_TLS, "'" + Transcript.printable(bytes) + "'");
    }

    /** Content types change_cipher_spec to heartbeat (RFC 8446 section 5.1, RFC 6520). */
    static boolean looksLikeTls(byte[] bytes) {
        return bytes[0] >= 20 && bytes[0] <= 24;
    }

    boolean write(byte[] bytes) {
        ByteBuffer source = ByteBuffer.wrap(bytes);
        try {
            while (source.hasRemaining()) {
                SSLEngineResult result = engine.wrap(source, out);
                switch (result.getStatus()) {
                    case BUFFER_OVERFLOW -> out = larger(out);
                    case CLOSED -> {
                        return false;
                    }
                    default -> {
                        if (!send()) {
                            return false;
                        }
                    }
                }
                if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                    runTasks();
                }
            }
            return true;
        } catch (SSLException e) {
            return false;
        }
    }

    /** Reads application bytes; TLS's own messages are dealt with on the way. */
    Received read(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                SSLEngineResult result = engine.unwrap(in, app.clear());
                if (app.position() > 0) {
                    return new Received.Data(Arrays.copyOf(app.array(), app.position()));
                }
                switch (result.getStatus()) {
                    case CLOSED -> {
                        return new Received.Ended(Ending.CLOSE_NOTIFY, "");
                    }
                    case BUFFER_OVERFLOW -> app = larger(app);
                    case BUFFER_UNDERFLOW -> {
                        Received received = more(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
                        if (!(received instanceof Received.Data)) {
                            return received instanceof Received.Silence ? new Received.Silence(limit) : received;
                        }
                    }
                    default -> {
                        runTasks();
                        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                            flush();
                        }
                    }
                }
            }
        } catch (SSLException e) {
            String message = message(e);
            return message.startsWith(PEER_ALERT)
                    ? new Received.Ended(Ending.ALERT, message.substring(PEER_ALERT.length()))
                    : new Received.Ended(Ending.NOT_TLS, message);
        }
    }

    /** Sends close_notify; what the server still says can be read. */
    void closeNotify() {
        engine.closeOutbound();
        try {
            flush();
        } catch (SSLException e) {
            // Nothing is left to say.
        }
    }

    /** Sends what the engine itself has to say; false if the wire or the engine is closed. */
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
        byte[] bytes = Arrays.copyOf(out.array(), out.position());
        out.clear();
        return bytes.length == 0 || wire.write(bytes);
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
