package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientHelloBuilder;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.ServerMessages;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The client's side of a handshake of TLS 1.3 (RFC 8446 section 2), full or resumed, up to the session's keys. */
final class Tls13Handshake extends ClientHandshake {

    private static final OctetString NO_CERTIFICATE = OctetString.hex("0b000004 00000000");

    /** EndOfEarlyData, sent with the early traffic keys if the server accepted early data (RFC 8446 section 4.5). */
    private static final OctetString END_OF_EARLY_DATA = OctetString.hex("05000000");

    private static final int ENCRYPTED_EXTENSIONS = 8;
    /** The octets of the two lengths before one binder: of the list, and of the binder itself. */
    private static final int BINDERS_HEADER = 3;

    private final EphemeralKeys ephemeral = new EphemeralKeys();
    private Optional<Tls13Protection> incoming = Optional.empty();
    private OctetString encryptedExtensions = OctetString.NONE;
    private boolean certificateWanted;
    private Optional<Tls13Protection> earlyKeys = Optional.empty();

    Tls13Handshake(InputStream in, Consumer<OctetString> out) {
        super(in, out);
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

    /** A full handshake. */
    Result shake(String serverName) throws IOException {
        ClientHello hello =
                hello(serverName, Arrays.asList(Tls13Suite.values())).build();
        send(hello);
        return go(Optional.empty());
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

    private ClientHelloBuilder hello(String serverName, List<Tls13Suite> suites) {
        return ClientHello.only(ProtocolVersion.TLS13, serverName)
                .with()
                .suites(suites.stream().map(Tls13Suite::suite).toList())
                .extension(ClientExtensions.supportedGroups(EphemeralKeys.GROUPS))
                .extension(ClientExtensions.keyShare(ephemeral.shares()));
    }

    private Result go(Optional<PreSharedKey> offered) throws IOException {
        ServerHello chosen = chosen();
        Tls13Suite suite = Tls13Suite.of(chosen.suite())
                .orElseThrow(() -> new MalformedException("the server chose a suite that was not offered"));
        OctetString shared = ephemeral.agree(ServerMessages.keyShare(
                chosen.extension(Extension.KEY_SHARE).map(Extension::data).orElse(OctetString.NONE)));
        Optional<PreSharedKey> psk =
                offered.filter(key -> chosen.extension(Extension.PRE_SHARED_KEY).isPresent());
        OctetString early =
                suite.hmac(suite.noSecret(), psk.map(PreSharedKey::key).orElse(suite.noSecret()));
        OctetString secret = suite.hmac(suite.derive(early, "derived", OctetString.NONE), shared);
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
                case CERTIFICATE_REQUEST -> certificateWanted = true;
                case FINISHED -> {
                    if (!message.body().equals(suite.finished(server, before))) {
                        throw new MalformedException("the MAC of the server's Finished is wrong");
                    }
                    return;
                }
                default -> {
                    // Certificate and CertificateVerify: the identity of the server does not matter here.
                }
            }
        }
    }

    private void answer(Tls13Suite suite, OctetString client) throws MalformedException {
        Tls13Protection outgoing = new Tls13Protection(suite, client);
        OctetString sent = CHANGE_CIPHER_SPEC;
        if (certificateWanted) {
            add(NO_CERTIFICATE);
            sent = sent.and(outgoing.seal(ContentType.HANDSHAKE, NO_CERTIFICATE));
        }
        OctetString mac = suite.finished(client, messages());
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
