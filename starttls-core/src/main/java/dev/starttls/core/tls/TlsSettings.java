package dev.starttls.core.tls;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * How TLS is to be spoken: the engine's source, versions, suites, ALPN, certificates. Immutable; one serves any number
 * of connections of either role.
 *
 * <pre>{@code
 * TlsSettings settings = TlsSettings.builder().context(sslContext).versions("TLSv1.3").build();
 * }</pre>
 *
 * <p>Unless told otherwise: the JDK's default context, TLS 1.3 and 1.2, the engine's own suites, full verification.
 */
public final class TlsSettings {

    private static final List<String> MODERN = List.of("TLSv1.3", "TLSv1.2");

    private final Optional<EngineSource> source;
    private final List<String> versions;
    private final List<String> suites;
    private final List<String> applicationProtocols;
    private final ClientCertificate clientCertificate;
    private final Optional<Verification> verification;
    private final Truncation truncation;
    private final Optional<Function<String, Optional<SSLContext>>> byServerName;

    private TlsSettings(Builder builder) {
        source = builder.source;
        versions = builder.versions;
        suites = builder.suites;
        applicationProtocols = builder.applicationProtocols;
        clientCertificate = builder.clientCertificate;
        verification = builder.verification;
        truncation = builder.truncation;
        byServerName = builder.byServerName;
    }

    /**
     * Begins new settings.
     *
     * @return a builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The settings that a user gets who says nothing.
     *
     * @return the defaults
     */
    public static TlsSettings defaults() {
        return builder().build();
    }

    /**
     * The verification that was asked for.
     *
     * @return empty when it is left to the policy
     */
    public Optional<Verification> verification() {
        return verification;
    }

    /**
     * What an end without close_notify is taken for.
     *
     * @return {@link Truncation#REPORTED} unless set
     */
    public Truncation truncation() {
        return truncation;
    }

    /**
     * Whether a server has several contexts, so that the ClientHello must be read before the engine is made.
     *
     * @return true if {@link Builder#contextByServerName} was set
     */
    public boolean choosesByServerName() {
        return byServerName.isPresent();
    }

    /**
     * Makes a client's engine.
     *
     * @param peerHost the server's name or address, to be sent (SNI, RFC 6066 section 3) and compared with its
     *     certificate; international names are converted (RFC 3490)
     * @param peerPort the server's port, or -1
     * @param verified whether chain and name are verified
     * @return an engine in client mode
     * @throws GeneralSecurityException if the platform has no TLS context
     * @throws IllegalArgumentException if the engine knows none of the versions, suites or names set
     */
    public SSLEngine clientEngine(String peerHost, int peerPort, Verification verified)
            throws GeneralSecurityException {
        PeerName name = PeerName.of(peerHost);
        EngineSource maker = source.isPresent() ? source.get() : ContextEngines.ofPlatform(verified);
        SSLEngine engine = maker.create(name.host(), peerPort);
        engine.setUseClientMode(true);
        SSLParameters parameters = common(engine);
        // Not every engine takes it from the host, and SunJSSE leaves out names without a dot.
        Optional<SNIHostName> indication = name.indication();
        if (indication.isPresent()) {
            parameters.setServerNames(List.of(indication.get()));
        }
        if (verified == Verification.FULL) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /**
     * Makes a server's engine.
     *
     * @param peerHost the client's address
     * @param peerPort the client's port, or -1
     * @param serverName the name that the client asked for by SNI; empty when it sent none or when it was not read
     * @return an engine in server mode
     * @throws GeneralSecurityException if the platform has no TLS context
     * @throws IllegalArgumentException if the engine knows none of the versions or suites set
     */
    public SSLEngine serverEngine(String peerHost, int peerPort, Optional<String> serverName)
            throws GeneralSecurityException {
        Optional<SSLContext> chosen = serverName.isPresent() && byServerName.isPresent()
                ? byServerName.get().apply(serverName.get())
                : Optional.empty();
        SSLEngine engine = chosen.isPresent()
                ? chosen.get().createSSLEngine(peerHost, peerPort)
                : (source.isPresent() ? source.get() : ContextEngines.ofPlatform(Verification.FULL))
                        .create(peerHost, peerPort);
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
        engine.setSSLParameters(parameters);
        return engine;
    }

    private SSLParameters common(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(enabled(List.of(engine.getSupportedProtocols())));
        // None means the engine's own, as SSLEngine.setSSLParameters has it: those would be looked up one by one.
        parameters.setCipherSuites(suites.isEmpty() ? null : suites.toArray(new String[0]));
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

    /** Collects settings. Not safe for use by several threads. */
    public static final class Builder {

        private Optional<EngineSource> source = Optional.empty();
        private List<String> versions = MODERN;
        private List<String> suites = List.of();
        private List<String> applicationProtocols = List.of();
        private ClientCertificate clientCertificate = ClientCertificate.NONE;
        private Optional<Verification> verification = Optional.empty();
        private Truncation truncation = Truncation.REPORTED;
        private Optional<Function<String, Optional<SSLContext>>> byServerName = Optional.empty();

        private Builder() {}

        /**
         * The context that makes the engines: keys, trusted roots and the cache of sessions are its own. Use one for
         * many connections, or no session is ever resumed.
         *
         * @param context initialised
         * @return this
         */
        public Builder context(SSLContext context) {
            return engines(new ContextEngines(context));
        }

        /**
         * Any other maker of engines.
         *
         * @param engines called once for each connection
         * @return this
         */
        public Builder engines(EngineSource engines) {
            source = Optional.of(engines);
            return this;
        }

        /**
         * The versions to enable, by the names of {@link SSLEngine#getSupportedProtocols()}; those the engine does not
         * know are left out. RFC 8996 forbids TLS 1.1 and older.
         *
         * @param names for instance "TLSv1.3"; at least one
         * @return this
         * @throws IllegalArgumentException if there is none
         */
        public Builder versions(String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException("versions: expected at least one, for instance TLSv1.3, got none");
            }
            versions = List.of(names);
            return this;
        }

        /**
         * The cipher suites to enable, by the names of {@link SSLEngine#getSupportedCipherSuites()}.
         *
         * @param names none for the engine's own choice
         * @return this
         */
        public Builder suites(String... names) {
            suites = List.of(names);
            return this;
        }

        /**
         * The application protocols to offer or accept by ALPN (RFC 7301), the preferred first.
         *
         * @param names for instance "imap" or "pop3"; none for no ALPN
         * @return this
         */
        public Builder applicationProtocols(String... names) {
            applicationProtocols = List.of(names);
            return this;
        }

        /**
         * Whether a server asks the client for a certificate.
         *
         * @param asked {@link ClientCertificate#NONE} unless set
         * @return this
         */
        public Builder clientCertificate(ClientCertificate asked) {
            clientCertificate = asked;
            return this;
        }

        /**
         * How far a client trusts the server's certificate. Unless set, the policy decides: fully where TLS is required,
         * not at all where it is opportunistic.
         *
         * @param verified full or none
         * @return this
         */
        public Builder verification(Verification verified) {
            verification = Optional.of(verified);
            return this;
        }

        /**
         * What an end of the connection without close_notify is taken for.
         *
         * @param taken {@link Truncation#REPORTED} unless set
         * @return this
         */
        public Builder truncation(Truncation taken) {
            truncation = taken;
            return this;
        }

        /**
         * Lets a server choose its context, and so its certificate, by the name in the ClientHello (SNI, RFC 6066
         * section 3). A client that sends no name, or one for which the function has no context, gets an engine of
         * {@link #context} or {@link #engines}.
         *
         * @param choose from a host name in lower case to its context
         * @return this
         */
        public Builder contextByServerName(Function<String, Optional<SSLContext>> choose) {
            byServerName = Optional.of(choose);
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return immutable settings
         */
        public TlsSettings build() {
            return new TlsSettings(this);
        }
    }
}
