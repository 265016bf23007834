package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.speak.TlsEngine;
import dev.starttls.conformance.speak.Wire;
import dev.starttls.conformance.tls.wire.Octets;
import java.time.Duration;
import javax.net.ssl.SSLException;

/**
 * A session by an engine of the Java runtime, for servers that have no suite in common with {@link
 * ManualRecordSession}. An engine makes no empty records, and pads those of TLS 1.3 as it decides.
 */
final class EngineRecordSession implements RecordSession {

    private final Wire wire;
    private final TlsEngine engine;
    private final Duration answer;

    /**
     * A session whose handshake is done.
     *
     * @param answer the maximum wait for each answer
     */
    EngineRecordSession(Wire wire, TlsEngine engine, Duration answer) {
        this.wire = wire;
        this.engine = engine;
        this.answer = answer;
    }

    @Override
    public String told() {
        return engine.version() + " " + engine.suite();
    }

    @Override
    public boolean isTls13() {
        return engine.version().equals("TLSv1.3");
    }

    @Override
    public Octets seal(Octets plain) {
        try {
            return Octets.of(engine.seal(plain.array()));
        } catch (SSLException e) {
            throw new IllegalStateException("an engine that can encrypt was expected", e);
        }
    }

    @Override
    public Octets closeNotify() {
        try {
            return Octets.of(engine.sealCloseNotify());
        } catch (SSLException e) {
            throw new IllegalStateException("an engine that can close was expected", e);
        }
    }

    @Override
    public Octets keyUpdate() {
        try {
            return Octets.of(engine.sealKeyUpdate());
        } catch (SSLException e) {
            throw new IllegalStateException("an engine of TLS 1.3 that makes a KeyUpdate was expected", e);
        }
    }

    @Override
    public int keyUpdates() {
        return engine.keyUpdates();
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
        return engine.read(limit);
    }

    @Override
    public Received afterwards() {
        return engine.afterwards(answer);
    }
}
