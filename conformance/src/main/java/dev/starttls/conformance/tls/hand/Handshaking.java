package dev.starttls.conformance.tls.hand;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.Extensions;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.Octets;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordCutter;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The client's side of one full handshake (RFC 8446 section 2), up to the keys of the session. */
final class Handshaking {

    private static final Octets CHANGE_CIPHER_SPEC =
            RecordCutter.record(ContentType.CHANGE_CIPHER_SPEC.code(), ProtocolVersion.TLS12.code(), Octets.hex("01"));
    private static final Octets NO_CERTIFICATE = Octets.hex("0b000004 00000000");

    private static final int SERVER_HELLO = 2;
    private static final int ENCRYPTED_EXTENSIONS = 8;
    private static final int CERTIFICATE_REQUEST = 13;
    private static final int FINISHED = 20;
    private static final int MOST_RECORDS = 1024;
    private static final int MOST_OCTETS = 1 << 18;

    private final Ephemeral ephemeral = new Ephemeral();
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private final InputStream in;
    private final Consumer<Octets> out;
    private Octets messages = Octets.NONE;
    private Optional<Protection> incoming = Optional.empty();
    private Octets encryptedExtensions = Octets.NONE;
    private boolean certificateWanted;

    Handshaking(InputStream in, Consumer<Octets> out) {
        this.in = in;
        this.out = out;
    }

    /** The keys that both sides go on with, and what was learned on the way. */
    record Result(HashSuite suite, Protection incoming, Protection outgoing, Octets encryptedExtensions) {}

    Result shake(String serverName) throws IOException {
        ClientHello hello = ClientHello.only(ProtocolVersion.TLS13, serverName)
                .with()
                .suites(Arrays.stream(HashSuite.values()).map(HashSuite::suite).toList())
                .extension(Extensions.keyShare(List.of(ephemeral.share())))
                .build();
        add(hello.message());
        out.accept(RecordCutter.joined(
                RecordCutter.handshake(ProtocolVersion.TLS10.code(), hello.message(), RecordCutter.GREATEST)));
        ServerHello chosen = serverHello();
        HashSuite suite = HashSuite.of(chosen.suite())
                .orElseThrow(() -> new MalformedException("the server chose a suite that was not offered"));
        Octets shared = ephemeral.agree(
                chosen.extension(Extension.KEY_SHARE).map(Extension::data).orElse(Octets.NONE));
        Octets early = suite.hmac(suite.noSecret(), suite.noSecret());
        Octets secret = suite.hmac(suite.derive(early, "derived", Octets.NONE), shared);
        Octets client = suite.derive(secret, "c hs traffic", messages);
        Octets server = suite.derive(secret, "s hs traffic", messages);
        incoming = Optional.of(new Protection(suite, server));
        flight(suite, server);
        Octets main = suite.hmac(suite.derive(secret, "derived", Octets.NONE), suite.noSecret());
        Octets clientApplication = suite.derive(main, "c ap traffic", messages);
        Octets serverApplication = suite.derive(main, "s ap traffic", messages);
        answer(suite, client);
        return new Result(
                suite,
                new Protection(suite, serverApplication),
                new Protection(suite, clientApplication),
                encryptedExtensions);
    }

    private ServerHello serverHello() throws IOException {
        HandshakeMessage message = next();
        if (message.type() != SERVER_HELLO) {
            throw new MalformedException("a ServerHello expected, got a message of type " + message.type());
        }
        ServerHello hello = ServerHello.parse(message.body());
        if (!hello.isVersion(ProtocolVersion.TLS13) || hello.isRetryRequest()) {
            throw new MalformedException("TLS 1.3 with x25519 expected, got " + hello);
        }
        return hello;
    }

    /** The server's encrypted messages up to its Finished, whose MAC proves that both have the same keys. */
    private void flight(HashSuite suite, Octets server) throws IOException {
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
                    // Certificate and CertificateVerify: who the server is does not matter here.
                }
            }
        }
    }

    private void answer(HashSuite suite, Octets client) throws MalformedException {
        Protection outgoing = new Protection(suite, client);
        Octets sent = CHANGE_CIPHER_SPEC;
        if (certificateWanted) {
            add(NO_CERTIFICATE);
            sent = sent.and(outgoing.seal(ContentType.HANDSHAKE, NO_CERTIFICATE));
        }
        Octets mac = suite.finished(client, messages);
        Octets finished =
                Octets.of(new byte[] {FINISHED, 0, 0, (byte) mac.length()}).and(mac);
        out.accept(sent.and(outgoing.seal(ContentType.HANDSHAKE, finished)));
    }

    private HandshakeMessage next() throws IOException {
        Optional<HandshakeMessage> message = assembler.next();
        for (int records = 0; message.isEmpty(); records++) {
            if (records > MOST_RECORDS) {
                throw new MalformedException("a handshake of more than " + MOST_RECORDS + " records");
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
                throw new MalformedException("a handshake message expected, got a record of type " + plain.type());
            }
            assembler.add(plain.content());
            message = assembler.next();
        }
        add(message.get().octets());
        return message.get();
    }

    private void add(Octets message) throws MalformedException {
        if (messages.length() > MOST_OCTETS) {
            throw new MalformedException("a handshake of more than " + MOST_OCTETS + " octets");
        }
        messages = messages.and(message);
    }
}
