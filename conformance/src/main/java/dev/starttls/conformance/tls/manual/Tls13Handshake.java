package dev.starttls.conformance.tls.manual;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientHelloBuilder;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.Octets;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordCutter;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.ServerMessages;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The client's side of one handshake of TLS 1.3 (RFC 8446 section 2), full or resumed, up to the keys of the session. */
final class Tls13Handshake {

    private static final Octets CHANGE_CIPHER_SPEC =
            RecordCutter.record(ContentType.CHANGE_CIPHER_SPEC.code(), ProtocolVersion.TLS12.code(), Octets.hex("01"));
    private static final Octets NO_CERTIFICATE = Octets.hex("0b000004 00000000");

    /** EndOfEarlyData, sent with the early traffic keys if the server accepted early data (RFC 8446 section 4.5). */
    private static final Octets END_OF_EARLY_DATA = Octets.hex("05000000");

    private static final int SERVER_HELLO = 2;
    private static final int ENCRYPTED_EXTENSIONS = 8;
    private static final int CERTIFICATE_REQUEST = 13;
    private static final int FINISHED = 20;
    /** The octets of the two lengths before one binder: of the list, and of the binder itself. */
    private static final int BINDERS_HEADER = 3;

    private static final int MAX_RECORDS = 1024;
    private static final int MAX_OCTETS = 1 << 18;

    private final Ephemeral ephemeral = new Ephemeral();
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private final InputStream in;
    private final Consumer<Octets> out;
    private Octets messages = Octets.NONE;
    private Optional<Tls13Protection> incoming = Optional.empty();
    private Octets encryptedExtensions = Octets.NONE;
    private boolean certificateWanted;
    private Optional<Tls13Protection> earlyKeys = Optional.empty();

    Tls13Handshake(InputStream in, Consumer<Octets> out) {
        this.in = in;
        this.out = out;
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
            Octets resumption,
            List<Extension> encryptedExtensions,
            Beginning beginning) {}

    /** Whether a handshake was full or resumed a session. */
    enum Beginning {
        FULL,
        RESUMED
    }

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
    Result resume(String serverName, PreSharedKey psk, Octets earlyData) throws IOException {
        ClientHelloBuilder builder = hello(serverName, List.of(psk.suite()));
        if (!earlyData.isEmpty()) {
            builder.extension(ClientExtensions.earlyData());
        }
        long age = psk.obfuscatedAge();
        Octets blank = psk.suite().noSecret();
        Octets unproven = builder.extension(ClientExtensions.preSharedKey(psk.identity(), age, blank))
                .build()
                .message();
        Octets truncated = unproven.slice(0, unproven.length() - BINDERS_HEADER - blank.length());
        Octets binder = psk.suite().binder(psk.key(), truncated);
        send(builder.extension(ClientExtensions.preSharedKey(psk.identity(), age, binder))
                .build());
        if (!earlyData.isEmpty()) {
            Octets secret = psk.suite().derive(psk.suite().hmac(blank, psk.key()), "c e traffic", messages);
            earlyKeys = Optional.of(new Tls13Protection(psk.suite(), secret));
            out.accept(CHANGE_CIPHER_SPEC.and(earlyKeys.get().seal(ContentType.APPLICATION_DATA, earlyData)));
        }
        return go(Optional.of(psk));
    }

    private ClientHelloBuilder hello(String serverName, List<Tls13Suite> suites) {
        return ClientHello.only(ProtocolVersion.TLS13, serverName)
                .with()
                .suites(suites.stream().map(Tls13Suite::suite).toList())
                .extension(ClientExtensions.supportedGroups(Ephemeral.GROUPS))
                .extension(ClientExtensions.keyShare(ephemeral.shares()));
    }

    private void send(ClientHello hello) throws MalformedException {
        add(hello.message());
        out.accept(RecordCutter.joined(
                RecordCutter.handshake(ProtocolVersion.TLS10.code(), hello.message(), RecordCutter.GREATEST)));
    }

    private Result go(Optional<PreSharedKey> offered) throws IOException {
        ServerHello chosen = serverHello();
        Tls13Suite suite = Tls13Suite.of(chosen.suite())
                .orElseThrow(() -> new MalformedException("the server chose a suite that was not offered"));
        Octets shared = ephemeral.agree(ServerMessages.keyShare(
                chosen.extension(Extension.KEY_SHARE).map(Extension::data).orElse(Octets.NONE)));
        Optional<PreSharedKey> psk =
                offered.filter(key -> chosen.extension(Extension.PRE_SHARED_KEY).isPresent());
        Octets early = suite.hmac(suite.noSecret(), psk.map(PreSharedKey::key).orElse(suite.noSecret()));
        Octets secret = suite.hmac(suite.derive(early, "derived", Octets.NONE), shared);
        Octets client = suite.derive(secret, "c hs traffic", messages);
        Octets server = suite.derive(secret, "s hs traffic", messages);
        incoming = Optional.of(new Tls13Protection(suite, server));
        flight(suite, server);
        Octets main = suite.hmac(suite.derive(secret, "derived", Octets.NONE), suite.noSecret());
        Octets clientApplication = suite.derive(main, "c ap traffic", messages);
        Octets serverApplication = suite.derive(main, "s ap traffic", messages);
        List<Extension> extensions = ServerMessages.encryptedExtensions(encryptedExtensions);
        boolean earlyDataTaken = extensions.stream().anyMatch(extension -> extension.type() == Extension.EARLY_DATA);
        if (earlyDataTaken && earlyKeys.isPresent()) {
            add(END_OF_EARLY_DATA);
            out.accept(earlyKeys.get().seal(ContentType.HANDSHAKE, END_OF_EARLY_DATA));
        }
        answer(suite, client);
        return new Result(
                suite,
                new Tls13Protection(suite, serverApplication),
                new Tls13Protection(suite, clientApplication),
                suite.derive(main, "res master", messages),
                extensions,
                psk.isPresent() ? Beginning.RESUMED : Beginning.FULL);
    }

    private ServerHello serverHello() throws IOException {
        HandshakeMessage message = next();
        if (message.type() != SERVER_HELLO) {
            throw new MalformedException("expected a ServerHello, got a message of type " + message.type());
        }
        ServerHello hello = ServerHello.parse(message.body());
        if (!hello.isVersion(ProtocolVersion.TLS13) || hello.isRetryRequest()) {
            throw new MalformedException("expected TLS 1.3 with x25519 or secp256r1, got " + hello);
        }
        return hello;
    }

    /**
     * Reads the server's encrypted messages up to its Finished, whose MAC proves that both sides have the same keys.
     */
    private void flight(Tls13Suite suite, Octets server) throws IOException {
        while (true) {
            Octets before = messages;
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

    private void answer(Tls13Suite suite, Octets client) throws MalformedException {
        Tls13Protection outgoing = new Tls13Protection(suite, client);
        Octets sent = CHANGE_CIPHER_SPEC;
        if (certificateWanted) {
            add(NO_CERTIFICATE);
            sent = sent.and(outgoing.seal(ContentType.HANDSHAKE, NO_CERTIFICATE));
        }
        Octets mac = suite.finished(client, messages);
        Octets finished =
                Octets.of(new byte[] {FINISHED, 0, 0, (byte) mac.length()}).and(mac);
        add(finished);
        out.accept(sent.and(outgoing.seal(ContentType.HANDSHAKE, finished)));
    }

    private HandshakeMessage next() throws IOException {
        Optional<HandshakeMessage> message = assembler.next();
        for (int records = 0; message.isEmpty(); records++) {
            if (records > MAX_RECORDS) {
                throw new MalformedException("a handshake of more than " + MAX_RECORDS + " records");
            }
            TlsRecord record = TlsRecord.read(in);
            if (record.type() == ContentType.CHANGE_CIPHER_SPEC.code()) {
                continue;
            }
            TlsRecord plain = incoming.isPresent() && record.type() == ContentType.APPLICATION_DATA.code()
                    ? incoming.get().open(record)
                    : record;
            if (plain.type() == ContentType.ALERT.code() && plain.content().length() == 2) {
                throw new AlertException(
                        new Alert(plain.content().at(0), plain.content().at(1)));
            }
            if (plain.type() != ContentType.HANDSHAKE.code()) {
                throw new MalformedException("expected a handshake message, got a record of type " + plain.type());
            }
            assembler.add(plain.content());
            message = assembler.next();
        }
        add(message.get().octets());
        return message.get();
    }

    private void add(Octets message) throws MalformedException {
        if (messages.length() > MAX_OCTETS) {
            throw new MalformedException("a handshake of more than " + MAX_OCTETS + " octets");
        }
        messages = messages.and(message);
    }
}
