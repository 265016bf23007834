package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The client's side of one handshake of either version: its messages, which are read from records and kept in order,
 * because the keys are derived from all of them.
 */
abstract class ClientHandshake {

    static final OctetString CHANGE_CIPHER_SPEC = RecordSplitter.record(
            ContentType.CHANGE_CIPHER_SPEC.code(), ProtocolVersion.TLS12.code(), OctetString.hex("01"));

    static final int CERTIFICATE_REQUEST = 13;
    static final int FINISHED = 20;
    private static final int SERVER_HELLO = 2;

    /** A flight with a long chain has some 20 KiB in a few records; a server that sends more than these is not read. */
    private static final int MAX_RECORDS = 1024;

    private static final int MAX_OCTETS = 1 << 18;

    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private final InputStream in;
    private final Consumer<OctetString> out;
    private OctetString messages = OctetString.NONE;

    private final ClientFinished kind;

    ClientHandshake(InputStream in, Consumer<OctetString> out) {
        this(in, out, ClientFinished.RIGHT);
    }

    ClientHandshake(InputStream in, Consumer<OctetString> out, ClientFinished kind) {
        this.in = in;
        this.out = out;
        this.kind = kind;
    }

    /** The client's Finished: as it must be, or with one bit flipped, which the server has to notice. */
    enum ClientFinished {
        RIGHT,
        SPOILT
    }

    /** What the client sends as the MAC of its Finished. */
    final OctetString sent(OctetString mac) {
        return kind == ClientFinished.RIGHT ? mac : mac.flipped(0, 1);
    }

    /** Whether a handshake was full or resumed a session. */
    enum Beginning {
        FULL,
        RESUMED
    }

    /** The plaintext of a record; empty if the handshake ignores the record. */
    abstract Optional<TlsRecord> open(TlsRecord record) throws IOException;

    final void send(ClientHello hello) throws MalformedException {
        add(hello.message());
        send(RecordSplitter.joined(
                RecordSplitter.handshake(ProtocolVersion.TLS10.code(), hello.message(), RecordSplitter.MAX_PLAINTEXT)));
    }

    final void send(OctetString records) {
        out.accept(records);
    }

    final ServerHello serverHello() throws IOException {
        HandshakeMessage message = next();
        if (message.type() != SERVER_HELLO) {
            throw new MalformedException("expected a ServerHello, got a message of type " + message.type());
        }
        return ServerHello.parse(message.body());
    }

    /** The server's next message. */
    final HandshakeMessage next() throws IOException {
        Optional<HandshakeMessage> message = assembled();
        for (int records = 0; message.isEmpty(); records++) {
            if (records > MAX_RECORDS) {
                throw new MalformedException("a handshake of more than " + MAX_RECORDS + " records");
            }
            Optional<TlsRecord> plain = open(TlsRecord.read(in));
            if (plain.isPresent()) {
                take(plain.get());
            }
            message = assembled();
        }
        add(message.get().octets());
        return message.get();
    }

    /** The next complete message in the records so far. */
    Optional<HandshakeMessage> assembled() throws MalformedException {
        return assembler.next();
    }

    private void take(TlsRecord plain) throws MalformedException {
        if (plain.type() != ContentType.HANDSHAKE.code()) {
            throw new MalformedException("expected a handshake message, got a record of type " + plain.type());
        }
        assembler.add(plain.content());
    }

    /** The alert in a record; empty if it is another record. */
    static Optional<Alert> alert(TlsRecord plain) {
        return plain.type() == ContentType.ALERT.code() && plain.content().length() == 2
                ? Optional.of(new Alert(plain.content().at(0), plain.content().at(1)))
                : Optional.empty();
    }

    /** Adds a message that the client sends. */
    final void add(OctetString message) throws MalformedException {
        if (messages.length() > MAX_OCTETS) {
            throw new MalformedException("a handshake of more than " + MAX_OCTETS + " octets");
        }
        messages = messages.and(message);
    }

    /** Replaces all messages so far, as a HelloRetryRequest does (RFC 8446 section 4.4.1). */
    final void restart(OctetString instead) {
        messages = instead;
    }

    /** All messages so far, of both sides. */
    final OctetString messages() {
        return messages;
    }
}
