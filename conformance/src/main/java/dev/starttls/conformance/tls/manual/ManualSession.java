package dev.starttls.conformance.tls.manual;

import dev.starttls.conformance.tls.wire.Octets;
import java.io.IOException;
import java.util.Optional;

/** A session after its handshake, whose records this suite makes itself, of either version. Not safe for use by several threads. */
public sealed interface ManualSession permits Tls13Session, Tls12Session {

    /** The registered name of the version. */
    String version();

    /** The registered name of the suite. */
    String suite();

    /** Whether the server went on with the session that was offered. */
    boolean isResumed();

    /** One record of application data, up to 2^14 octets, or none at all; it is not sent yet. */
    Octets seal(Octets plain);

    /** The alert that ends this side's sending; it is not sent yet. */
    Octets closeNotify();

    /**
     * A KeyUpdate that asks the server for one of its own; what is sealed afterwards is sealed with the new key.
     *
     * @throws IllegalStateException before TLS 1.3, which has none
     */
    Octets keyUpdate();

    /** How many times the server changed its key. */
    int keyUpdates();

    /**
     * Waits for application data; what else belongs into a session is dealt with on the way.
     *
     * @return at least one octet, or empty after close_notify
     * @throws AlertException if the server sent another alert
     * @throws dev.starttls.conformance.tls.wire.MalformedException if something came that is no TLS of this version under
     *     the server's key
     */
    Optional<Octets> read() throws IOException;
}
