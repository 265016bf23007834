package dev.starttls.core.engine;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Contexts of a client and a server that trust each other, and their engines. */
public record Engines(SSLContext client, SSLContext server, String version) {

    public static Engines of(String version) {
        return of(version, KeyKind.EC);
    }

    public static Engines of(String version, KeyKind kind) {
        TestCertificates certificates = TestCertificates.shared();
        return new Engines(certificates.client(), certificates.server(certificates.localhost(kind)), version);
    }

    public SSLEngine clientEngine() {
        SSLEngine engine = client.createSSLEngine("localhost", 25);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {version});
        engine.setSSLParameters(parameters);
        return engine;
    }

    public SSLEngine serverEngine() {
        SSLEngine engine = server.createSSLEngine("127.0.0.1", 40_000);
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(new String[] {version});
        return engine;
    }

    /** Two sides, connected, without a handshake. */
    public PumpSide[] sides() {
        PumpSide client = new PumpSide(clientEngine());
        PumpSide server = new PumpSide(serverEngine());
        PumpSide.connect(client, server);
        return new PumpSide[] {client, server};
    }

    /** Two sides after their handshake. */
    public PumpSide[] established() throws javax.net.ssl.SSLException {
        PumpSide[] sides = sides();
        PumpSide.handshake(sides[0], sides[1]);
        return sides;
    }
}
