package dev.starttls.core.tls;

import dev.starttls.core.wire.HostName;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Makes the engines of some settings, whose words they are. */
record ConfiguredEngines(
        Optional<EngineSource> source,
        List<String> versions,
        List<String> suites,
        NamedGroups groups,
        List<String> applicationProtocols,
        Indication indication,
        ClientCertificate clientCertificate,
        Optional<Function<String, Optional<SSLContext>>> byServerName) {

    /**
     * What a client sends as server_name.
     *
     * @param sent whether anything is
     * @param other another name than the one that is verified
     */
    record Indication(boolean sent, Optional<String> other) {

        static final Indication VERIFIED_NAME = new Indication(true, Optional.empty());
        static final Indication NOTHING = new Indication(false, Optional.empty());

        static Indication of(String name) {
            if (ServerIdentity.of(name).indication().isEmpty()) {
                throw new IllegalArgumentException(
                        "name: expected the name of a host to be sent by SNI, got " + name + "; see withoutSni");
            }
            return new Indication(true, Optional.of(name));
        }

        Optional<SNIHostName> name(ServerIdentity server) {
            return sent ? other.map(ServerIdentity::of).orElse(server).indication() : Optional.empty();
        }
    }

    ConfiguredEngines withSource(EngineSource other) {
        return new ConfiguredEngines(
                Optional.of(other),
                versions,
                suites,
                groups,
                applicationProtocols,
                indication,
                clientCertificate,
                byServerName);
    }

    SSLEngine client(ServerIdentity server, int peerPort, Verification verified) throws GeneralSecurityException {
        Optional<SNIHostName> name = indication.name(server);
        // Where none is set, Conscrypt and netty-tcnative send the host, and Conscrypt throws if that cannot be sent;
        // but
        // neither does with a dot at its end.
        boolean unsendable =
                name.isEmpty() && !server.isAddress() && server.host().indexOf('.') >= 0;
        EngineSource maker = maker(verified);
        SSLEngine engine = maker.create(
                unsendable ? server.host() + "." : server.host(),
                verified == Verification.FULL ? peerPort : peerPort + EngineSource.UNVERIFIED);
        engine.setUseClientMode(true);
        SSLParameters parameters = common(engine);
        // Not every engine takes it from the host, and SunJSSE leaves out names without a dot.
        if (name.isPresent()) {
            parameters.setServerNames(List.of(name.get()));
        } else if (!indication.sent()) {
            parameters.setServerNames(List.of());
        }
        return set(engine, parameters, maker);
    }

    SSLEngine server(String peerHost, int peerPort, Optional<String> serverName) throws GeneralSecurityException {
        Optional<String> name = serverName.flatMap(HostName::of);
        Optional<SSLContext> chosen = name.isPresent() && byServerName.isPresent()
                ? byServerName.get().apply(name.get())
                : Optional.empty();
        EngineSource maker = chosen.isPresent() ? new ContextEngines(chosen.get()) : maker(Verification.FULL);
        SSLEngine engine = maker.create(peerHost, peerPort);
        engine.setUseClientMode(false);
        SSLParameters parameters = common(engine);
        // The order of the server's suites is the one that is kept up to date (RFC 9325 section 4.2.1).
        parameters.setUseCipherSuitesOrder(true);
        if (parameters.getAlgorithmConstraints() != null) {
            // Engines that know no constraints, as tcnative's, have none and take none.
            parameters.setAlgorithmConstraints(SignatureRules.RULES);
        }
        switch (clientCertificate) {
            case NONE -> parameters.setNeedClientAuth(false);
            case WANTED -> parameters.setWantClientAuth(true);
            case NEEDED -> parameters.setNeedClientAuth(true);
        }
        return set(engine, parameters, maker);
    }

    /** Whether engines come from where this library knows nothing of their sessions. */
    Optional<EngineSource> foreign() {
        return source.filter(made -> !(made instanceof ContextEngines));
    }

    private EngineSource maker(Verification verified) throws GeneralSecurityException {
        return source.isPresent() ? source.get() : ContextEngines.ofPlatform(verified);
    }

    private SSLEngine set(SSLEngine engine, SSLParameters parameters, EngineSource maker) {
        try {
            engine.setSSLParameters(parameters);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw groups.refused(engine, e);
        }
        groups.require(engine, () -> client(maker));
        return engine;
    }

    /** A client's engine that will connect to nobody, so that its port is none; empty where they are for servers alone. */
    private Optional<SSLEngine> client(EngineSource maker) {
        SSLEngine engine = maker.create("localhost", -1);
        try {
            engine.setUseClientMode(true);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            return Optional.empty();
        }
        engine.setSSLParameters(common(engine));
        return Optional.of(engine);
    }

    private SSLParameters common(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(enabled(List.of(engine.getSupportedProtocols())));
        // None means the engine's own, as SSLEngine.setSSLParameters has it: those would be looked up one by one.
        parameters.setCipherSuites(suites.isEmpty() ? null : suites.toArray(new String[0]));
        groups.into(parameters);
        if (!applicationProtocols.isEmpty()) {
            parameters.setApplicationProtocols(applicationProtocols.toArray(new String[0]));
        }
        return parameters;
    }

    private String[] enabled(List<String> supported) {
        List<String> enabled = new ArrayList<>(versions);
        enabled.retainAll(supported);
        if (enabled.isEmpty()) {
            throw new IllegalArgumentException(
                    "versions: expected at least one that the engine knows " + supported + ", got " + versions);
        }
        return enabled.toArray(new String[0]);
    }
}
