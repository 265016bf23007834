package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Wire;
import dev.starttls.conformance.tls.hand.OlderSession;
import dev.starttls.conformance.tls.wire.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;

/** A session of TLS 1.2 made by hand: its records may have any type and length, and it may ask for another handshake. */
final class HandmadeOlderSession implements Session {

    /** Shakes hands in one way or another. */
    @FunctionalInterface
    interface Opening {
        OlderSession shake(InputStream in, Consumer<Octets> out) throws IOException;
    }

    private final Wire wire;
    private final WireStream stream;
    private final Duration answer;
    private final OlderSession session;

    /**
     * Shakes hands.
     *
     * @throws IOException if that fails, for one because the server speaks no TLS 1.2
     */
    HandmadeOlderSession(Wire wire, WireStream stream, Duration answer, Opening opening) throws IOException {
        this.wire = wire;
        this.stream = stream;
        this.answer = answer;
        stream.within(answer);
        this.session = opening.shake(stream, this::send);
    }

    /** What only this kind of session can tell. */
    OlderSession details() {
        return session;
    }

    /** What comes next inside the session, be it data or not; in the time for one answer. */
    OlderSession.Came next() throws IOException {
        stream.within(answer);
        return session.next();
    }

    @Override
    public String told() {
        return "TLSv1.2 " + session.suite() + (session.isResumed() ? ", resumed" : "");
    }

    @Override
    public boolean isTls13() {
        return false;
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
        throw new IllegalStateException("TLS 1.2 has no KeyUpdate");
    }

    @Override
    public int keyUpdates() {
        return 0;
    }

    @Override
    public void send(Octets raw) {
        wire.write(raw.array());
    }

    @Override
    public Heard read() {
        return read(answer);
    }

    @Override
    public Heard read(Duration limit) {
        stream.within(limit);
        try {
            return session.read().<Heard>map(Heard.Data::new).orElseGet(() -> new Heard.Ended(Ending.CLOSE_NOTIFY, ""));
        } catch (IOException e) {
            return stream.heard(e);
        }
    }

    @Override
    public Heard afterwards() {
        return stream.next(answer);
    }
}
