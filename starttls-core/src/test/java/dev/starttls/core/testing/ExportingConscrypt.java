package dev.starttls.core.testing;

import dev.starttls.core.tls.EngineSource;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.conscrypt.Conscrypt;

/** Conscrypt's engines with the keying material that they export by a method of their own: for tls-exporter on any Java. */
public record ExportingConscrypt(EngineSource engines) implements EngineSource {

    @Override
    public SSLEngine create(String peerHost, int peerPort) {
        return engines.create(peerHost, peerPort);
    }

    @Override
    public byte[] exportKeyingMaterial(SSLEngine engine, String label, byte[] context, int length) throws SSLException {
        return Conscrypt.exportKeyingMaterial(engine, label, context, length);
    }
}
