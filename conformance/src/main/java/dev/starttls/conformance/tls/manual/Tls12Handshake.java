package dev.starttls.conformance.tls.manual;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.Octets;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordCutter;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.ServerMessages;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** The client's side of one handshake of TLS 1.2 (RFC 5246 section 7.3), full or resumed. */
final class Tls12Handshake {

    private static final Octets CHANGE_CIPHER_SPEC =
            RecordCutter.record(ContentType.CHANGE_CIPHER_SPEC.code(), ProtocolVersion.TLS12.code(), Octets.hex("01"));
    private static final Octets NO_CERTIFICATE = Octets.hex("0b000003 000000");

    private static final int HELLO_REQUEST = 0;
    private static final int SERVER_HELLO = 2;
    private static final int NEW_SESSION_TICKET = 4;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int CERTIFICATE_REQUEST = 13;
    private static final int SERVER_HELLO_DONE = 14;
    private static final int CLIENT_KEY_EXCHANGE = 16;
    private static final int FINISHED = 20;
    private static final int MAX_RECORDS = 1024;
    private static final int MAX_OCTETS = 1 << 18;

    private final Ephemeral ephemeral = new Ephemeral();
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private final InputStream in;
    private final Consumer<Octets> out;
    private Octets messages = Octets.NONE;
    private Optional<Tls12Protection> incoming = Optional.empty();
    private Octets ticket = Octets.NONE;

    Tls12Handshake(InputStream in, Consumer<Octets> out) {
        this.in = in;
        this.out = out;
    }

    /**
     * The result: the keys of both directions, and what was negotiated.
     *
     * @param verifyData the verify_data of the client's Finished
     */
    record Result(
            ServerHello chosen,
            Keys keys,
            Tls12Resumption resumption,
            Octets verifyData,
            Tls13Handshake.Beginning beginning) {}

    /** The keys of both directions. */
    record Keys(Tls12Protection incoming, Tls12Protection outgoing) {
        static Keys of(Tls12Suite suite, Octets master, ClientHello hello, ServerHello chosen) {
            int key = suite.keyLength();
            int length = 2 * (key + Tls12Protection.SALT);
            Octets block = suite.expand(master, "key expansion", chosen.random().and(hello.random()), length);
            int salts = 2 * key;
            return new Keys(
                    new Tls12Protection(block.slice(key, salts), block.slice(salts + Tls12Protection.SALT, length)),
                    new Tls12Protection(block.slice(0, key), block.slice(salts, salts + Tls12Protection.SALT)));
        }
    }

    /** The ClientHello of a full handshake, to which extensions may be added or from which they may be removed. */
    static ClientHello hello(String serverName) {
        return ClientHello.only(ProtocolVersion.TLS12, serverName)
                .with()
                .suites(Tls12Suite.all())
                .extension(ClientExtensions.supportedGroups(Ephemeral.GROUPS))
                .build();
    }

    Result shake(ClientHello hello) throws IOException {
        send(hello);
        ServerHello chosen = serverHello();
        return full(hello, chosen, suite(chosen));
    }

    /** Offers to resume a session, which the server may decline. */
    Result resume(ClientHello hello, Tls12Resumption session) throws IOException {
        send(hello);
        ServerHello chosen = serverHello();
        boolean resumed = !hello.sessionId().isEmpty() && chosen.sessionId().equals(hello.sessionId());
        return resumed ? abbreviated(hello, chosen, session) : full(hello, chosen, suite(chosen));
    }

    private void send(ClientHello hello) throws MalformedException {
        add(hello.message());
        out.accept(RecordCutter.joined(
                RecordCutter.handshake(ProtocolVersion.TLS10.code(), hello.message(), RecordCutter.GREATEST)));
    }

    private ServerHello serverHello() throws IOException {
        HandshakeMessage message = next();
        if (message.type() != SERVER_HELLO) {
            throw new MalformedException("expected a ServerHello, got a message of type " + message.type());
        }
        ServerHello hello = ServerHello.parse(message.body());
        if (!hello.isVersion(ProtocolVersion.TLS12)) {
            throw new MalformedException("expected TLS 1.2, got " + hello);
        }
        return hello;
    }

    private static Tls12Suite suite(ServerHello chosen) throws MalformedException {
        return Tls12Suite.of(chosen.suite())
                .orElseThrow(() -> new MalformedException("the server chose a suite that was not offered"));
    }

    private Result full(ClientHello hello, ServerHello chosen, Tls12Suite suite) throws IOException {
        Optional<KeyShare> share = Optional.empty();
        boolean certificateWanted = false;
        HandshakeMessage message = next();
        while (message.type() != SERVER_HELLO_DONE) {
            switch (message.type()) {
                case SERVER_KEY_EXCHANGE -> share = Optional.of(ServerMessages.ecdheShare(message.body()));
                case CERTIFICATE_REQUEST -> certificateWanted = true;
                default -> {
                    // Certificate and CertificateStatus: the identity of the server does not matter here.
                }
            }
            message = next();
        }
        KeyShare theirs = share.orElseThrow(() -> new MalformedException("expected a ServerKeyExchange, got none"));
        Octets premaster = ephemeral.agree(theirs);
        Octets sent = certificateWanted ? handshake(NO_CERTIFICATE) : Octets.NONE;
        Octets point = ephemeral.share(theirs.group()).exchange();
        sent = sent.and(handshake(new HandshakeMessage(
                        CLIENT_KEY_EXCHANGE,
                        Octets.of(new byte[] {(byte) point.length()}).and(point))
                .octets()));
        boolean extended = chosen.extension(Extension.EXTENDED_MASTER_SECRET).isPresent();
        Octets master = extended
                ? suite.masterSecret(premaster, "extended master secret", suite.hash(messages))
                : suite.masterSecret(premaster, "master secret", hello.random().and(chosen.random()));
        Keys keys = Keys.of(suite, master, hello, chosen);
        Octets verifyData = suite.verifyData(master, "client finished", messages);
        out.accept(sent.and(finished(keys, verifyData)));
        finished(suite, master, keys);
        Tls12Resumption resumption = new Tls12Resumption(suite, master, chosen.sessionId(), ticket);
        return new Result(chosen, keys, resumption, verifyData, Tls13Handshake.Beginning.FULL);
    }

    private Result abbreviated(ClientHello hello, ServerHello chosen, Tls12Resumption session) throws IOException {
        if (chosen.suite() != session.suite().suite().code()) {
            throw new MalformedException("the server resumed the session, but with another suite");
        }
        Keys keys = Keys.of(session.suite(), session.master(), hello, chosen);
        finished(session.suite(), session.master(), keys);
        Octets verifyData = session.suite().verifyData(session.master(), "client finished", messages);
        out.accept(finished(keys, verifyData));
        return new Result(chosen, keys, session, verifyData, Tls13Handshake.Beginning.RESUMED);
    }

    private Octets finished(Keys keys, Octets verifyData) throws MalformedException {
        Octets finished = new HandshakeMessage(FINISHED, verifyData).octets();
        add(finished);
        return CHANGE_CIPHER_SPEC.and(keys.outgoing().seal(ContentType.HANDSHAKE.code(), finished));
    }

    /** Reads up to the server's Finished, whose verify_data proves that both sides have the same keys. */
    private void finished(Tls12Suite suite, Octets master, Keys keys) throws IOException {
        while (true) {
            Octets before = messages;
            HandshakeMessage message = next(keys);
            switch (message.type()) {
                case NEW_SESSION_TICKET -> ticket = ServerMessages.olderTicket(message.body());
                case FINISHED -> {
                    if (!message.body().equals(suite.verifyData(master, "server finished", before))) {
                        throw new MalformedException("the verify_data of the server's Finished is wrong");
                    }
                    return;
                }
                default -> throw new MalformedException("expected a Finished, got a message of type " + message.type());
            }
        }
    }

    private Octets handshake(Octets message) throws MalformedException {
        add(message);
        return RecordCutter.record(ContentType.HANDSHAKE.code(), ProtocolVersion.TLS12.code(), message);
    }

    private HandshakeMessage next() throws IOException {
        return next(Optional.empty());
    }

    /** The same at a point where the server may change to encryption. */
    private HandshakeMessage next(Keys keys) throws IOException {
        return next(Optional.of(keys));
    }

    private HandshakeMessage next(Optional<Keys> keys) throws IOException {
        Optional<HandshakeMessage> message = assembled();
        for (int records = 0; message.isEmpty(); records++) {
            if (records > MAX_RECORDS) {
                throw new MalformedException("a handshake of more than " + MAX_RECORDS + " records");
            }
            take(TlsRecord.read(in), keys);
            message = assembled();
        }
        add(message.get().octets());
        return message.get();
    }

    /** Skips HelloRequest, which is not part of the handshake (RFC 5246 section 7.4.1.1). */
    private Optional<HandshakeMessage> assembled() throws MalformedException {
        Optional<HandshakeMessage> message = assembler.next();
        while (message.filter(one -> one.type() == HELLO_REQUEST).isPresent()) {
            message = assembler.next();
        }
        return message;
    }

    private void take(TlsRecord record, Optional<Keys> keys) throws IOException {
        if (record.type() == ContentType.CHANGE_CIPHER_SPEC.code()) {
            incoming = Optional.of(
                    keys.orElseThrow(() -> new MalformedException("a ChangeCipherSpec in the middle of the handshake"))
                            .incoming());
            return;
        }
        TlsRecord plain = incoming.isPresent() ? incoming.get().open(record) : record;
        if (plain.type() == ContentType.ALERT.code() && plain.content().length() == 2) {
            Alert alert = new Alert(plain.content().at(0), plain.content().at(1));
            if (!alert.isWarning()) {
                throw new AlertException(alert);
            }
            return;
        }
        if (plain.type() != ContentType.HANDSHAKE.code()) {
            throw new MalformedException("expected a handshake message, got a record of type " + plain.type());
        }
        assembler.add(plain.content());
    }

    private void add(Octets message) throws MalformedException {
        if (messages.length() > MAX_OCTETS) {
            throw new MalformedException("a handshake of more than " + MAX_OCTETS + " octets");
        }
        messages = messages.and(message);
    }
}
