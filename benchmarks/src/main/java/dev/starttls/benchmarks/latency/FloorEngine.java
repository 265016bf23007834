package dev.starttls.benchmarks.latency;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Makes an engine without a library: after the go-ahead, for the name connected to. */
final class FloorEngine {

    private FloorEngine() {}

    static SSLEngine engine(SessionTarget target, ClientTls tls, String version) {
        SSLEngine engine = tls.context().createSSLEngine(target.host(), target.port());
        engine.setUseClientMode(true);
        engine.setSSLParameters(checked(engine.getSSLParameters(), version));
        return engine;
    }

    /** The one version, and the name check on. */
    static SSLParameters checked(SSLParameters parameters, String version) {
        parameters.setProtocols(new String[] {version});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }
}
