package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.OctetString;
import java.io.IOException;
import java.util.Optional;

/**
 * A session of either version after its handshake, with the suite's own TLS, whose records the checks can change. Not
 * safe for use by several threads.
 */
public sealed interface MinimalTlsSession permits Tls13Session, Tls12Session {

    /** The registered name of the version. */
    String version();

    /** The registered name of the suite. */
    String suite();

    /** Whether the server resumed the session that was offered. */
    boolean isResumed();

    /** One record of application data, with 0 to 2^14 octets; it is not sent yet. */
    OctetString seal(OctetString plain);

    /** The record with close_notify; it is not sent yet. */
    OctetString closeNotify();

    /**
     * A KeyUpdate that requests one of the server; what is sealed afterwards has the new key.
     *
     * @throws IllegalStateException in TLS 1.2, which has no KeyUpdate
     */
    OctetString keyUpdate();

    /** How many times the server changed its key. */
    int keyUpdates();

    /**
     * Waits for application data, and processes TLS's own messages on the way.
     *
     * @return at least one octet, or empty after close_notify
     * @throws AlertException if the server sent another alert
     * @throws dev.starttls.conformance.tls.wire.MalformedException if something came that is not TLS of this version
     *     under the server's key
     */
    Optional<OctetString> read() throws IOException;
}
