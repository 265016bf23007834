package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.OctetString;

/** What is needed to resume a session of TLS 1.2 on another connection. */
public final class Tls12Resumption {

    private final Tls12Suite suite;
    private final OctetString master;
    private final OctetString sessionId;
    private final OctetString ticket;

    Tls12Resumption(Tls12Suite suite, OctetString master, OctetString sessionId, OctetString ticket) {
        this.suite = suite;
        this.master = master;
        this.sessionId = sessionId;
        this.ticket = ticket;
    }

    Tls12Suite suite() {
        return suite;
    }

    OctetString master() {
        return master;
    }

    /** The session id that the server chose; empty if it does not store the session. */
    public OctetString sessionId() {
        return sessionId;
    }

    /** The ticket that the server sent; empty if it sent none. */
    public OctetString ticket() {
        return ticket;
    }
}
