package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.minimal.Tls12Suite;
import dev.starttls.conformance.tls.minimal.Tls13Protection;
import dev.starttls.conformance.tls.minimal.Tls13Suite;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.OctetWriter;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;

/**
 * A session in the server's role after its handshake. What a deviation does in the session it does by itself: after the
 * handshake, or with the first data that is written. Not safe for use by several threads.
 */
public final class ServerSession {

    private static final int MAX_RECORDS_WITHOUT_DATA = 1024;
    private static final int TICKETS = 1000;
    private static final int KEY_UPDATE = 24;
    private static final int TICKET_LENGTH = 32;
    private static final int TAG = 16;

    /** One more than TLSCiphertext.length of TLS 1.3 allows (RFC 8446 section 5.2), less the content type and the tag. */
    private static final int OVERFLOW_TLS13 = RecordSplitter.MAX_PLAINTEXT + 257 - 1 - TAG;

    /**
     * What makes TLSCiphertext.length of TLS 1.2 more than it may be, with the tag of any suite. RFC 5246 section 6.2.1 forbids
     * to send even one octet more than MAX_PLAINTEXT, but only this has to be refused (RFC 5246 section 7.2.2).
     */
    private static final int OVERFLOW_TLS12 = RecordSplitter.MAX_PLAINTEXT + 2048;

    private static final OctetString HELLO_REQUEST = OctetString.hex("00000000");
    private static final OctetString UPDATE_REQUESTED = OctetString.hex("18000001 01");
    private static final OctetString UPDATE_NOT_REQUESTED = OctetString.hex("18000001 00");
    private static final OctetString CLOSE_NOTIFY = OctetString.hex("0100");
    private static final OctetString NO_RENEGOTIATION = OctetString.hex("0164");

    private final ServerRecords records;
    private final TlsDeviation deviation;
    private final ProtocolVersion version;
    private final CipherSuite suite;
    private Optional<Tls13Protection> sealing;
    private Optional<Tls13Protection> opening;
    private boolean isFirstWrite = true;
    private int keyUpdates;
    private int renegotiations;
    private Optional<ClientReaction> end = Optional.empty();

    private ServerSession(
            ServerRecords records,
            TlsDeviation deviation,
            ProtocolVersion version,
            CipherSuite suite,
            Optional<Tls13Protection> sealing,
            Optional<Tls13Protection> opening) {
        this.records = records;
        this.deviation = deviation;
        this.version = version;
        this.suite = suite;
        this.sealing = sealing;
        this.opening = opening;
    }

    static ServerSession tls13(
            ServerRecords records,
            TlsDeviation deviation,
            Tls13Suite suite,
            Tls13Protection sealing,
            Tls13Protection opening)
            throws IOException {
        ServerSession session = new ServerSession(
                records, deviation, ProtocolVersion.TLS13, suite.suite(), Optional.of(sealing), Optional.of(opening));
        records.sealWith(sealing::seal);
        records.openWith(opening::open);
        session.begin();
        return session;
    }

    static ServerSession tls12(ServerRecords records, TlsDeviation deviation, Tls12Suite suite) throws IOException {
        ServerSession session = new ServerSession(
                records, deviation, ProtocolVersion.TLS12, suite.suite(), Optional.empty(), Optional.empty());
        session.begin();
        return session;
    }

    private void begin() throws IOException {
        switch (deviation) {
            case HELLO_REQUEST -> records.add(ContentType.HANDSHAKE, HELLO_REQUEST);
            case KEY_UPDATE -> updateKey(UPDATE_REQUESTED);
            case MANY_TICKETS -> {
                for (int i = 0; i < TICKETS; i++) {
                    records.add(ContentType.HANDSHAKE, ticket(i));
                }
            }
            case POST_HANDSHAKE_CERTIFICATE_REQUEST -> records.add(ContentType.HANDSHAKE, certificateRequest());
            default -> {
                // The others show with the first data.
            }
        }
        records.flush();
    }

    private void updateKey(OctetString message) {
        records.add(ContentType.HANDSHAKE, message);
        sealing = sealing.map(Tls13Protection::updated);
        sealing.ifPresent(next -> records.sealWith(next::seal));
    }

    private static OctetString ticket(int number) {
        OctetString body = new OctetWriter()
                .u16(0)
                .u16(3600)
                .u16(number)
                .u16(number)
                .vector8(new OctetWriter().u16(number).octets())
                .vector16(ServerBodies.random().first(TICKET_LENGTH))
                .put(ServerBodies.extensions(List.of()))
                .octets();
        return new HandshakeMessage(HandshakeMessages.NEW_SESSION_TICKET, body).octets();
    }

    private static OctetString certificateRequest() {
        OctetString schemes = new OctetWriter()
                .u16(SignatureScheme.ECDSA_SECP256R1_SHA256.code())
                .u16(SignatureScheme.RSA_PSS_RSAE_SHA256.code())
                .octets();
        Extension accepted = new Extension(
                Extension.SIGNATURE_ALGORITHMS,
                new OctetWriter().vector16(schemes).octets());
        OctetString body = new OctetWriter()
                .vector8(OctetString.ascii("context"))
                .put(ServerBodies.extensions(List.of(accepted)))
                .octets();
        return new HandshakeMessage(HandshakeMessages.CERTIFICATE_REQUEST, body).octets();
    }

    /** The version of TLS. */
    public ProtocolVersion version() {
        return version;
    }

    /** The cipher suite. */
    public CipherSuite suite() {
        return suite;
    }

    /** How many times the client changed its key. */
    public int keyUpdates() {
        return keyUpdates;
    }

    /** How many times the client began a renegotiation, which the server declines (RFC 5246 section 7.2.2). */
    public int renegotiations() {
        return renegotiations;
    }

    /** What ended the session, or is not known yet. */
    public Optional<ClientReaction> end() {
        return end;
    }

    /** Sends application data; if the client is gone, the next read says so. */
    public void write(OctetString data) throws IOException {
        if (deviation == TlsDeviation.EMPTY_DATA_RECORDS) {
            records.addRecord(ContentType.APPLICATION_DATA, OctetString.NONE);
        }
        if (isFirstWrite && deviation == TlsDeviation.RECORD_OVERFLOW) {
            records.addRecord(ContentType.APPLICATION_DATA, overflow(data));
        } else if (isFirstWrite && deviation == TlsDeviation.MAC_FLIPPED) {
            records.addFlipped(ContentType.APPLICATION_DATA, data.first(RecordSplitter.MAX_PLAINTEXT));
        } else {
            records.add(ContentType.APPLICATION_DATA, data);
        }
        isFirstWrite = false;
        records.flush();
    }

    private OctetString overflow(OctetString data) {
        int length = version == ProtocolVersion.TLS13 ? OVERFLOW_TLS13 : OVERFLOW_TLS12;
        return data.and(OctetString.zeros(Math.max(0, length - data.length()))).first(length);
    }

    /** Sends close_notify. */
    public void closeNotify() throws IOException {
        records.addRecord(ContentType.ALERT, CLOSE_NOTIFY);
        records.flush();
    }

    /**
     * Waits for what the client does; TLS's own messages, which a client may send, are processed on the way.
     *
     * @return data of at least one octet, or what ended the session, then the same again; silence does not end it
     * @throws IOException if the stream fails in a way that the client is not the cause of
     */
    public ClientReaction read() throws IOException {
        if (end.isPresent()) {
            return end.get();
        }
        try {
            return next();
        } catch (ReactionException e) {
            if (!(e.reaction() instanceof ClientReaction.Silent)) {
                end = Optional.of(e.reaction());
            }
            return e.reaction();
        }
    }

    private ClientReaction next() throws IOException {
        for (int count = 0; count < MAX_RECORDS_WITHOUT_DATA; count++) {
            TlsRecord record;
            try {
                record = records.read();
            } catch (ReactionException e) {
                if (isWarning(e.reaction())) {
                    continue;
                }
                throw e;
            }
            if (record.type() == ContentType.HANDSHAKE.code()) {
                records.assemble(record.content());
                messages();
            } else if (record.type() != ContentType.APPLICATION_DATA.code()) {
                throw records.malformed("a record of type " + record.type());
            } else if (!record.content().isEmpty()) {
                return new ClientReaction.Data(record.content());
            }
        }
        throw records.malformed("more than " + MAX_RECORDS_WITHOUT_DATA + " records without data");
    }

    /** A client declines a renegotiation with a warning, and the session goes on (RFC 5246 section 7.2.2). */
    private static boolean isWarning(ClientReaction reaction) {
        return reaction instanceof ClientReaction.Alerted alerted
                && alerted.alert().isWarning()
                && alerted.alert().description() == Alert.NO_RENEGOTIATION;
    }

    private void messages() throws IOException {
        Optional<HandshakeMessage> message = records.assembled();
        while (message.isPresent()) {
            int type = message.get().type();
            if (version == ProtocolVersion.TLS13 && type == KEY_UPDATE) {
                keyUpdates++;
                opening = opening.map(Tls13Protection::updated);
                opening.ifPresent(next -> records.openWith(next::open));
                if (message.get().body().equals(OctetString.hex("01"))) {
                    updateKey(UPDATE_NOT_REQUESTED);
                    records.flush();
                }
            } else if (version == ProtocolVersion.TLS12 && type == ClientHello.TYPE) {
                renegotiations++;
                records.addRecord(ContentType.ALERT, NO_RENEGOTIATION);
                records.flush();
            } else {
                throw records.malformed("a handshake message of type " + type);
            }
            message = records.assembled();
        }
    }

    /**
     * The application data as a stream. It ends where the client closes the connection; an alert, and what is no TLS, is
     * an exception; {@link #end} says more of both.
     */
    public InputStream input() {
        return new Input();
    }

    /** A stream of application data to the client, one record or more for each call. */
    public OutputStream output() {
        return new Output();
    }

    private final class Input extends InputStream {
        private OctetString held = OctetString.NONE;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (held.isEmpty()) {
                ClientReaction reaction = ServerSession.this.read();
                if (reaction instanceof ClientReaction.Closed) {
                    return -1;
                }
                if (reaction instanceof ClientReaction.Silent) {
                    throw new SocketTimeoutException("expected application data, got " + reaction);
                }
                if (reaction instanceof ClientReaction.Data data) {
                    held = data.octets();
                } else {
                    throw new IOException("expected application data, got " + reaction);
                }
            }
            int count = Math.min(length, held.length());
            System.arraycopy(held.first(count).array(), 0, octets, offset, count);
            held = held.slice(count, held.length());
            return count;
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            ServerSession.this.write(OctetString.of(octets, offset, length));
        }
    }
}
