package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.minimal.EphemeralKeys;
import dev.starttls.conformance.tls.minimal.SigningKey;
import dev.starttls.conformance.tls.minimal.Tls12Keys;
import dev.starttls.conformance.tls.minimal.Tls12Suite;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientMessages;
import dev.starttls.conformance.tls.wire.ClientOffer;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.OctetWriter;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The server's side of a full handshake of TLS 1.2 (RFC 5246 section 7.3). A suite without AES-GCM, and a version before
 * TLS 1.2, is only offered up to the ServerHelloDone: a client that answers with its key exchange has taken it.
 */
final class Tls12ServerHandshake {

    private static final int NAMED_CURVE = 3;
    private static final int OCSP = 1;
    private static final int DEFLATE = 1;
    private static final OctetString DOWNGRADED = OctetString.hex("444f574e47524401");

    /** The length of an RSA key that export suites allow (RFC 2246 appendix D). */
    private static final int EXPORT_BITS = 512;

    private final ServerRecords records;
    private final ServerCredentials credentials;
    private final TlsDeviation deviation;
    private final HandshakeMessages messages;
    private final ClientHello hello;
    private final ClientOffer offer;

    Tls12ServerHandshake(
            ServerRecords records, ServerCredentials credentials, TlsDeviation deviation, OctetString clientHello)
            throws MalformedException {
        this.records = records;
        this.credentials = credentials;
        this.deviation = deviation;
        this.hello = ClientHello.parse(clientHello);
        this.offer = ClientOffer.of(hello);
        this.messages = new HandshakeMessages(records, deviation, clientHello);
    }

    /** The parameters of the key exchange, and the premaster secret for the client's answer. */
    private record Exchange(OctetString parameters, Premaster premaster) {}

    private interface Premaster {
        OctetString of(OctetString clientKeyExchange) throws MalformedException;
    }

    /** Performs the handshake up to the server's Finished; the client's is verified. */
    ServerSession shake() throws IOException {
        ProtocolVersion version = version();
        CipherSuite suite = suite(version);
        OctetString body = serverHello(version, suite);
        ServerHello chosen = ServerHello.parse(body);
        messages.send(HandshakeMessages.SERVER_HELLO, body);
        if (deviation == TlsDeviation.SERVER_HELLO_TWICE) {
            messages.send(HandshakeMessages.SERVER_HELLO, body);
        }
        if (deviation == TlsDeviation.PLAINTEXT_DATA_IN_HANDSHAKE) {
            records.add(ContentType.APPLICATION_DATA, ServerBodies.EARLY_DATA);
        }
        records.reach(HandshakePoint.SERVER_FLIGHT);
        if (deviation == TlsDeviation.CLOSE_NOTIFY_IN_HANDSHAKE) {
            records.addRecord(ContentType.ALERT, OctetString.hex("0100"));
            records.flush();
            throw records.wentOn("a message of type " + messages.next().type());
        }
        Exchange exchange = exchange(suite);
        certificate(suite);
        if (!exchange.parameters().isEmpty()) {
            messages.send(
                    HandshakeMessages.SERVER_KEY_EXCHANGE,
                    exchange.parameters().and(signature(version, suite, chosen, exchange.parameters())));
        }
        messages.send(HandshakeMessages.SERVER_HELLO_DONE, OctetString.NONE);
        records.flush();
        HandshakeMessage answer = messages.next();
        if (answer.type() != HandshakeMessages.CLIENT_KEY_EXCHANGE) {
            throw records.malformed("expected a ClientKeyExchange, got a message of type " + answer.type());
        }
        Optional<Tls12Suite> known = Tls12Suite.of(suite.code());
        if (known.isEmpty() || version != ProtocolVersion.TLS12) {
            throw records.wentOn("a ClientKeyExchange for " + version.label() + " with " + suite);
        }
        return finish(known.get(), chosen, exchange.premaster().of(answer.body()));
    }

    private ServerSession finish(Tls12Suite suite, ServerHello chosen, OctetString premaster) throws IOException {
        OctetString master = hello.extension(Extension.EXTENDED_MASTER_SECRET).isPresent()
                ? suite.masterSecret(premaster, "extended master secret", suite.hash(messages.all()))
                : suite.masterSecret(premaster, "master secret", hello.random().and(chosen.random()));
        Tls12Keys keys = Tls12Keys.of(suite, master, hello, chosen);
        OctetString expected = suite.verifyData(master, "client finished", messages.all());
        int type = records.read().type();
        if (type != ContentType.CHANGE_CIPHER_SPEC.code()) {
            throw records.malformed("expected a ChangeCipherSpec, got a record of type " + type);
        }
        records.openWith(keys.ofClient()::open);
        HandshakeMessage finished = messages.next();
        if (finished.type() != HandshakeMessages.FINISHED || !finished.body().equals(expected)) {
            throw records.malformed("expected a Finished that is right, got "
                    + (finished.type() == HandshakeMessages.FINISHED
                            ? "a wrong one"
                            : "a message of type " + finished.type()));
        }
        records.addChangeCipherSpec();
        records.sealWith((content, octets) -> keys.ofServer().seal(content.code(), octets));
        if (deviation == TlsDeviation.DATA_BEFORE_FINISHED) {
            records.add(ContentType.APPLICATION_DATA, ServerBodies.EARLY_DATA);
        }
        OctetString verifyData = suite.verifyData(master, "server finished", messages.all());
        messages.send(
                HandshakeMessages.FINISHED,
                deviation == TlsDeviation.FINISHED_CORRUPTED ? verifyData.flipped(0, 1) : verifyData);
        records.flush();
        records.reach(HandshakePoint.SESSION);
        return ServerSession.tls12(records, deviation, suite);
    }

    private ProtocolVersion version() throws IOException {
        return switch (deviation) {
            case VERSION_SSL3 -> ProtocolVersion.SSL3;
            case VERSION_TLS10 -> ProtocolVersion.TLS10;
            case VERSION_TLS11 -> ProtocolVersion.TLS11;
            case DOWNGRADE_SENTINEL -> {
                if (!offer.offers(ProtocolVersion.TLS13)) {
                    throw records.notApplicable(
                            Alert.PROTOCOL_VERSION, "the client does not offer TLS 1.3, so TLS 1.2 is no downgrade");
                }
                yield ProtocolVersion.TLS12;
            }
            default -> ProtocolVersion.TLS12;
        };
    }

    private CipherSuite suite(ProtocolVersion version) throws IOException {
        boolean isRsa = credentials.isRsa();
        if (version != ProtocolVersion.TLS12) {
            return oldSuite();
        }
        return switch (deviation) {
            case SUITE_ANONYMOUS -> CipherSuite.TLS_ECDH_anon_WITH_AES_128_CBC_SHA;
            case SUITE_NULL ->
                isRsa ? CipherSuite.TLS_ECDHE_RSA_WITH_NULL_SHA : CipherSuite.TLS_ECDHE_ECDSA_WITH_NULL_SHA;
            case SUITE_RC4 ->
                isRsa ? CipherSuite.TLS_ECDHE_RSA_WITH_RC4_128_SHA : CipherSuite.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA;
            case SUITE_3DES ->
                isRsa
                        ? CipherSuite.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA
                        : CipherSuite.TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA;
            case SUITE_EXPORT -> CipherSuite.TLS_RSA_EXPORT_WITH_RC4_40_MD5;
            case SUITE_NOT_OFFERED -> notOffered();
            case DHE_512, DHE_1024 -> offered(false).suite();
            default -> offered(true).suite();
        };
    }

    private Tls12Suite offered(boolean isElliptic) throws IOException {
        for (int code : hello.suites()) {
            Optional<Tls12Suite> suite = Tls12Suite.of(code)
                    .filter(one -> one.isElliptic() == isElliptic && one.isRsa() == credentials.isRsa());
            if (suite.isPresent()) {
                return suite.get();
            }
        }
        throw records.notApplicable(
                Alert.HANDSHAKE_FAILURE,
                "the client offers no suite of TLS 1.2 with " + (isElliptic ? "ECDHE" : "DHE")
                        + ", AES-GCM and a key of " + (credentials.isRsa() ? "RSA" : "ECDSA"));
    }

    /** A suite that the versions before TLS 1.2 have, if possible one that the client offers. */
    private CipherSuite oldSuite() {
        String signature = credentials.isRsa() ? "_ECDHE_RSA_" : "_ECDHE_ECDSA_";
        for (int code : hello.suites()) {
            Optional<CipherSuite> suite = CipherSuite.of(code)
                    .filter(one ->
                            !one.isSignal() && one.isBeforeTls12() && one.name().contains(signature));
            if (suite.isPresent()) {
                return suite.get();
            }
        }
        return credentials.isRsa()
                ? CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
                : CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA;
    }

    /** One that this TLS has, if possible, so that the handshake can be completed. */
    private CipherSuite notOffered() throws IOException {
        for (Tls12Suite suite : Tls12Suite.values()) {
            if (suite.isElliptic() && suite.isRsa() == credentials.isRsa() && !isOffered(suite.suite())) {
                return suite.suite();
            }
        }
        String signature = credentials.isRsa() ? "_ECDHE_RSA_" : "_ECDHE_ECDSA_";
        for (CipherSuite suite : CipherSuite.classic()) {
            if (suite.name().contains(signature) && !isOffered(suite)) {
                return suite;
            }
        }
        throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client offers every suite with " + signature);
    }

    private boolean isOffered(CipherSuite suite) {
        return hello.suites().contains(suite.code());
    }

    private OctetString serverHello(ProtocolVersion version, CipherSuite suite) throws IOException {
        OctetString random = ServerBodies.random();
        if (deviation == TlsDeviation.DOWNGRADE_SENTINEL) {
            random = random.first(random.length() - DOWNGRADED.length()).and(DOWNGRADED);
        }
        List<Extension> extensions = new ArrayList<>();
        // An SSL 3.0 ServerHello has none.
        if (version != ProtocolVersion.SSL3) {
            if (hello.extension(Extension.RENEGOTIATION_INFO).isPresent()
                    || isOffered(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)) {
                extensions.add(new Extension(Extension.RENEGOTIATION_INFO, OctetString.zeros(1)));
            }
            if (hello.extension(Extension.EXTENDED_MASTER_SECRET).isPresent()) {
                extensions.add(new Extension(Extension.EXTENDED_MASTER_SECRET, OctetString.NONE));
            }
            if (isStapling()) {
                extensions.add(new Extension(Extension.STATUS_REQUEST, OctetString.NONE));
            }
            ServerBodies.wrongProtocol(records, deviation, offer).ifPresent(extensions::add);
        }
        return ServerBodies.hello(
                version,
                random,
                OctetString.NONE,
                suite.code(),
                deviation == TlsDeviation.COMPRESSION ? DEFLATE : 0,
                extensions);
    }

    private boolean isStapling() {
        return credentials.stapled().isPresent()
                && hello.extension(Extension.STATUS_REQUEST).isPresent();
    }

    private void certificate(CipherSuite suite) {
        if (suite.name().contains("_anon_")) {
            return;
        }
        OctetWriter list = new OctetWriter();
        credentials.encoded().forEach(list::vector24);
        messages.send(
                HandshakeMessages.CERTIFICATE,
                new OctetWriter().vector24(list.octets()).octets());
        if (isStapling()) {
            messages.send(
                    HandshakeMessages.CERTIFICATE_STATUS,
                    new OctetWriter()
                            .u8(OCSP)
                            .vector24(credentials.stapled().orElse(OctetString.NONE))
                            .octets());
        }
    }

    private Exchange exchange(CipherSuite suite) throws IOException {
        if (suite.name().contains("_EXPORT_")) {
            OctetString parameters = ServerBodies.exportKey(EXPORT_BITS);
            return new Exchange(parameters, body -> OctetString.NONE);
        }
        if (suite.name().contains("_DHE_")) {
            ShortPrime field =
                    new ShortPrime(deviation == TlsDeviation.DHE_512 ? ShortPrime.BITS_512 : ShortPrime.BITS_1024);
            OctetString parameters = new OctetWriter()
                    .vector16(field.prime())
                    .vector16(field.generator())
                    .vector16(field.publicKey())
                    .octets();
            return new Exchange(parameters, body -> field.agree(ClientMessages.dhePublicKey(body)));
        }
        ServerShare share = share();
        KeyShare ours = share.share();
        OctetString parameters = new OctetWriter()
                .u8(NAMED_CURVE)
                .u16(ours.group())
                .vector8(ours.exchange())
                .octets();
        return new Exchange(parameters, body -> share.agree(ClientMessages.ecdhePoint(body)));
    }

    private ServerShare share() throws IOException {
        return switch (deviation) {
            case GROUP_NOT_OFFERED -> ServerShare.notOffered(offer.groups());
            case POINT_NOT_ON_CURVE -> {
                require(NamedGroup.SECP256R1);
                yield ServerShare.notOnCurve();
            }
            case ALL_ZERO_X25519 -> {
                require(NamedGroup.X25519);
                yield ServerShare.allZero();
            }
            default ->
                ServerShare.of(offer.groups().stream()
                        .filter(EphemeralKeys.GROUPS::contains)
                        .findFirst()
                        // A client without supported_groups leaves the choice to the server (RFC 8422 section 4).
                        .orElse(NamedGroup.SECP256R1.code()));
        };
    }

    private void require(NamedGroup group) throws IOException {
        if (!offer.groups().contains(group.code())) {
            throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client does not offer " + group.label());
        }
    }

    private OctetString signature(
            ProtocolVersion version, CipherSuite suite, ServerHello chosen, OctetString parameters) throws IOException {
        if (suite.name().contains("_anon_")) {
            return OctetString.NONE;
        }
        SigningKey key = new SigningKey(
                deviation == TlsDeviation.SERVER_KEY_EXCHANGE_WRONG_KEY ? credentials.otherKey() : credentials.key());
        OctetString content = hello.random().and(chosen.random()).and(parameters);
        try {
            if (version != ProtocolVersion.TLS12) {
                return new OctetWriter().vector16(key.signBeforeTls12(content)).octets();
            }
            SignatureScheme scheme = ServerBodies.scheme(records, key.tls12Schemes(), offer);
            return new OctetWriter()
                    .u16(scheme.code())
                    .vector16(key.sign(scheme, content))
                    .octets();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "the server's key of " + key.algorithm() + " cannot sign a key exchange of " + version.label(), e);
        }
    }
}
