package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.OctetString;
import java.io.IOException;

/** The handshake messages of both sides in order, from which the keys are derived, and their way to the records. */
final class HandshakeMessages {

    static final int SERVER_HELLO = 2;
    static final int NEW_SESSION_TICKET = 4;
    static final int ENCRYPTED_EXTENSIONS = 8;
    static final int CERTIFICATE = 11;
    static final int SERVER_KEY_EXCHANGE = 12;
    static final int CERTIFICATE_REQUEST = 13;
    static final int SERVER_HELLO_DONE = 14;
    static final int CERTIFICATE_VERIFY = 15;
    static final int CLIENT_KEY_EXCHANGE = 16;
    static final int FINISHED = 20;
    static final int CERTIFICATE_STATUS = 22;

    private final ServerRecords records;
    private final TlsDeviation deviation;
    private OctetString all;

    HandshakeMessages(ServerRecords records, TlsDeviation deviation, OctetString clientHello) {
        this.records = records;
        this.deviation = deviation;
        this.all = clientHello;
    }

    /** All messages so far. */
    OctetString all() {
        return all;
    }

    /** Replaces all messages so far, as a HelloRetryRequest does (RFC 8446 section 4.4.1). */
    void restart(OctetString instead) {
        all = instead;
    }

    /** Adds a message of the server to the flight. */
    void send(int type, OctetString body) {
        OctetString message = new HandshakeMessage(type, body).octets();
        all = all.and(message);
        if (deviation == TlsDeviation.EMPTY_HANDSHAKE_RECORDS) {
            records.addRecord(ContentType.HANDSHAKE, OctetString.NONE);
        }
        records.add(ContentType.HANDSHAKE, message);
    }

    /** The client's next message. */
    HandshakeMessage next() throws IOException {
        HandshakeMessage message = records.next();
        all = all.and(message.octets());
        return message;
    }
}
