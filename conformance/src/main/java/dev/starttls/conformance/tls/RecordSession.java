package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.tls.wire.Octets;
import java.time.Duration;

/** A TLS session whose records a check can change before they are sent: split, corrupted, or sent as they are. */
interface RecordSession {

    /** The version and the suite that were agreed on. */
    String told();

    /** Whether TLS 1.3 was agreed on. */
    boolean isTls13();

    /** Puts application data into records, which are not sent yet; empty if the session makes no record of it. */
    Octets seal(Octets plain);

    /** The record with close_notify; it is not sent yet. */
    Octets closeNotify();

    /** A KeyUpdate that requests one of the server, in TLS 1.3; what is sealed afterwards has the new key. */
    Octets keyUpdate();

    /** How many times the server changed its key, as far as that can be observed. */
    int keyUpdates();

    /** Sends octets as they are, in one segment where they fit. */
    void send(Octets raw);

    /** Waits for application data within the time for an answer, and processes TLS's own messages on the way. */
    Received read();

    /** The same with this time limit. */
    Received read(Duration limit);

    /** What comes on the connection after the session has ended: octets, its end, or silence. */
    Received afterwards();
}
