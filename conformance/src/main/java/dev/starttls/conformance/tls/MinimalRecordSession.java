package dev.starttls.conformance.tls;

import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.TcpConnection;
import dev.starttls.conformance.tls.minimal.MinimalTlsSession;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.wire.OctetString;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A {@link MinimalTlsSession} on a connection: its records may have any length, including zero, and in TLS 1.2 any
 * type.
 */
final class MinimalRecordSession extends RecordSession {

    /** Performs one of the handshakes. */
    @FunctionalInterface
    interface Opening {
        MinimalTlsSession shake(InputStream in, Consumer<OctetString> out) throws IOException;
    }

    private final WireStream stream;
    private final MinimalTlsSession session;

    /**
     * Shakes hands.
     *
     * @throws IOException if that fails, for example because the server does not speak that version
     */
    MinimalRecordSession(TcpConnection connection, WireStream stream, Duration answer, Opening opening)
            throws IOException {
        super(connection, answer);
        this.stream = stream;
        stream.within(answer);
        this.session = opening.shake(stream, this::send);
    }

    /** Whether the server resumed the session that was offered. */
    boolean isResumed() {
        return session.isResumed();
    }

    /**
     * The session as one of its kinds, for what only that kind can do. The next read there has the time for one answer.
     *
     * @throws ClassCastException if it is of another kind
     */
    <S extends MinimalTlsSession> S details(Class<S> kind) {
        stream.within(answer());
        return kind.cast(session);
    }

    @Override
    String description() {
        return session.version() + " " + session.suite() + (session.isResumed() ? ", resumed" : "");
    }

    @Override
    boolean isTls13() {
        return session instanceof Tls13Session;
    }

    @Override
    OctetString seal(OctetString plain) {
        return session.seal(plain);
    }

    @Override
    OctetString closeNotify() {
        return session.closeNotify();
    }

    @Override
    OctetString keyUpdate() {
        return session.keyUpdate();
    }

    @Override
    int keyUpdates() {
        return session.keyUpdates();
    }

    @Override
    Received read(Duration limit) {
        stream.within(limit);
        try {
            return session.read()
                    .<Received>map(data -> new Received.Data(data.array()))
                    .orElseGet(() -> new Received.Ended(ConnectionEnd.CLOSE_NOTIFY, ""));
        } catch (IOException e) {
            return stream.received(e);
        }
    }

    @Override
    Received afterwards(Duration limit) {
        return stream.next(limit);
    }
}
