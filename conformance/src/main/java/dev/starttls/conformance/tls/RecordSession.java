package dev.starttls.conformance.tls;

import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.TcpConnection;
import dev.starttls.conformance.tls.wire.OctetString;
import java.time.Duration;

/** A TLS session whose records a check can change before they are sent: split, corrupted, or sent as they are. */
abstract class RecordSession {

    private final TcpConnection connection;
    private final Duration answer;

    /**
     * A session on a connection.
     *
     * @param answer the maximum wait for each answer
     */
    RecordSession(TcpConnection connection, Duration answer) {
        this.connection = connection;
        this.answer = answer;
    }

    /** The version and the suite that were agreed on. */
    abstract String description();

    /** Whether TLS 1.3 was agreed on. */
    abstract boolean isTls13();

    /** Puts application data into records, which are not sent yet; empty if the session makes no record of it. */
    abstract OctetString seal(OctetString plain);

    /** The record with close_notify; it is not sent yet. */
    abstract OctetString closeNotify();

    /** A KeyUpdate that requests one of the server, in TLS 1.3; what is sealed afterwards has the new key. */
    abstract OctetString keyUpdate();

    /** How many times the server changed its key, as far as that can be observed. */
    abstract int keyUpdates();

    /** Sends octets as they are, in one segment where they fit. */
    final void send(OctetString raw) {
        connection.write(raw.array());
    }

    /** Waits for application data within the time for an answer, and processes TLS's own messages on the way. */
    final Received read() {
        return read(answer);
    }

    /** The same with this time limit. */
    abstract Received read(Duration limit);

    /** What comes on the connection after the session has ended: octets, its end, or silence. */
    final Received afterwards() {
        return afterwards(answer);
    }

    abstract Received afterwards(Duration limit);

    /** The maximum wait for each answer. */
    final Duration answer() {
        return answer;
    }
}
