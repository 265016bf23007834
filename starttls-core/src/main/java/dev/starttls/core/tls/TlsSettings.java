package dev.starttls.core.tls;

import dev.starttls.core.tls.ConfiguredEngines.Indication;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
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

    final ConfiguredEngines engines;
    final Pins pins;
    private final Optional<Verification> verification;
    private final Truncation truncation;

    private TlsSettings(
            ConfiguredEngines engines, Pins pins, Optional<Verification> verification, Truncation truncation) {
        this.engines = engines;
        this.pins = pins;
        this.verification = verification;
        this.truncation = truncation;
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
     * The same with another context, in place of the {@link Builder#context} or {@link Builder#engines} that was set.
     *
     * @param context initialised
     * @return new settings; pins, versions, the client's certificate and all else are as they were
     * @throws NullPointerException if it is null
     */
    public TlsSettings withContext(SSLContext context) {
        return new TlsSettings(engines.withSource(Builder.enginesOf(context)), pins, verification, truncation);
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
        return engines.byServerName().isPresent();
    }

    /**
     * Whether a server's engines could have a key: not where they are made by the JDK's own default context ({@link
     * SSLContext#getDefault}), be it set or not, and no system property names a key store for it. Of other contexts nothing
     * can be known without a client.
     *
     * @return false if every handshake of a server would fail for the want of a certificate
     */
    public boolean mayHaveKeys() {
        if (engines.byServerName().isPresent()) {
            return true;
        }
        return engines.source().isPresent()
                ? !(engines.source().get() instanceof ContextEngines made) || made.mayHaveKeys()
                : ContextEngines.platformMayHaveKeys();
    }

    /**
     * Makes a client's engine that verifies all by itself, for use without an {@code UpgradeConnection}.
     *
     * @param peerHost the server's name or address, to be sent (SNI, RFC 6066 section 3) and compared with its
     *     certificate by the engine's trust manager; international names are converted (RFC 3490)
     * @param peerPort the server's port, or -1
     * @param verified whether chain and name are verified
     * @return an engine in client mode
     * @throws GeneralSecurityException if the platform has no TLS context
     * @throws IllegalArgumentException if the engine knows none of the versions, suites or names set, or not all of the groups
     */
    public SSLEngine clientEngine(String peerHost, int peerPort, Verification verified)
            throws GeneralSecurityException {
        SSLEngine engine = engines.client(ServerIdentity.of(peerHost), peerPort, verified);
        if (verified == Verification.FULL) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /**
     * Makes a server's engine.
     *
     * @param peerHost the client's address
     * @param peerPort the client's port, or -1
     * @param serverName asked for by SNI; empty when there was none or it was not read; no name of a host counts as none
     * @return an engine in server mode
     * @throws GeneralSecurityException if the platform has no TLS context
     * @throws IllegalArgumentException if the engine knows none of the versions or suites set, or not all of the groups
     */
    public SSLEngine serverEngine(String peerHost, int peerPort, Optional<String> serverName)
            throws GeneralSecurityException {
        return engines.server(peerHost, peerPort, serverName);
    }

    /** Collects settings. Not safe for use by several threads. */
    public static final class Builder {

        private Optional<EngineSource> source = Optional.empty();
        private List<String> versions = MODERN;
        private List<String> suites = List.of();
        private NamedGroups groups = NamedGroups.OF_ENGINE;
        private List<String> applicationProtocols = List.of();
        private ClientCertificate clientCertificate = ClientCertificate.NONE;
        private Optional<Verification> verification = Optional.empty();
        private Truncation truncation = Truncation.REPORTED;
        private Optional<Function<String, Optional<SSLContext>>> byServerName = Optional.empty();
        private Pins pins = Pins.NONE;
        private Indication indication = Indication.VERIFIED_NAME;

        private Builder() {}

        /**
         * The context that makes the engines: keys, trusted roots and the cache of sessions are its own. Use one for
         * many connections, or no session is ever resumed.
         *
         * <p>A server's is best made by {@code dev.starttls.core.keys.ServerKeys}, which opens the keys once. Key managers of
         * {@code KeyManagerFactory.getInstance("PKIX")} or "NewSunX509", which many guides show, decrypt the private key of a
         * PKCS #12 store anew in every handshake, and once more for each ticket of a client that resumes: 10,000 rounds of a
         * hash, which can cost as much as the rest of the handshake. Those of "SunX509", the JDK's default, do not, and do not
         * choose by the name that the client asks for.
         *
         * <p>Its trust manager verifies the chain, also under {@link Verification#NONE}, where a client's port is more by
         * {@link EngineSource#UNVERIFIED} than the real one, to keep such sessions apart. The library compares the name.
         *
         * @param context initialised
         * @return this
         * @throws NullPointerException if it is null
         */
        public Builder context(SSLContext context) {
            return engines(enginesOf(context));
        }

        /**
         * Any other maker of engines.
         *
         * @param engines called once for each connection, once more by a server before it begins to serve, and once more where
         *     {@link #namedGroups} are set
         * @return this
         * @throws NullPointerException if it is null
         */
        public Builder engines(EngineSource engines) {
            source = Optional.of(Objects.requireNonNull(
                    engines,
                    "engines: expected an EngineSource, got null; unless set, it is the JDK's default context"));
            return this;
        }

        /**
         * The versions to enable, by the names of {@link SSLEngine#getSupportedProtocols()}; those the engine does not
         * know are left out. RFC 8996 forbids TLS 1.1 and older.
         *
         * @param names for instance "TLSv1.3"; at least one
         * @return this
         * @throws IllegalArgumentException if there is none
         * @throws NullPointerException if one is null
         */
        public Builder versions(String... names) {
            List<String> given = listed("versions", "TLSv1.3", names);
            if (given.isEmpty()) {
                throw new IllegalArgumentException("versions: expected at least one, for instance TLSv1.3, got none");
            }
            versions = given;
            return this;
        }

        /**
         * The cipher suites to enable, by the names of {@link SSLEngine#getSupportedCipherSuites()}.
         *
         * @param names none for the engine's own choice
         * @return this
         * @throws NullPointerException if one is null
         */
        public Builder suites(String... names) {
            suites = listed("suites", "TLS_AES_128_GCM_SHA256", names);
            return this;
        }

        /**
         * The groups for key exchange, the preferred first, by their names in IANA's registry "TLS Supported Groups": of
         * curves, of RFC 7919, and the hybrid ones of engines that have them ("X25519MLKEM768").
         *
         * <p>Where it is not set, SunJSSE offers all it knows and makes two key shares for each ClientHello, of x25519 and
         * secp256r1, of which a server uses one at most. Of those set it makes one for the first of each kind, two at most:
         * x25519 and x448 are a kind, secp256r1, secp384r1 and secp521r1 are another. Set groups of one kind and there is
         * one share to be made:
         *
         * <pre>{@code
         * builder.namedGroups("secp256r1", "secp384r1", "secp521r1");
         * }</pre>
         *
         * <p>A server that has none of the groups refuses the handshake; one that has another than the first asks for that,
         * at the price of a round trip (HelloRetryRequest, RFC 8446 section 4.1.4). Before TLS 1.3, the curve of an EC key
         * must be among the groups too (RFC 8422 section 5.1.1): with x25519 alone, servers that have only such a key refuse.
         *
         * <p>Needs Java 20 and engines that take {@code SSLParameters.setNamedGroups}. An engine that leaves one of the groups
         * out, as SunJSSE does without a word with those it does not know, is refused where engines are made, as with the
         * other settings. To find out, one more engine is made before the first, whose ClientHello goes nowhere; on a server
         * with engines for servers alone, groups that these pass over cannot be found. The group that was agreed on is in
         * the report of the upgrade.
         *
         * @param names none for the engine's own choice
         * @return this
         * @throws UnsupportedOperationException if Java is older than 20, or this library was packed without its class for newer
         *     ones; without names, never
         * @throws IllegalArgumentException if one is empty or comes twice
         * @throws NullPointerException if one is null
         */
        public Builder namedGroups(String... names) {
            groups = NamedGroups.of(listed("namedGroups", "x25519", names));
            return this;
        }

        /**
         * The application protocols to offer or accept by ALPN (RFC 7301), the preferred first.
         *
         * @param names for instance "imap" or "pop3"; none for no ALPN
         * @return this
         * @throws NullPointerException if one is null
         */
        public Builder applicationProtocols(String... names) {
            applicationProtocols = listed("applicationProtocols", "imap", names);
            return this;
        }

        /**
         * Whether a server asks the client for a certificate.
         *
         * @param asked {@link ClientCertificate#NONE} unless set
         * @return this
         * @throws NullPointerException if it is null
         */
        public Builder clientCertificate(ClientCertificate asked) {
            clientCertificate = Objects.requireNonNull(
                    asked, "asked: expected a ClientCertificate, got null; try ClientCertificate.NONE");
            return this;
        }

        /**
         * How far a client trusts the server's certificate. Unless set, the policy decides: fully where TLS is required,
         * not at all where it is opportunistic.
         *
         * @param verified full or none
         * @return this
         * @throws NullPointerException if it is null
         */
        public Builder verification(Verification verified) {
            verification = Optional.of(Objects.requireNonNull(
                    verified, "verified: expected a Verification, got null; leave it out to have the policy decide"));
            return this;
        }

        /**
         * The keys that the server may have, compared by a client after every handshake, whatever the policy and on top of
         * what is verified. One must be the key of the server's own certificate, or of an issuer above it in what the server
         * sends, as far up as each certificate is signed by the next: roots are seldom sent. Have a spare one (RFC 7469
         * section 2.5).
         *
         * @param keys each {@code sha256/} and the Base64 of the hash of a SubjectPublicKeyInfo: {@code openssl x509 -pubkey
         *     -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64}. None for no pins
         * @return this
         * @throws IllegalArgumentException if one is not in this format
         * @throws NullPointerException if one is null
         */
        public Builder pins(String... keys) {
            pins = Pins.of(
                    listed("pins", "sha256/ and the Base64 of a hash", keys).toArray(new String[0]));
            return this;
        }

        /**
         * The name that a client sends by SNI (RFC 6066 section 3), instead of the one that is verified all the same.
         *
         * @param name of a host
         * @return this
         * @throws IllegalArgumentException if it cannot be sent, such as an address or a name with an underscore
         * @throws NullPointerException if it is null
         */
        public Builder sni(String name) {
            indication = Indication.of(Objects.requireNonNull(
                    name, "name: expected the name of a host to be sent by SNI, got null; see withoutSni"));
            return this;
        }

        /**
         * Has a client send no name by SNI, so that no listener learns it.
         *
         * @return this
         */
        public Builder withoutSni() {
            indication = Indication.NOTHING;
            return this;
        }

        /**
         * What an end of the connection without close_notify is taken for.
         *
         * @param taken {@link Truncation#REPORTED} unless set
         * @return this
         * @throws NullPointerException if it is null
         */
        public Builder truncation(Truncation taken) {
            truncation =
                    Objects.requireNonNull(taken, "taken: expected a Truncation, got null; try Truncation.REPORTED");
            return this;
        }

        /**
         * Lets a server choose its context, and so its certificate, by the name in the ClientHello (SNI, RFC 6066
         * section 3). A client that sends no name, or one for which the function has no context, gets an engine of
         * {@link #context} or {@link #engines}.
         *
         * <p>It is given names of hosts alone: at most 253 characters, no dot at the end, in labels of letters, digits,
         * hyphens and underscores, the last of them no number. All else counts as no name. SunJSSE's engine by itself refuses
         * names with an underscore or a dot at the end (illegal_parameter); those of Conscrypt, Bouncy Castle and
         * netty-tcnative do not.
         *
         * @param choose from a host name in lower case to its context
         * @return this
         * @throws NullPointerException if it is null
         */
        public Builder contextByServerName(Function<String, Optional<SSLContext>> choose) {
            byServerName = Optional.of(Objects.requireNonNull(
                    choose,
                    "choose: expected a function from a host name to a context, got null; leave it out for one"
                            + " context"));
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return immutable settings
         */
        public TlsSettings build() {
            return new TlsSettings(
                    new ConfiguredEngines(
                            source,
                            versions,
                            suites,
                            groups,
                            applicationProtocols,
                            indication,
                            clientCertificate,
                            byServerName),
                    pins,
                    verification,
                    truncation);
        }

        private static EngineSource enginesOf(SSLContext context) {
            return new ContextEngines(Objects.requireNonNull(
                    context, "context: expected an SSLContext, got null; unless set, it is SSLContext.getDefault()"));
        }

        private static List<String> listed(String what, String example, String... names) {
            Objects.requireNonNull(names, what + ": expected names, for instance " + example + ", got null");
            for (String name : names) {
                Objects.requireNonNull(
                        name, what + ": expected names, for instance " + example + ", got null among them");
            }
            return List.of(names);
        }
    }
}
