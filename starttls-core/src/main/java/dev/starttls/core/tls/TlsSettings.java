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
 * How TLS is used: the engine's source, versions, suites, ALPN, verification. Immutable; one object serves any number of
 * connections of either role.
 *
 * <pre>{@code
 * TlsSettings settings = TlsSettings.builder().context(sslContext).versions("TLSv1.3").build();
 * }</pre>
 *
 * <p>By default: the JDK's default context, TLS 1.3 and 1.2, the engine's own suites, verification as the policy asks for.
 */
public final class TlsSettings {

    private static final List<String> MODERN = List.of("TLSv1.3", "TLSv1.2");

    final ConfiguredEngines engines;
    final Pins pins;
    private final Optional<Verification> verification;
    private final Optional<ServerVerifier> verifier;
    private final Truncation truncation;

    private TlsSettings(
            ConfiguredEngines engines,
            Pins pins,
            Optional<Verification> verification,
            Optional<ServerVerifier> verifier,
            Truncation truncation) {
        this.engines = engines;
        this.pins = pins;
        this.verification = verification;
        this.verifier = verifier;
        this.truncation = truncation;
    }

    /** {@return a builder of new settings, with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return the settings that are used where none were set} */
    public static TlsSettings defaults() {
        return builder().build();
    }

    /**
     * Copies these settings with another context, in place of the {@link Builder#context} or {@link Builder#engines} that was
     * set.
     *
     * @param context initialised
     * @return new settings; pins, versions, the client's certificate and all else are the same
     * @throws NullPointerException if it is null
     * @throws UnsupportedOperationException if {@link Builder#keyLog} is set
     */
    public TlsSettings withContext(SSLContext context) {
        return new TlsSettings(
                engines.withSource(Builder.enginesOf(context)), pins, verification, verifier, truncation);
    }

    /** {@return the verification that was set; empty if the policy decides} */
    public Optional<Verification> verification() {
        return verification;
    }

    /** {@return the rule that decides about servers' certificates in place of any verification; empty if none was set} */
    public Optional<ServerVerifier> serverVerifier() {
        return verifier;
    }

    /** {@return how an end without close_notify is treated; {@link Truncation#REPORTED} unless set} */
    public Truncation truncation() {
        return truncation;
    }

    /**
     * Whether the secrets of sessions are given out.
     *
     * @return true if {@link Builder#keyLog} was set
     */
    public boolean logsKeys() {
        return engines.keyLog().isPresent();
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
     * Whether a server's engines could have a key. They cannot where they are made by the JDK's default context ({@link
     * SSLContext#getDefault}), whether that was set or not, and no system property names a key store for it. Of other contexts
     * nothing can be known without a client.
     *
     * @return false if every handshake of a server would fail for lack of a certificate
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
     * Makes a client's engine that verifies chain and name by itself, for use without an {@code UpgradeConnection}. Pins are not
     * compared, see {@link PeerCheck}.
     *
     * @param peerHost the server's name or address, to be sent (SNI, RFC 6066 section 3) and compared with its
     *     certificate by the engine's trust manager; international names are converted (RFC 3490)
     * @param peerPort the server's port, or -1
     * @param verified whether chain and name are verified
     * @return an engine in client mode
     * @throws GeneralSecurityException if the platform has no TLS context
     * @throws IllegalArgumentException if the engine knows none of the versions, suites or names set, or not all of the groups
     * @throws IllegalStateException if a {@link ServerVerifier} is set, which no engine asks: see {@link PeerCheck}
     */
    public SSLEngine clientEngine(String peerHost, int peerPort, Verification verified)
            throws GeneralSecurityException {
        if (verifier.isPresent()) {
            throw new IllegalStateException(
                    "Expected settings whose engine verifies the server by itself, got some with a"
                            + " ServerVerifier, which no engine asks; try PeerCheck.clientEngine and PeerCheck.ofServer");
        }
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
     * @param serverName sent by SNI; empty if there was none or it was not read; what is not the name of a host is ignored
     * @return an engine in server mode
     * @throws GeneralSecurityException if the platform has no TLS context
     * @throws IllegalArgumentException if the engine knows none of the versions or suites set, or not all of the groups
     */
    public SSLEngine serverEngine(String peerHost, int peerPort, Optional<String> serverName)
            throws GeneralSecurityException {
        return engines.server(peerHost, peerPort, serverName);
    }

    /** Collects settings; each setter returns this. Not safe for use by several threads. */
    public static final class Builder {

        private Optional<EngineSource> source = Optional.empty();
        private List<String> versions = MODERN;
        private List<String> suites = List.of();
        private NamedGroups groups = NamedGroups.OF_ENGINE;
        private List<String> applicationProtocols = List.of();
        private ClientCertificate clientCertificate = ClientCertificate.NONE;
        private Optional<Verification> verification = Optional.empty();
        private Optional<ServerVerifier> verifier = Optional.empty();
        private Truncation truncation = Truncation.REPORTED;
        private Optional<Function<String, Optional<SSLContext>>> byServerName = Optional.empty();
        private Pins pins = Pins.NONE;
        private Indication indication = Indication.VERIFIED_NAME;
        private Optional<KeyLog> keyLog = Optional.empty();

        private Builder() {}

        /**
         * Sets the context that makes the engines, with its keys, trusted roots and session cache. Use one context for many
         * connections, or no session is ever resumed. A client's that trusts the certificates of a PEM file is made by {@code
         * dev.starttls.core.keys.TrustedRoots}.
         *
         * <p>Make a server's with {@code dev.starttls.core.keys.ServerKeys}, which decrypts the keys once. Key managers of
         * {@code KeyManagerFactory.getInstance("PKIX")} or "NewSunX509", which many guides show, decrypt the private key of a
         * PKCS #12 store anew in every handshake, and once more for each ticket of a client that resumes: 10,000 rounds of a
         * hash, which can cost as much as the rest of the handshake. Those of "SunX509", the JDK's default, do not, but neither
         * do they choose by the name that the client asks for.
         *
         * <p>Its trust manager verifies the chain, also under {@link Verification#NONE}, where {@link EngineSource#UNVERIFIED} is
         * added to a client's port to keep such sessions apart. The library compares the name.
         *
         * @param context initialised
         * @throws NullPointerException if it is null
         */
        public Builder context(SSLContext context) {
            return engines(enginesOf(context));
        }

        /**
         * Sets another source of engines than a context.
         *
         * @param engines called once for each connection, once more by a server before it begins to serve, and once more if
         *     {@link #namedGroups} are set
         * @throws NullPointerException if it is null
         */
        public Builder engines(EngineSource engines) {
            source = Optional.of(Objects.requireNonNull(
                    engines,
                    "engines: expected an EngineSource, got null; unless set, it is the JDK's default context"));
            return this;
        }

        /**
         * Sets the versions to enable, by the names of {@link SSLEngine#getSupportedProtocols()}; those that the engine does not
         * support are ignored. RFC 8996 forbids TLS 1.1 and older.
         *
         * @param names for instance "TLSv1.3"; at least one
         * @throws IllegalArgumentException if there are none
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
         * Sets the cipher suites to enable, by the names of {@link SSLEngine#getSupportedCipherSuites()}.
         *
         * @param names none for the engine's own choice
         * @throws NullPointerException if one is null
         */
        public Builder suites(String... names) {
            suites = listed("suites", "TLS_AES_128_GCM_SHA256", names);
            return this;
        }

        /**
         * Sets the groups for key exchange, the preferred first, by their names in IANA's registry "TLS Supported Groups":
         * curves, those of RFC 7919, and the hybrid ones of engines that have them ("X25519MLKEM768").
         *
         * <p>If not set, SunJSSE offers all that it knows and makes two key shares for each ClientHello, of x25519 and
         * secp256r1, of which a server uses at most one. Of the groups set it makes one for the first of each kind, at most two:
         * x25519 and x448 are one kind, secp256r1, secp384r1 and secp521r1 another. With groups of one kind only, it makes one
         * share:
         *
         * <pre>{@code
         * builder.namedGroups("secp256r1", "secp384r1", "secp521r1");
         * }</pre>
         *
         * <p>A server that supports none of the groups refuses the handshake; one that supports another than the first asks for
         * it, which costs a round trip (HelloRetryRequest, RFC 8446 section 4.1.4). Before TLS 1.3, the curve of an EC key
         * must be among the groups too (RFC 8422 section 5.1.1): with x25519 alone, servers that have only such a key refuse.
         *
         * <p>Requires Java 20 and engines that support {@code SSLParameters.setNamedGroups}. An engine that leaves out one of the
         * groups, as SunJSSE silently does with those that it does not know, is refused when it is made. To find out, one more
         * engine is made before the first, whose ClientHello is not sent; on a server whose source makes servers' engines only,
         * groups that these leave out cannot be found. The group that was negotiated is in the report of the upgrade.
         *
         * @param names none for the engine's own choice
         * @throws UnsupportedOperationException if Java is older than 20, or this library was packed without its class for Java
         *     20; never without names
         * @throws IllegalArgumentException if one is empty or comes twice
         * @throws NullPointerException if one is null
         */
        public Builder namedGroups(String... names) {
            groups = NamedGroups.of(listed("namedGroups", "x25519", names));
            return this;
        }

        /**
         * Sets the application protocols to offer or accept by ALPN (RFC 7301), the preferred first.
         *
         * @param names for instance "imap" or "pop3"; none for no ALPN
         * @throws NullPointerException if one is null
         */
        public Builder applicationProtocols(String... names) {
            applicationProtocols = listed("applicationProtocols", "imap", names);
            return this;
        }

        /**
         * Sets whether a server asks the client for a certificate.
         *
         * @param asked {@link ClientCertificate#NONE} unless set
         * @throws NullPointerException if it is null
         */
        public Builder clientCertificate(ClientCertificate asked) {
            clientCertificate = Objects.requireNonNull(
                    asked, "asked: expected a ClientCertificate, got null; try ClientCertificate.NONE");
            return this;
        }

        /**
         * Sets how far a client verifies the server's certificate. Unless set, the policy decides: fully where TLS is required,
         * not at all where it is opportunistic.
         *
         * @param verified full or none
         * @throws NullPointerException if it is null
         */
        public Builder verification(Verification verified) {
            verification = Optional.of(Objects.requireNonNull(
                    verified, "verified: expected a Verification, got null; leave it out and the policy decides"));
            return this;
        }

        /**
         * Sets a rule of your own about the server's certificates, under any policy and in place of any verification: no trusted
         * root is looked for, and the name is not compared. Pins are compared, if there are any.
         *
         * <p>Leave {@link #context} and {@link #engines} out, unless for a client's certificate: their trust manager is asked
         * too, in full handshakes, and refuses what it does not trust.
         *
         * @param rule asked in every handshake
         * @throws NullPointerException if it is null
         */
        public Builder serverVerifier(ServerVerifier rule) {
            verifier = Optional.of(Objects.requireNonNull(
                    rule, "rule: expected a ServerVerifier, got null; leave it out and the policy decides"));
            return this;
        }

        /**
         * Sets the keys that the server may have, compared by a client after every handshake, under any policy and in addition to
         * other verification. One must be the key of the server's own certificate, or of an issuer above it in the chain that the
         * server sends, as far up as each certificate is signed by the next; servers seldom send the root. Have a backup pin (RFC
         * 7469 section 2.5).
         *
         * @param keys each {@code sha256/} and the Base64 of the hash of a SubjectPublicKeyInfo: {@code openssl x509 -pubkey
         *     -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64}. None for no pins
         * @throws IllegalArgumentException if one is not in this format
         * @throws NullPointerException if one is null
         */
        public Builder pins(String... keys) {
            pins = Pins.of(
                    listed("pins", "sha256/ and the Base64 of a hash", keys).toArray(new String[0]));
            return this;
        }

        /**
         * Sets the name that a client sends by SNI (RFC 6066 section 3). The name that is verified stays the server's.
         *
         * @param name of a host
         * @throws IllegalArgumentException if it is not valid as SNI, such as an address or a name with an underscore
         * @throws NullPointerException if it is null
         */
        public Builder sni(String name) {
            indication = Indication.of(Objects.requireNonNull(
                    name, "name: expected the name of a host to be sent by SNI, got null; see withoutSni"));
            return this;
        }

        /** Makes a client send no name by SNI, so that it is not disclosed on the network. */
        public Builder withoutSni() {
            indication = Indication.NOTHING;
            return this;
        }

        /**
         * Sets how an end of the connection without close_notify is treated.
         *
         * @param taken {@link Truncation#REPORTED} unless set
         * @throws NullPointerException if it is null
         */
        public Builder truncation(Truncation taken) {
            truncation =
                    Objects.requireNonNull(taken, "taken: expected a Truncation, got null; try Truncation.REPORTED");
            return this;
        }

        /**
         * Sets how a server chooses its context, and so its certificate, by the name in the ClientHello (SNI, RFC 6066
         * section 3). For a client that sends no name, or one for which the function has no context, the engine is made by
         * {@link #context} or {@link #engines}.
         *
         * <p>The function is given names of hosts only: at most 253 characters, no dot at the end, labels of letters, digits,
         * hyphens and underscores, the last label not a number. Anything else counts as no name. SunJSSE's engine refuses
         * names with an underscore or a dot at the end (illegal_parameter); those of Conscrypt, Bouncy Castle and
         * netty-tcnative do not.
         *
         * @param choose from a host name in lower case to its context
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
         * Gives out the secrets of all sessions, so that a recording of them can be decrypted: for debugging only, see {@link
         * KeyLog}. Needs {@link #engines} that give them out.
         *
         * @param log takes them
         * @throws NullPointerException if it is null
         */
        public Builder keyLog(KeyLog log) {
            keyLog = Optional.of(new ContainedKeyLog(
                    Objects.requireNonNull(log, "log: expected a KeyLog, got null; leave it out for none")));
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return immutable
         * @throws UnsupportedOperationException if {@link #keyLog} is set without {@link #engines}, or with {@link #context} or
         *     {@link #contextByServerName}, whose engines give out no secrets
         * @throws IllegalStateException if both {@link #serverVerifier} and {@link #verification} are set
         */
        public TlsSettings build() {
            if (verifier.isPresent() && verification.isPresent()) {
                throw new IllegalStateException(
                        "Expected serverVerifier or verification, got both; leave out verification ("
                                + verification.get() + "), which the rule replaces");
            }
            return new TlsSettings(
                    new ConfiguredEngines(
                            source,
                            versions,
                            suites,
                            groups,
                            applicationProtocols,
                            indication,
                            clientCertificate,
                            byServerName,
                            keyLog),
                    pins,
                    verification,
                    verifier,
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
