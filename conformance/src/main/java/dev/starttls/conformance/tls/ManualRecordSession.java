package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.speak.Wire;
import dev.starttls.conformance.tls.manual.ManualSession;
import dev.starttls.conformance.tls.manual.Tls13Session;
import dev.starttls.conformance.tls.wire.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A {@link ManualSession} on a connection: its records may have any length, including zero, and in TLS 1.2 any type.
 */
final class ManualRecordSession implements RecordSession {

    /** Performs one of the handshakes. */
    @FunctionalInterface
    interface Opening {
        ManualSession shake(InputStream in, Consumer<Octets> out) throws IOException;
    }

    private final Wire wire;
    private final WireStream stream;
    private final Duration answer;
    private final ManualSession session;

    /**
     * Shakes hands.
     *
     * @throws IOException if that fails, for example because the server does not speak that version
     */
    ManualRecordSession(Wire wire, WireStream stream, Duration answer, Opening opening) throws IOException {
        this.wire = wire;
        this.stream = stream;
        this.answer = answer;
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
    <S extends ManualSession> S details(Class<S> kind) {
        stream.within(answer);
        return kind.cast(session);
    }

    @Override
    public String told() {
        return session.version() + " " + session.suite() + (session.isResumed() ? ", resumed" : "");
    }

    @Override
    public boolean isTls13() {
        return session instanceof Tls13Session;
    }

    @Override
    public Octets seal(Octets plain) {
        return session.seal(plain);
    }

    @Override
    public Octets closeNotify() {
        return session.closeNotify();
    }

    @Override
    public Octets keyUpdate() {
        return session.keyUpdate();
    }

    @Override
    public int keyUpdates() {
        return session.keyUpdates();
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
            return session.read()
                    .<Received>map(data -> new Received.Data(data.array()))
                    .orElseGet(() -> new Received.Ended(Ending.CLOSE_NOTIFY, ""));
        } catch (IOException e) {
            return stream.received(e);
        }
    }

    @Override
    public Received afterwards() {
        return stream.next(answer);
    }
}
