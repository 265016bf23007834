package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.tls.wire.Octets;
import java.time.Duration;

/** A TLS session whose records can be held in the hand before they are sent: cut up, spoilt, or sent as they are. */
interface RecordSession {

    /** The version and the suite that were agreed on. */
    String told();

    /** Whether TLS 1.3 was agreed on. */
    boolean isTls13();

    /** Puts application data into records, which are not sent yet; empty if it makes no record of it. */
    Octets seal(Octets plain);

    /** The alert that says that nothing more will be sent; it is not sent yet. */
    Octets closeNotify();

    /** A KeyUpdate that asks the server for the same, in TLS 1.3; what is sealed afterwards has the new key. */
    Octets keyUpdate();

    /** How many times the server changed its key, as far as that can be seen. */
    int keyUpdates();

    /** Sends octets as they are, in one segment where they fit. */
    void send(Octets raw);

    /** Waits for application data as long as for any answer; TLS's own messages are dealt with on the way. */
    Received read();

    /** The same for so long. */
    Received read(Duration limit);

    /** What the connection still brings after the session is over: octets, its end, or silence. */
    Received afterwards();
}
