package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.speak.Wire;
import dev.starttls.conformance.tls.wire.Octets;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * A session by an engine of the Java runtime, for servers that have nothing in common with {@link ManualRecordSession}. An
 * engine makes no empty records, and pads those of TLS 1.3 as it likes.
 */
final class EngineRecordSession implements RecordSession {

    /** A KeyUpdate has 27 octets and perhaps padding; no ticket is as short (RFC 8446 section 4.6). */
    private static final int LONGEST_KEY_UPDATE = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Wire wire;
    private final WireStream stream;
    private final Duration answer;
    private final SSLEngine engine;
    private final ByteBuffer in;
    private ByteBuffer out;
    private ByteBuffer app;
    private int keyUpdates;

    /**
     * A session that has not begun.
     *
     * @param stream what comes on the wire
     * @param answer the longest wait for each answer
     */
    EngineRecordSession(Wire wire, WireStream stream, SSLEngine engine, Duration answer) {
        this.wire = wire;
        this.stream = stream;
        this.engine = engine;
        this.answer = answer;
        int packet = engine.getSession().getPacketBufferSize();
        in = ByteBuffer.allocate(3 * packet).flip();
        out = ByteBuffer.allocate(2 * packet);
        app = ByteBuffer.allocate(2 * packet);
    }

    /** Shakes hands; empty when that worked, else what came instead. */
    Optional<Received> handshake() {
        stream.within(answer);
        try {
            engine.beginHandshake();
            HandshakeStatus status = engine.getHandshakeStatus();
            while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
                if (status == HandshakeStatus.NEED_UNWRAP) {
                    unwrap();
                } else {
                    service();
                }
                status = engine.getHandshakeStatus();
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(stream.received(e));
        }
    }

    @Override
    public String told() {
        return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
    }

    @Override
    public boolean isTls13() {
        return engine.getSession().getProtocol().equals("TLSv1.3");
    }

    @Override
    public Octets seal(Octets plain) {
        try {
            ByteBuffer source = ByteBuffer.wrap(plain.array());
            do {
                SSLEngineResult result = engine.wrap(source, out);
                if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                    out = larger(out);
                } else if (result.getStatus() == Status.CLOSED) {
                    break;
                }
            } while (source.hasRemaining());
            return taken();
        } catch (SSLException e) {
            throw new IllegalStateException("an engine that can encrypt was expected", e);
        }
    }

    @Override
    public Octets closeNotify() {
        try {
            engine.closeOutbound();
            engine.wrap(NOTHING.duplicate(), out);
            return taken();
        } catch (SSLException e) {
            throw new IllegalStateException("an engine that can close was expected", e);
        }
    }

    @Override
    public Octets keyUpdate() {
        try {
            engine.beginHandshake();
            engine.wrap(NOTHING.duplicate(), out);
            return taken();
        } catch (SSLException e) {
            throw new IllegalStateException("an engine of TLS 1.3 makes a KeyUpdate", e);
        }
    }

    @Override
    public int keyUpdates() {
        return keyUpdates;
    }

    @Override
    public void send(Octets raw) {
        wire.write(raw.array());
    }

    @Override
    public Received read() {
        return read(answer);
    }

    @Override
    public Received read(Duration limit) {
        stream.within(limit);
        try {
            while (true) {
                Optional<Received> heard = unwrap();
                if (heard.isPresent()) {
                    return heard.get();
                }
                while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK
                        || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    service();
                }
            }
        } catch (IOException e) {
            return stream.received(e);
        }
    }

    @Override
    public Received afterwards() {
        return stream.next(answer);
    }

    /** One step of the engine's that needs no octet from the server. */
    private void service() throws SSLException {
        Runnable task = engine.getDelegatedTask();
        if (task != null) {
            task.run();
            return;
        }
        SSLEngineResult result = engine.wrap(NOTHING.duplicate(), out);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            out = larger(out);
        } else if (result.getStatus() == Status.CLOSED && result.bytesProduced() == 0) {
            throw new SSLException("the engine closed the session");
        } else {
            send(taken());
        }
    }

    /** Gives the engine what is there, or one more record; it may bring nothing. */
    private Optional<Received> unwrap() throws IOException {
        SSLEngineResult result;
        try {
            result = engine.unwrap(in, app);
        } catch (SSLException e) {
            flushAlert();
            throw e;
        }
        switch (result.getStatus()) {
            case BUFFER_OVERFLOW -> app = larger(app);
            case BUFFER_UNDERFLOW ->
                in.compact().put(TlsRecord.read(stream).octets().array()).flip();
            case CLOSED -> {
                return Optional.of(new Received.Ended(Ending.CLOSE_NOTIFY, ""));
            }
            case OK -> {
                if (result.bytesConsumed() > 0
                        && result.bytesConsumed() <= LONGEST_KEY_UPDATE
                        && result.bytesProduced() == 0
                        && isTls13()) {
                    keyUpdates++;
                }
            }
        }
        Octets data = Octets.of(app.array(), 0, app.position());
        app.clear();
        return data.isEmpty() ? Optional.empty() : Optional.of(new Received.Data(data.array()));
    }

    /** The engine has its alert ready when it throws; the server is owed it. */
    private void flushAlert() {
        try {
            engine.wrap(NOTHING.duplicate(), out);
            send(taken());
        } catch (SSLException e) {
            // Then there is no alert to send.
        }
    }

    private Octets taken() {
        Octets octets = Octets.of(out.array(), 0, out.position());
        out.clear();
        return octets;
    }

    private static ByteBuffer larger(ByteBuffer buffer) {
        return ByteBuffer.allocate(2 * buffer.capacity()).put(buffer.flip());
    }
}
