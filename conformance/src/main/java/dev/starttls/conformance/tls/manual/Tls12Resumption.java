package dev.starttls.conformance.tls.manual;

import dev.starttls.conformance.tls.wire.Octets;

/** What is needed to resume a session of TLS 1.2 on another connection. */
public final class Tls12Resumption {

    private final Tls12Suite suite;
    private final Octets master;
    private final Octets sessionId;
    private final Octets ticket;

    Tls12Resumption(Tls12Suite suite, Octets master, Octets sessionId, Octets ticket) {
        this.suite = suite;
        this.master = master;
        this.sessionId = sessionId;
        this.ticket = ticket;
    }

    Tls12Suite suite() {
        return suite;
    }

    Octets master() {
        return master;
    }

    /** The session id that the server chose; empty if it does not store the session. */
    public Octets sessionId() {
        return sessionId;
    }

    /** The ticket that the server sent; empty if it sent none. */
    public Octets ticket() {
        return ticket;
    }
}
