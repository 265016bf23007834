package dev.starttls.core.tls;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Two contexts that know each other, and engines of them. */
record Engines(SSLContext client, SSLContext server, String version) {

    static Engines of(String version) {
        return of(version, KeyKind.EC);
    }

    static Engines of(String version, KeyKind kind) {
        TestCertificates certificates = TestCertificates.shared();
        return new Engines(certificates.client(), certificates.server(certificates.localhost(kind)), version);
    }

    SSLEngine clientEngine() {
        SSLEngine engine = client.createSSLEngine("localhost", 25);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {version});
        engine.setSSLParameters(parameters);
        return engine;
    }

    SSLEngine serverEngine() {
        SSLEngine engine = server.createSSLEngine("127.0.0.1", 40_000);
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(new String[] {version});
        return engine;
    }

    /** Two sides, connected, without a handshake. */
    Side[] sides() {
        Side client = new Side(clientEngine());
        Side server = new Side(serverEngine());
        Side.connect(client, server);
        return new Side[] {client, server};
    }

    /** Two sides after their handshake. */
    Side[] established() throws javax.net.ssl.SSLException {
        Side[] sides = sides();
        Side.handshake(sides[0], sides[1]);
        return sides;
    }
}
