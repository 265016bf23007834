package dev.starttls.conformance.tls;

import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.TcpConnection;
import dev.starttls.conformance.connection.TlsEngine;
import dev.starttls.conformance.tls.wire.OctetString;
import java.time.Duration;
import javax.net.ssl.SSLException;

/**
 * A session by an engine of the Java runtime, for servers that have no suite in common with {@link
 * MinimalRecordSession}. An engine makes no empty records, and pads those of TLS 1.3 as it decides.
 */
final class EngineRecordSession extends RecordSession {

    private final TlsEngine engine;

    /**
     * A session whose handshake is done.
     *
     * @param answer the maximum wait for each answer
     */
    EngineRecordSession(TcpConnection connection, TlsEngine engine, Duration answer) {
        super(connection, answer);
        this.engine = engine;
    }

    @Override
    String description() {
        return engine.version() + " " + engine.suite();
    }

    @Override
    boolean isTls13() {
        return engine.version().equals("TLSv1.3");
    }

    @Override
    OctetString seal(OctetString plain) {
        try {
            return OctetString.of(engine.seal(plain.array()));
        } catch (SSLException e) {
            throw new IllegalStateException("an engine that can encrypt was expected", e);
        }
    }

    @Override
    OctetString closeNotify() {
        try {
            return OctetString.of(engine.sealCloseNotify());
        } catch (SSLException e) {
            throw new IllegalStateException("an engine that can close was expected", e);
        }
    }

    @Override
    OctetString keyUpdate() {
        try {
            return OctetString.of(engine.sealKeyUpdate());
        } catch (SSLException e) {
            throw new IllegalStateException("an engine of TLS 1.3 that makes a KeyUpdate was expected", e);
        }
    }

    @Override
    int keyUpdates() {
        return engine.keyUpdates();
    }

    @Override
    Received read(Duration limit) {
        return engine.read(limit);
    }

    @Override
    Received afterwards(Duration limit) {
        return engine.afterwards(limit);
    }
}
