package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.minimal.EphemeralKeys;
import dev.starttls.conformance.tls.minimal.SigningKey;
import dev.starttls.conformance.tls.minimal.Tls13Protection;
import dev.starttls.conformance.tls.minimal.Tls13Suite;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
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
import java.util.stream.Stream;

/** The server's side of a full handshake of TLS 1.3 (RFC 8446 section 2). */
final class Tls13ServerHandshake {

    private static final byte MESSAGE_HASH = (byte) 254;
    private static final int OCSP = 1;
    private static final OctetString COOKIE = OctetString.ascii("STARTTLS conformance");

    private final ServerRecords records;
    private final ServerCredentials credentials;
    private final TlsDeviation deviation;
    private final HandshakeMessages messages;
    private ClientHello hello;
    private ClientOffer offer;
    private int retries;

    Tls13ServerHandshake(
            ServerRecords records, ServerCredentials credentials, TlsDeviation deviation, OctetString clientHello)
            throws MalformedException {
        this.records = records;
        this.credentials = credentials;
        this.deviation = deviation;
        this.hello = ClientHello.parse(clientHello);
        this.offer = ClientOffer.of(hello);
        records.ignoreChangeCipherSpec();
        this.messages = new HandshakeMessages(records, deviation, clientHello);
    }

    /** Performs the handshake up to the client's Finished, which is verified. */
    ServerSession shake() throws IOException {
        Tls13Suite suite = suite();
        int announced = deviation == TlsDeviation.SUITE_NOT_OFFERED
                ? notOffered()
                : suite.suite().code();
        Optional<ServerShare> wrong = retriedShare(suite);
        ServerShare share = wrong.isPresent() ? wrong.get() : ServerShare.of(group(suite));
        OctetString theirs = offer.share(share.share().group())
                .map(KeyShare::exchange)
                // There is no share of a group that was not offered.
                .orElse(OctetString.zeros(65));
        OctetString shared = share.agree(theirs);
        OctetString body = serverHello(announced, share.share());
        messages.send(HandshakeMessages.SERVER_HELLO, body);
        OctetString early = suite.hmac(suite.noSecret(), suite.noSecret());
        OctetString secret = suite.hmac(suite.derive(early, "derived", OctetString.NONE), shared);
        OctetString client = suite.derive(secret, "c hs traffic", messages.all());
        OctetString server = suite.derive(secret, "s hs traffic", messages.all());
        if (deviation == TlsDeviation.SERVER_HELLO_TWICE) {
            messages.send(HandshakeMessages.SERVER_HELLO, body);
        }
        if (retries == 0) {
            changeCipherSpec();
        }
        records.sealWith(new Tls13Protection(suite, server)::seal);
        Tls13Protection fromClient = new Tls13Protection(suite, client);
        records.openWith(
                record -> record.type() == ContentType.APPLICATION_DATA.code() ? fromClient.open(record) : record);
        records.reach(HandshakePoint.SERVER_FLIGHT);
        if (deviation == TlsDeviation.CLOSE_NOTIFY_IN_HANDSHAKE) {
            records.addRecord(ContentType.ALERT, OctetString.hex("0100"));
            records.flush();
            throw records.wentOn("a message of type " + messages.next().type());
        }
        flight(suite, server);
        OctetString main = suite.hmac(suite.derive(secret, "derived", OctetString.NONE), suite.noSecret());
        Tls13Protection data = new Tls13Protection(suite, suite.derive(main, "s ap traffic", messages.all()));
        Tls13Protection dataOfClient = new Tls13Protection(suite, suite.derive(main, "c ap traffic", messages.all()));
        records.flush();
        finished(suite, client);
        records.reach(HandshakePoint.SESSION);
        return ServerSession.tls13(records, deviation, suite, data, dataOfClient);
    }

    private Tls13Suite suite() throws IOException {
        for (int code : hello.suites()) {
            Optional<Tls13Suite> suite = Tls13Suite.of(code);
            if (suite.isPresent()) {
                return suite.get();
            }
        }
        throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client offers no suite of TLS 1.3 with AES-GCM");
    }

    private int notOffered() throws IOException {
        for (CipherSuite suite : CipherSuite.modern()) {
            if (!hello.suites().contains(suite.code())) {
                return suite.code();
            }
        }
        throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client offers every suite of TLS 1.3");
    }

    /** The wrong share that the deviation wants; what it wants of the client is asked for with a HelloRetryRequest. */
    private Optional<ServerShare> retriedShare(Tls13Suite suite) throws IOException {
        return switch (deviation) {
            case GROUP_NOT_OFFERED -> Optional.of(ServerShare.notOffered(offer.groups()));
            case POINT_NOT_ON_CURVE -> {
                require(suite, NamedGroup.SECP256R1);
                yield Optional.of(ServerShare.notOnCurve());
            }
            case ALL_ZERO_X25519 -> {
                require(suite, NamedGroup.X25519);
                yield Optional.of(ServerShare.allZero());
            }
            case TWO_HELLO_RETRY_REQUESTS -> {
                // A ClientHello has to change each time (RFC 8446 section 4.1.4). What changes it first is a group,
                // which every
                // client follows: GnuTLS refuses a cookie alone, and would not be seen to refuse a second request.
                Optional<Integer> group = groupWithoutShare();
                retry(suite, group, group.isPresent() ? Optional.empty() : Optional.of(COOKIE));
                retry(suite, Optional.empty(), Optional.of(COOKIE.and(COOKIE)));
                throw records.wentOn("a third ClientHello");
            }
            case USELESS_HELLO_RETRY_REQUEST -> {
                if (offer.shares().isEmpty()) {
                    throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client sends no key share");
                }
                retry(suite, Optional.of(offer.shares().get(0).group()), Optional.empty());
                throw records.wentOn("a second ClientHello");
            }
            default -> Optional.empty();
        };
    }

    private Optional<Integer> groupWithoutShare() {
        return Stream.of(NamedGroup.values())
                .map(NamedGroup::code)
                .filter(offer.groups()::contains)
                .filter(code -> offer.share(code).isEmpty())
                .findFirst();
    }

    private void require(Tls13Suite suite, NamedGroup group) throws IOException {
        if (offer.share(group.code()).isPresent()) {
            return;
        }
        if (!offer.groups().contains(group.code())) {
            throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client does not offer " + group.label());
        }
        retry(suite, Optional.of(group.code()), Optional.empty());
        if (offer.share(group.code()).isEmpty()) {
            throw records.malformed("the second ClientHello has no key share of " + group.label()
                    + ", which the HelloRetryRequest asks for");
        }
    }

    /** The group of the exchange, after a HelloRetryRequest if the client sent no share of it. */
    private int group(Tls13Suite suite) throws IOException {
        for (KeyShare share : offer.shares()) {
            if (EphemeralKeys.GROUPS.contains(share.group())) {
                return share.group();
            }
        }
        for (int group : offer.groups()) {
            if (EphemeralKeys.GROUPS.contains(group)) {
                require(suite, group == NamedGroup.X25519.code() ? NamedGroup.X25519 : NamedGroup.SECP256R1);
                return group;
            }
        }
        throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client offers neither x25519 nor secp256r1");
    }

    private void retry(Tls13Suite suite, Optional<Integer> group, Optional<OctetString> cookie) throws IOException {
        if (retries == 0) {
            OctetString hash = suite.hash(messages.all());
            messages.restart(OctetString.of(new byte[] {MESSAGE_HASH, 0, 0, (byte) hash.length()})
                    .and(hash));
        }
        List<Extension> extensions = new ArrayList<>(List.of(version()));
        group.ifPresent(code -> extensions.add(
                new Extension(Extension.KEY_SHARE, new OctetWriter().u16(code).octets())));
        cookie.ifPresent(octets -> extensions.add(new Extension(
                Extension.COOKIE, new OctetWriter().vector16(octets).octets())));
        messages.send(
                HandshakeMessages.SERVER_HELLO,
                ServerBodies.hello(
                        ProtocolVersion.TLS12,
                        ServerHello.RETRY,
                        hello.sessionId(),
                        suite.suite().code(),
                        0,
                        extensions));
        if (retries == 0) {
            changeCipherSpec();
        }
        records.flush();
        retries++;
        records.reach(HandshakePoint.HELLO_RETRY);
        HandshakeMessage message = messages.next();
        if (message.type() != ClientHello.TYPE) {
            throw records.malformed("expected a ClientHello, got a message of type " + message.type());
        }
        hello = ClientHello.parse(message.octets());
        offer = ClientOffer.of(hello);
    }

    private void changeCipherSpec() {
        if (!hello.sessionId().isEmpty()) {
            records.addChangeCipherSpec();
        }
    }

    private static Extension version() {
        return new Extension(
                Extension.SUPPORTED_VERSIONS,
                new OctetWriter().u16(ProtocolVersion.TLS13.code()).octets());
    }

    private OctetString serverHello(int suite, KeyShare share) {
        Extension keyShare = new Extension(
                Extension.KEY_SHARE,
                new OctetWriter().u16(share.group()).vector16(share.exchange()).octets());
        return ServerBodies.hello(
                ProtocolVersion.TLS12,
                ServerBodies.random(),
                hello.sessionId(),
                suite,
                deviation == TlsDeviation.COMPRESSION ? 1 : 0,
                List.of(version(), keyShare));
    }

    /** From EncryptedExtensions to Finished. */
    private void flight(Tls13Suite suite, OctetString server) throws IOException {
        List<Extension> extensions = new ArrayList<>();
        ServerBodies.wrongProtocol(records, deviation, offer).ifPresent(extensions::add);
        messages.send(HandshakeMessages.ENCRYPTED_EXTENSIONS, ServerBodies.extensions(extensions));
        messages.send(HandshakeMessages.CERTIFICATE, certificate());
        if (deviation != TlsDeviation.CERTIFICATE_VERIFY_MISSING) {
            messages.send(HandshakeMessages.CERTIFICATE_VERIFY, certificateVerify(suite));
        }
        if (deviation == TlsDeviation.DATA_BEFORE_FINISHED) {
            records.add(ContentType.APPLICATION_DATA, ServerBodies.EARLY_DATA);
        }
        OctetString mac = suite.finished(server, messages.all());
        messages.send(
                HandshakeMessages.FINISHED, deviation == TlsDeviation.FINISHED_CORRUPTED ? mac.flipped(0, 1) : mac);
    }

    private OctetString certificate() {
        OctetWriter list = new OctetWriter();
        OctetString status = credentials
                .stapled()
                .filter(response -> hello.extension(Extension.STATUS_REQUEST).isPresent())
                .map(response -> ServerBodies.extensions(List.of(new Extension(
                        Extension.STATUS_REQUEST,
                        new OctetWriter().u8(OCSP).vector24(response).octets()))))
                .orElse(ServerBodies.extensions(List.of()));
        OctetString extensions = status;
        for (OctetString certificate : credentials.encoded()) {
            list.vector24(certificate).put(extensions);
            extensions = ServerBodies.extensions(List.of());
        }
        return new OctetWriter()
                .vector8(OctetString.NONE)
                .vector24(list.octets())
                .octets();
    }

    private OctetString certificateVerify(Tls13Suite suite) throws IOException {
        SigningKey key = new SigningKey(
                deviation == TlsDeviation.CERTIFICATE_VERIFY_WRONG_KEY ? credentials.otherKey() : credentials.key());
        OctetString content = OctetString.ascii(" ".repeat(64) + "TLS 1.3, server CertificateVerify")
                .and(OctetString.zeros(1))
                .and(suite.hash(messages.all()));
        SignatureScheme scheme = ServerBodies.scheme(records, key.tls13Schemes(), offer);
        try {
            return new OctetWriter()
                    .u16(scheme.code())
                    .vector16(key.sign(scheme, content))
                    .octets();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the server's key cannot sign with " + scheme.label(), e);
        }
    }

    private void finished(Tls13Suite suite, OctetString client) throws IOException {
        OctetString expected = suite.finished(client, messages.all());
        HandshakeMessage message = messages.next();
        if (message.type() != HandshakeMessages.FINISHED) {
            throw records.malformed("expected a Finished, got a message of type " + message.type());
        }
        if (!message.body().equals(expected)) {
            throw records.malformed("the MAC of the client's Finished is wrong");
        }
    }
}
