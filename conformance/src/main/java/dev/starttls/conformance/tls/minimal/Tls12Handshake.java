package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.ServerMessages;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** The client's side of one handshake of TLS 1.2 (RFC 5246 section 7.3), full or resumed. */
final class Tls12Handshake extends ClientHandshake {

    private static final OctetString CHANGE = OctetString.hex("01");
    private static final OctetString NO_CERTIFICATE = OctetString.hex("0b000003 000000");

    private static final int HELLO_REQUEST = 0;
    private static final int NEW_SESSION_TICKET = 4;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int SERVER_HELLO_DONE = 14;
    private static final int CLIENT_KEY_EXCHANGE = 16;

    private final Optional<ClientAuthentication> identity;
    private final EphemeralKeys ephemeral = new EphemeralKeys();
    /** The keys to which the server may change now; empty before they are derived. */
    private Optional<Tls12Keys> derived = Optional.empty();

    private Optional<Tls12Protection> incoming = Optional.empty();
    /** The keys of the session in which the handshake takes place; empty for the first on a connection. */
    private Optional<Tls12Keys> current = Optional.empty();

    private OctetString ticket = OctetString.NONE;

    Tls12Handshake(InputStream in, Consumer<OctetString> out) {
        this(in, out, Optional.empty());
    }

    /** A handshake that presents this certificate if the server asks for one. */
    Tls12Handshake(InputStream in, Consumer<OctetString> out, Optional<ClientAuthentication> identity) {
        super(in, out);
        this.identity = identity;
    }

    Tls12Handshake(InputStream in, Consumer<OctetString> out, ClientFinished kind) {
        super(in, out, kind);
        this.identity = Optional.empty();
    }

    /** A handshake inside a session with these keys (RFC 5246 section 7.4.1.1). */
    static Tls12Handshake inside(InputStream in, Consumer<OctetString> out, Tls12Keys current) {
        Tls12Handshake handshake = new Tls12Handshake(in, out);
        handshake.current = Optional.of(current);
        handshake.incoming = Optional.of(current.ofServer());
        return handshake;
    }

    /**
     * The result: the keys of both directions, and what was negotiated.
     *
     * @param verifyData the verify_data of the client's Finished
     */
    record Result(
            ServerHello chosen,
            Tls12Keys keys,
            Tls12Resumption resumption,
            OctetString verifyData,
            Beginning beginning) {}

    /** The ClientHello of a full handshake, to which extensions may be added or from which they may be removed. */
    static ClientHello hello(String serverName) {
        return ClientHello.only(ProtocolVersion.TLS12, serverName)
                .with()
                .suites(Tls12Suite.all())
                .extension(ClientExtensions.supportedGroups(EphemeralKeys.GROUPS))
                .build();
    }

    Result shake(ClientHello hello) throws IOException {
        if (current.isPresent()) {
            send(handshake(hello.message()));
        } else {
            send(hello);
        }
        ServerHello chosen = chosen();
        return full(hello, chosen, suite(chosen));
    }

    /** Offers to resume a session, which the server may decline. */
    Result resume(ClientHello hello, Tls12Resumption session) throws IOException {
        send(hello);
        ServerHello chosen = chosen();
        boolean resumed = !hello.sessionId().isEmpty() && chosen.sessionId().equals(hello.sessionId());
        return resumed ? abbreviated(hello, chosen, session) : full(hello, chosen, suite(chosen));
    }

    private ServerHello chosen() throws IOException {
        ServerHello hello = serverHello();
        if (!hello.isVersion(ProtocolVersion.TLS12)) {
            throw new MalformedException("expected TLS 1.2, got " + hello);
        }
        return hello;
    }

    private static Tls12Suite suite(ServerHello chosen) throws MalformedException {
        return Tls12Suite.offered(chosen.suite())
                .orElseThrow(() -> new MalformedException("the server chose a suite that was not offered"));
    }

    private Result full(ClientHello hello, ServerHello chosen, Tls12Suite suite) throws IOException {
        Optional<KeyShare> share = Optional.empty();
        Optional<OctetString> request = Optional.empty();
        HandshakeMessage message = next();
        while (message.type() != SERVER_HELLO_DONE) {
            switch (message.type()) {
                case SERVER_KEY_EXCHANGE -> share = Optional.of(ServerMessages.ecdheShare(message.body()));
                case CERTIFICATE_REQUEST -> request = Optional.of(message.body());
                default -> {
                    // Certificate and CertificateStatus: the identity of the server does not matter here.
                }
            }
            message = next();
        }
        KeyShare theirs = share.orElseThrow(() -> new MalformedException("expected a ServerKeyExchange, got none"));
        OctetString premaster = ephemeral.agree(theirs);
        OctetString sent = request.isPresent()
                ? handshake(identity.map(ClientAuthentication::tls12Certificate).orElse(NO_CERTIFICATE))
                : OctetString.NONE;
        OctetString point = ephemeral.share(theirs.group()).exchange();
        sent = sent.and(handshake(new HandshakeMessage(
                        CLIENT_KEY_EXCHANGE,
                        OctetString.of(new byte[] {(byte) point.length()}).and(point))
                .octets()));
        boolean extended = chosen.extension(Extension.EXTENDED_MASTER_SECRET).isPresent();
        OctetString master = extended
                ? suite.masterSecret(premaster, "extended master secret", suite.hash(messages()))
                : suite.masterSecret(premaster, "master secret", hello.random().and(chosen.random()));
        if (request.isPresent() && identity.isPresent()) {
            sent = sent.and(handshake(
                    identity.get().tls12Verify(ServerMessages.tls12SignatureSchemes(request.get()), messages())));
        }
        Tls12Keys keys = Tls12Keys.of(suite, master, hello, chosen);
        OctetString verifyData = suite.verifyData(master, "client finished", messages());
        send(sent.and(finished(keys, verifyData)));
        finished(suite, master, keys);
        Tls12Resumption resumption = new Tls12Resumption(suite, master, chosen.sessionId(), ticket);
        return new Result(chosen, keys, resumption, verifyData, Beginning.FULL);
    }

    private Result abbreviated(ClientHello hello, ServerHello chosen, Tls12Resumption session) throws IOException {
        if (chosen.suite() != session.suite().suite().code()) {
            throw new MalformedException("the server resumed the session, but with another suite");
        }
        Tls12Keys keys = Tls12Keys.of(session.suite(), session.master(), hello, chosen);
        finished(session.suite(), session.master(), keys);
        OctetString verifyData = session.suite().verifyData(session.master(), "client finished", messages());
        send(finished(keys, verifyData));
        return new Result(chosen, keys, session, verifyData, Beginning.RESUMED);
    }

    private OctetString finished(Tls12Keys keys, OctetString verifyData) throws MalformedException {
        OctetString finished = new HandshakeMessage(FINISHED, sent(verifyData)).octets();
        add(finished);
        OctetString change = current.map(
                        session -> session.ofClient().seal(ContentType.CHANGE_CIPHER_SPEC.code(), CHANGE))
                .orElse(CHANGE_CIPHER_SPEC);
        return change.and(keys.ofClient().seal(ContentType.HANDSHAKE.code(), finished));
    }

    /** Reads up to the server's Finished, whose verify_data proves that both sides have the same keys. */
    private void finished(Tls12Suite suite, OctetString master, Tls12Keys keys) throws IOException {
        derived = Optional.of(keys);
        while (true) {
            OctetString before = messages();
            HandshakeMessage message = next();
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

    private OctetString handshake(OctetString message) throws MalformedException {
        add(message);
        return current.map(session -> session.ofClient().seal(ContentType.HANDSHAKE.code(), message))
                .orElseGet(() ->
                        RecordSplitter.record(ContentType.HANDSHAKE.code(), ProtocolVersion.TLS12.code(), message));
    }

    /** Skips HelloRequest, which is not part of the handshake (RFC 5246 section 7.4.1.1). */
    @Override
    Optional<HandshakeMessage> assembled() throws MalformedException {
        Optional<HandshakeMessage> message = super.assembled();
        while (message.filter(one -> one.type() == HELLO_REQUEST).isPresent()) {
            message = super.assembled();
        }
        return message;
    }

    @Override
    Optional<TlsRecord> open(TlsRecord record) throws IOException {
        if (record.type() == ContentType.CHANGE_CIPHER_SPEC.code()) {
            if (current.isPresent()) {
                var unusedOctet = current.get().ofServer().open(record);
            }
            incoming = Optional.of(derived.orElseThrow(
                            () -> new MalformedException("a ChangeCipherSpec in the middle of the handshake"))
                    .ofServer());
            return Optional.empty();
        }
        TlsRecord plain = incoming.isPresent() ? incoming.get().open(record) : record;
        Optional<Alert> alert = alert(plain);
        // Inside a session no_renegotiation is a warning, after which no handshake follows.
        if (alert.filter(one -> !one.isWarning() || current.isPresent()).isPresent()) {
            throw new AlertException(alert.get());
        }
        return alert.isPresent() ? Optional.empty() : Optional.of(plain);
    }
}
