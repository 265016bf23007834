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

/** Makes engines by what was set in {@link TlsSettings.Builder}. */
record ConfiguredEngines(
        Optional<EngineSource> source,
        List<String> versions,
        List<String> suites,
        NamedGroups groups,
        List<String> applicationProtocols,
        Indication indication,
        ClientCertificate clientCertificate,
        Optional<Function<String, Optional<SSLContext>>> byServerName,
        Optional<KeyLog> keyLog) {

    /** Checks that what is to log keys could. */
    ConfiguredEngines {
        boolean ofContext = source.isEmpty() || source.get() instanceof ContextEngines || byServerName.isPresent();
        if (keyLog.isPresent() && ofContext) {
            throw new UnsupportedOperationException(
                    "keyLog: expected engines of an EngineSource that gives out their secrets, got those of an SSLContext, which"
                            + " has no interface for it; set one by engines, leave contextByServerName out, or leave keyLog out and"
                            + " try a Java agent such as jSSLKeyLog");
        }
    }

    /**
     * What a client sends as server_name.
     *
     * @param sent whether a name is sent
     * @param other the name to send; empty for the one that is verified
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
                byServerName,
                keyLog);
    }

    /** For a client whose own rule judges the certificates: the engine must take any, and sign as where it verifies. */
    SSLEngine clientJudgedByRule(ServerIdentity server, int peerPort) throws GeneralSecurityException {
        return client(server, peerPort, Verification.NONE, true);
    }

    SSLEngine client(ServerIdentity server, int peerPort, Verification verified) throws GeneralSecurityException {
        return client(server, peerPort, verified, verified == Verification.FULL);
    }

    private SSLEngine client(ServerIdentity server, int peerPort, Verification verified, boolean strong)
            throws GeneralSecurityException {
        Optional<SNIHostName> name = indication.name(server);
        // Where no name is set, Conscrypt and netty-tcnative send the host, and Conscrypt throws if it is not valid as
        // SNI.
        // With a dot at its end, neither sends it.
        boolean unsendable =
                name.isEmpty() && !server.isAddress() && server.host().indexOf('.') >= 0;
        EngineSource maker = maker(verified);
        SSLEngine engine = create(
                maker,
                unsendable ? server.host() + "." : server.host(),
                verified == Verification.FULL ? peerPort : peerPort + EngineSource.UNVERIFIED);
        engine.setUseClientMode(true);
        SSLParameters parameters = common(engine);
        // Not every engine sends the host by itself, and SunJSSE does not send a host without a dot.
        if (name.isPresent()) {
            parameters.setServerNames(List.of(name.get()));
        } else if (!indication.sent()) {
            parameters.setServerNames(List.of());
        }
        // Engines without support for constraints, such as netty-tcnative's, have none and take none.
        if (strong && parameters.getAlgorithmConstraints() != null) {
            parameters.setAlgorithmConstraints(SignatureRules.WITH_KEYS);
        }
        return set(engine, parameters, maker);
    }

    SSLEngine server(String peerHost, int peerPort, Optional<String> serverName) throws GeneralSecurityException {
        Optional<String> name = serverName.flatMap(HostName::of);
        Optional<SSLContext> chosen = name.isPresent() && byServerName.isPresent()
                ? byServerName.get().apply(name.get())
                : Optional.empty();
        EngineSource maker = chosen.isPresent() ? new ContextEngines(chosen.get()) : maker(Verification.FULL);
        SSLEngine engine = create(maker, peerHost, peerPort);
        engine.setUseClientMode(false);
        SSLParameters parameters = common(engine);
        // The server's order, not the client's, is the one that is kept up to date (RFC 9325 section 4.2.1).
        parameters.setUseCipherSuitesOrder(true);
        if (parameters.getAlgorithmConstraints() != null) {
            // Engines without support for constraints, such as netty-tcnative's, have none and take none.
            parameters.setAlgorithmConstraints(SignatureRules.RULES);
        }
        switch (clientCertificate) {
            case NONE -> parameters.setNeedClientAuth(false);
            case WANTED -> parameters.setWantClientAuth(true);
            case NEEDED -> parameters.setNeedClientAuth(true);
        }
        return set(engine, parameters, maker);
    }

    private SSLEngine create(EngineSource maker, String peerHost, int peerPort) {
        return keyLog.isPresent() ? maker.create(peerHost, peerPort, keyLog.get()) : maker.create(peerHost, peerPort);
    }

    /** The source of engines whose sessions this library knows nothing of; empty for those of a context. */
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

    /** A client's engine that is not used for a connection, hence no port; empty where the source makes servers' only. */
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
        // Null leaves the engine's own as they are (SSLEngine.setSSLParameters); setting them again would look up each
        // by name.
        parameters.setCipherSuites(suites.isEmpty() ? null : suites.toArray(new String[0]));
        groups.setIn(parameters);
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
