package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.minimal.server.ClientReaction.Ending;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;

/**
 * The records of one connection in both directions, with the protection that applies at the moment. What the client
 * does other than continue ends a read with a {@link ReactionException}.
 */
final class ServerRecords {

    /** A ClientHello in records of one octet, with post-quantum shares, has some 2,000. */
    private static final int MAX_RECORDS = 1 << 14;

    private static final OctetString CHANGE = OctetString.hex("01");
    private static final int USER_CANCELED = 90;

    /** Encrypts. */
    interface Sealer {
        OctetString seal(ContentType type, OctetString content);
    }

    /** Decrypts. */
    interface Opener {
        TlsRecord open(TlsRecord record) throws MalformedException;
    }

    private final InputStream in;
    private final OutputStream out;
    private final int fragment;
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private final ByteArrayOutputStream flight = new ByteArrayOutputStream();
    private Sealer sealer =
            (type, content) -> RecordSplitter.record(type.code(), ProtocolVersion.TLS12.code(), content);
    private Opener opener = record -> record;
    private HandshakePoint point = HandshakePoint.CLIENT_HELLO;
    private boolean unwritable;
    private boolean isChangeIgnored;

    ServerRecords(InputStream in, OutputStream out, TlsDeviation deviation) {
        this.in = in;
        this.out = out;
        this.fragment = deviation == TlsDeviation.ONE_OCTET_RECORDS ? 1 : RecordSplitter.MAX_PLAINTEXT;
    }

    HandshakePoint point() {
        return point;
    }

    void reach(HandshakePoint next) {
        point = next;
    }

    /** Ignores ChangeCipherSpec, which TLS 1.3 has only for middleboxes (RFC 8446 appendix D.4). */
    void ignoreChangeCipherSpec() {
        isChangeIgnored = true;
    }

    /** Encrypts what is sent from now on. */
    void sealWith(Sealer next) {
        sealer = next;
    }

    /** Decrypts what comes from now on. */
    void openWith(Opener next) {
        opener = next;
    }

    /** Adds content to the flight, in as many records as it takes. */
    void add(ContentType type, OctetString content) {
        for (int from = 0; from < content.length(); from += fragment) {
            addRecord(type, content.slice(from, Math.min(from + fragment, content.length())));
        }
    }

    /** Adds exactly one record to the flight, of any length. */
    void addRecord(ContentType type, OctetString content) {
        addRaw(sealer.seal(type, content));
    }

    /** Adds a record whose last octet has one bit flipped; in an encrypted one it belongs to the tag. */
    void addFlipped(ContentType type, OctetString content) {
        OctetString record = sealer.seal(type, content);
        addRaw(record.flipped(record.length() - 1, 1));
    }

    private void addRaw(OctetString octets) {
        flight.writeBytes(octets.array());
    }

    void addChangeCipherSpec() {
        addRaw(RecordSplitter.record(ContentType.CHANGE_CIPHER_SPEC.code(), ProtocolVersion.TLS12.code(), CHANGE));
    }

    /**
     * Sends the flight in one piece. A client that closed the connection may have sent an alert before, so that it is
     * the next read that says what happened.
     */
    void flush() throws IOException {
        byte[] octets = flight.toByteArray();
        flight.reset();
        try {
            if (!unwritable) {
                out.write(octets);
                out.flush();
            }
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            unwritable = true;
        }
    }

    /** The next handshake message of the client. */
    HandshakeMessage next() throws IOException {
        Optional<HandshakeMessage> message = assembled();
        for (int records = 0; message.isEmpty(); records++) {
            if (records > MAX_RECORDS) {
                throw malformed("a handshake message in more than " + MAX_RECORDS + " records");
            }
            TlsRecord record = read();
            if (record.type() != ContentType.HANDSHAKE.code()) {
                throw malformed("expected a handshake message, got a record of type " + record.type());
            }
            assembler.add(record.content());
            message = assembled();
        }
        return message.get();
    }

    /** The next complete message in what was read. */
    Optional<HandshakeMessage> assembled() throws IOException {
        try {
            return assembler.next();
        } catch (MalformedException e) {
            throw malformed(e.getMessage());
        }
    }

    /** Adds handshake content that came in the session. */
    void assemble(OctetString content) {
        assembler.add(content);
    }

    /** The next record, decrypted, which is not an alert. */
    TlsRecord read() throws IOException {
        for (int records = 0; records < MAX_RECORDS; records++) {
            TlsRecord plain = opened(received());
            if (plain.type() == ContentType.ALERT.code()) {
                alert(plain);
            } else if (plain.type() != ContentType.CHANGE_CIPHER_SPEC.code() || !isChangeIgnored) {
                return plain;
            }
        }
        throw malformed("more than " + MAX_RECORDS + " alerts and ChangeCipherSpecs");
    }

    private TlsRecord opened(TlsRecord record) throws IOException {
        try {
            return opener.open(record);
        } catch (MalformedException e) {
            throw malformed(e.getMessage());
        }
    }

    private void alert(TlsRecord plain) throws IOException {
        Alert alert;
        try {
            alert = Alert.parse(plain.content());
        } catch (MalformedException e) {
            throw malformed(e.getMessage());
        }
        if (alert.description() == Alert.CLOSE_NOTIFY) {
            throw new ReactionException(new ClientReaction.Closed(Ending.CLOSE_NOTIFY, point));
        }
        // A client that gives up for another reason than a failure warns before it closes (RFC 8446 section 6.1).
        if (alert.description() != USER_CANCELED) {
            throw new ReactionException(new ClientReaction.Alerted(alert, point));
        }
    }

    private TlsRecord received() throws IOException {
        try {
            OctetString header = OctetString.of(in.readNBytes(TlsRecord.HEADER));
            if (header.isEmpty()) {
                throw closed();
            }
            if (header.length() < TlsRecord.HEADER || !TlsRecord.isHeader(header)) {
                throw new ReactionException(new ClientReaction.NotTls(header, point));
            }
            return TlsRecord.read(header, in);
        } catch (SocketTimeoutException e) {
            throw new ReactionException(new ClientReaction.Silent(point));
        } catch (EOFException e) {
            throw closed();
        } catch (SocketException e) {
            throw new ReactionException(new ClientReaction.Closed(Ending.RESET, point));
        } catch (MalformedException e) {
            throw malformed(e.getMessage());
        }
    }

    private ReactionException closed() {
        return new ReactionException(
                new ClientReaction.Closed(unwritable ? Ending.RESET : Ending.END_OF_STREAM, point));
    }

    ReactionException malformed(String what) {
        return new ReactionException(new ClientReaction.Malformed(what, point));
    }

    ReactionException wentOn(String with) {
        return new ReactionException(new ClientReaction.WentOn(with, point));
    }

    /** Ends the connection with a fatal alert, since the deviation cannot be shown to this client. */
    ReactionException notApplicable(int alert, String why) throws IOException {
        addRecord(ContentType.ALERT, OctetString.of(new byte[] {2, (byte) alert}));
        flush();
        return new ReactionException(new ClientReaction.NotApplicable(why));
    }
}
