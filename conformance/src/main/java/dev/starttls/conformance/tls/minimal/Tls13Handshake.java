package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.CertificateEntry;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientHelloBuilder;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.ServerMessages;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The client's side of a handshake of TLS 1.3 (RFC 8446 section 2), full or resumed, up to the session's keys. */
final class Tls13Handshake extends ClientHandshake {

    private static final OctetString NO_CERTIFICATE = OctetString.hex("0b000004 00000000");

    /** EndOfEarlyData, sent with the early traffic keys if the server accepted early data (RFC 8446 section 4.5). */
    private static final OctetString END_OF_EARLY_DATA = OctetString.hex("05000000");

    private static final int ENCRYPTED_EXTENSIONS = 8;
    private static final int CERTIFICATE = 11;
    private static final int CERTIFICATE_VERIFY = 15;
    /** The first ClientHello, in the messages after a HelloRetryRequest (RFC 8446 section 4.4.1). */
    private static final byte MESSAGE_HASH = (byte) 254;

    /** The octets of the two lengths before one binder: of the list, and of the binder itself. */
    private static final int BINDERS_HEADER = 3;

    private final Optional<ClientAuthentication> identity;
    private final EphemeralKeys ephemeral = new EphemeralKeys();
    private Optional<Tls13Protection> incoming = Optional.empty();
    private OctetString encryptedExtensions = OctetString.NONE;
    private final List<CertificateEntry> certificates = new ArrayList<>();
    private Optional<Integer> signatureScheme = Optional.empty();
    private Optional<OctetString> certificateRequest = Optional.empty();
    private Optional<Tls13Protection> earlyKeys = Optional.empty();

    Tls13Handshake(InputStream in, Consumer<OctetString> out) {
        this(in, out, Optional.empty());
    }

    /** A handshake that presents this certificate if the server asks for one. */
    Tls13Handshake(InputStream in, Consumer<OctetString> out, Optional<ClientAuthentication> identity) {
        super(in, out);
        this.identity = identity;
    }

    Tls13Handshake(InputStream in, Consumer<OctetString> out, ClientFinished kind) {
        super(in, out, kind);
        this.identity = Optional.empty();
    }

    /**
     * The result: the keys of both directions, and what was negotiated.
     *
     * @param resumption the secret from which the keys of tickets are derived
     */
    record Result(
            Tls13Suite suite,
            Tls13Protection incoming,
            Tls13Protection outgoing,
            OctetString resumption,
            List<Extension> encryptedExtensions,
            Beginning beginning) {}

    /** A full handshake, with these extensions too. */
    Result shake(String serverName, List<Extension> more) throws IOException {
        ClientHelloBuilder builder = hello(serverName, Arrays.asList(Tls13Suite.values()));
        more.forEach(builder::extension);
        send(builder.build());
        return go(Optional.empty());
    }

    /**
     * A full handshake in which the first ClientHello has a key share only of a group that does not exist, so that the
     * server has to ask for another (RFC 8446 section 4.1.1).
     */
    Result shakeRetried(String serverName) throws IOException {
        int unknown = ClientExtensions.greaseValue(7);
        List<Integer> groups = new ArrayList<>(EphemeralKeys.GROUPS);
        groups.add(0, unknown);
        ClientHello first = hello(serverName, Arrays.asList(Tls13Suite.values()))
                .extension(ClientExtensions.supportedGroups(groups))
                .extension(ClientExtensions.keyShare(List.of(new KeyShare(unknown, OctetString.zeros(1)))))
                .build();
        send(first);
        OctetString sent = messages();
        ServerHello retry = serverHello();
        if (!retry.isVersion(ProtocolVersion.TLS13) || !retry.isRetryRequest()) {
            throw new MalformedException("expected a HelloRetryRequest, got " + retry);
        }
        Tls13Suite suite = suite(retry);
        int group = ServerMessages.retryGroup(retry);
        if (!EphemeralKeys.GROUPS.contains(group)) {
            throw new MalformedException("the HelloRetryRequest asks for a group that was not offered: " + retry);
        }
        OctetString hash = suite.hash(sent);
        OctetString request = messages().slice(sent.length(), messages().length());
        restart(OctetString.of(new byte[] {MESSAGE_HASH, 0, 0, (byte) hash.length()})
                .and(hash)
                .and(request));
        ClientHelloBuilder second = first.with().extension(ClientExtensions.keyShare(List.of(ephemeral.share(group))));
        retry.extension(Extension.COOKIE).ifPresent(second::extension);
        send(CHANGE_CIPHER_SPEC);
        send(second.build());
        return go(Optional.empty(), Optional.of(retry));
    }

    private static Tls13Suite suite(ServerHello chosen) throws MalformedException {
        return Tls13Suite.of(chosen.suite())
                .orElseThrow(() -> new MalformedException("the server chose a suite that was not offered"));
    }

    /**
     * A handshake that offers a pre-shared key, which the server may decline.
     *
     * @param earlyData the data to send right after the ClientHello under the key; empty to offer none
     */
    Result resume(String serverName, PreSharedKey psk, OctetString earlyData) throws IOException {
        ClientHelloBuilder builder = hello(serverName, List.of(psk.suite()));
        if (!earlyData.isEmpty()) {
            builder.extension(ClientExtensions.earlyData());
        }
        long age = psk.obfuscatedAge();
        OctetString blank = psk.suite().noSecret();
        OctetString unproven = builder.extension(ClientExtensions.preSharedKey(psk.identity(), age, blank))
                .build()
                .message();
        OctetString truncated = unproven.slice(0, unproven.length() - BINDERS_HEADER - blank.length());
        OctetString binder = psk.suite().binder(psk.key(), truncated);
        send(builder.extension(ClientExtensions.preSharedKey(psk.identity(), age, binder))
                .build());
        if (!earlyData.isEmpty()) {
            OctetString secret = psk.suite().derive(psk.suite().hmac(blank, psk.key()), "c e traffic", messages());
            earlyKeys = Optional.of(new Tls13Protection(psk.suite(), secret));
            send(CHANGE_CIPHER_SPEC.and(earlyKeys.get().seal(ContentType.APPLICATION_DATA, earlyData)));
        }
        return go(Optional.of(psk));
    }

    /** The server's part of a full handshake, up to its Finished; the client answers nothing. */
    ServerAuthentication observe(String serverName, UnaryOperator<ClientHelloBuilder> changes) throws IOException {
        send(changes.apply(hello(serverName, Arrays.asList(Tls13Suite.values())))
                .build());
        ServerHello chosen = chosen();
        Tls13Suite suite = suite(chosen);
        OctetString secret = handshakeSecret(suite, chosen, Optional.empty());
        OctetString server = suite.derive(secret, "s hs traffic", messages());
        incoming = Optional.of(new Tls13Protection(suite, server));
        flight(suite, server);
        return new ServerAuthentication(suite.suite(), certificates, signatureScheme);
    }

    private ClientHelloBuilder hello(String serverName, List<Tls13Suite> suites) {
        return ClientHello.only(ProtocolVersion.TLS13, serverName)
                .with()
                .suites(suites.stream().map(Tls13Suite::suite).toList())
                .extension(ClientExtensions.supportedGroups(EphemeralKeys.GROUPS))
                .extension(ClientExtensions.keyShare(ephemeral.shares()));
    }

    private Result go(Optional<PreSharedKey> offered) throws IOException {
        return go(offered, Optional.empty());
    }

    private Result go(Optional<PreSharedKey> offered, Optional<ServerHello> retry) throws IOException {
        ServerHello chosen = chosen();
        Tls13Suite suite = suite(chosen);
        if (retry.isPresent() && retry.get().suite() != chosen.suite()) {
            throw new MalformedException("the ServerHello has another suite than the HelloRetryRequest: " + chosen);
        }
        Optional<PreSharedKey> psk =
                offered.filter(key -> chosen.extension(Extension.PRE_SHARED_KEY).isPresent());
        OctetString secret = handshakeSecret(suite, chosen, psk);
        OctetString client = suite.derive(secret, "c hs traffic", messages());
        OctetString server = suite.derive(secret, "s hs traffic", messages());
        incoming = Optional.of(new Tls13Protection(suite, server));
        flight(suite, server);
        OctetString main = suite.hmac(suite.derive(secret, "derived", OctetString.NONE), suite.noSecret());
        OctetString clientApplication = suite.derive(main, "c ap traffic", messages());
        OctetString serverApplication = suite.derive(main, "s ap traffic", messages());
        List<Extension> extensions = ServerMessages.encryptedExtensions(encryptedExtensions);
        boolean earlyDataTaken = extensions.stream().anyMatch(extension -> extension.type() == Extension.EARLY_DATA);
        if (earlyDataTaken && earlyKeys.isPresent()) {
            add(END_OF_EARLY_DATA);
            send(earlyKeys.get().seal(ContentType.HANDSHAKE, END_OF_EARLY_DATA));
        }
        answer(suite, client);
        return new Result(
                suite,
                new Tls13Protection(suite, serverApplication),
                new Tls13Protection(suite, clientApplication),
                suite.derive(main, "res master", messages()),
                extensions,
                psk.isPresent() ? Beginning.RESUMED : Beginning.FULL);
    }

    private OctetString handshakeSecret(Tls13Suite suite, ServerHello chosen, Optional<PreSharedKey> psk)
            throws MalformedException {
        OctetString shared = ephemeral.agree(ServerMessages.keyShare(
                chosen.extension(Extension.KEY_SHARE).map(Extension::data).orElse(OctetString.NONE)));
        OctetString early =
                suite.hmac(suite.noSecret(), psk.map(PreSharedKey::key).orElse(suite.noSecret()));
        return suite.hmac(suite.derive(early, "derived", OctetString.NONE), shared);
    }

    private ServerHello chosen() throws IOException {
        ServerHello hello = serverHello();
        if (!hello.isVersion(ProtocolVersion.TLS13) || hello.isRetryRequest()) {
            throw new MalformedException("expected TLS 1.3 with x25519 or secp256r1, got " + hello);
        }
        return hello;
    }

    /**
     * Reads the server's encrypted messages up to its Finished, whose MAC proves that both sides have the same keys.
     */
    private void flight(Tls13Suite suite, OctetString server) throws IOException {
        while (true) {
            OctetString before = messages();
            HandshakeMessage message = next();
            switch (message.type()) {
                case ENCRYPTED_EXTENSIONS -> encryptedExtensions = message.body();
                case CERTIFICATE_REQUEST -> certificateRequest = Optional.of(message.body());
                case CERTIFICATE -> certificates.addAll(ServerMessages.certificates(message.body()));
                case CERTIFICATE_VERIFY ->
                    signatureScheme = Optional.of(ServerMessages.signatureScheme(message.body()));
                case FINISHED -> {
                    if (!message.body().equals(suite.finished(server, before))) {
                        throw new MalformedException("the MAC of the server's Finished is wrong");
                    }
                    return;
                }
                default -> {
                    // CompressedCertificate was not offered, and other messages are of no use here.
                }
            }
        }
    }

    private void answer(Tls13Suite suite, OctetString client) throws MalformedException {
        Tls13Protection outgoing = new Tls13Protection(suite, client);
        OctetString sent = CHANGE_CIPHER_SPEC;
        if (certificateRequest.isPresent()) {
            OctetString certificate =
                    identity.map(ClientAuthentication::tls13Certificate).orElse(NO_CERTIFICATE);
            add(certificate);
            sent = sent.and(outgoing.seal(ContentType.HANDSHAKE, certificate));
        }
        if (certificateRequest.isPresent() && identity.isPresent()) {
            OctetString verify = identity.get()
                    .tls13Verify(
                            ServerMessages.tls13SignatureSchemes(certificateRequest.get()),
                            ClientAuthentication.tls13Content(suite.hash(messages())));
            add(verify);
            sent = sent.and(outgoing.seal(ContentType.HANDSHAKE, verify));
        }
        OctetString mac = sent(suite.finished(client, messages()));
        OctetString finished =
                OctetString.of(new byte[] {FINISHED, 0, 0, (byte) mac.length()}).and(mac);
        add(finished);
        send(sent.and(outgoing.seal(ContentType.HANDSHAKE, finished)));
    }

    @Override
    Optional<TlsRecord> open(TlsRecord record) throws IOException {
        if (record.type() == ContentType.CHANGE_CIPHER_SPEC.code()) {
            return Optional.empty();
        }
        TlsRecord plain = incoming.isPresent() && record.type() == ContentType.APPLICATION_DATA.code()
                ? incoming.get().open(record)
                : record;
        Optional<Alert> alert = alert(plain);
        if (alert.isPresent()) {
            throw new AlertException(alert.get());
        }
        return Optional.of(plain);
    }
}
