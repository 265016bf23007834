package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.SessionTicket;
import java.util.concurrent.TimeUnit;

/** A ticket of TLS 1.3 and its key, for one more session with the same server. */
public final class PreSharedKey {

    private final Tls13Suite suite;
    private final SessionTicket ticket;
    private final OctetString key;
    private final long since = System.nanoTime();

    PreSharedKey(Tls13Suite suite, OctetString resumptionSecret, SessionTicket ticket) {
        this.suite = suite;
        this.ticket = ticket;
        this.key = suite.resumptionKey(resumptionSecret, ticket.nonce());
    }

    Tls13Suite suite() {
        return suite;
    }

    OctetString key() {
        return key;
    }

    OctetString identity() {
        return ticket.ticket();
    }

    /** The obfuscated age in milliseconds (RFC 8446 section 4.2.11.1). */
    long obfuscatedAge() {
        long age = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        return (age + ticket.ageAdd()) & 0xffffffffL;
    }
}
