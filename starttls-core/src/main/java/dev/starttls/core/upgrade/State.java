package dev.starttls.core.upgrade;

/**
 * The states of a connection with what may cross the wire in each; {@link UpgradeMachine} has the transitions.
 *
 * <pre>{@code
 *   PLAINTEXT --PROPOSE--> PROPOSED --GO_AHEAD--> HANDSHAKING --ESTABLISH--> SECURE --CLOSE--> CLOSING --END--> CLOSED
 *   PLAINTEXT --PROPOSE_WITH_HELLO--> PROPOSED_WITH_HELLO --GO_AHEAD--> HANDSHAKING
 *   PLAINTEXT --HAND_OVER--> HANDING_OVER --GO_AHEAD--> HANDSHAKING
 *   PROPOSED --REFUSE--> PLAINTEXT
 *   HANDSHAKING --CLOSE--> CLOSING
 *   PLAINTEXT, PROPOSED, PROPOSED_WITH_HELLO, HANDING_OVER --CLOSE--> CLOSED
 *   PLAINTEXT, PROPOSED, PROPOSED_WITH_HELLO, HANDING_OVER, HANDSHAKING, SECURE, CLOSING --FAIL--> FAILED
 * }</pre>
 *
 * <p>With implicit TLS the first state is HANDSHAKING.
 */
public enum State {
    /** Not upgraded: lines in the clear, in both directions. */
    PLAINTEXT(Plaintext.ANY, Plaintext.ANY, Plaintext.ANY, Plaintext.ANY, Tls.NONE),
    /** A client has sent the command and awaits its one reply; a server is sending its go-ahead. */
    PROPOSED(Plaintext.ONE_REPLY, Plaintext.NONE, Plaintext.NONE, Plaintext.GO_AHEAD, Tls.NONE),
    /**
     * A client has sent the command and its ClientHello in one piece, and awaits the one reply in the clear: what follows that
     * is TLS. Not a state of servers.
     */
    PROPOSED_WITH_HELLO(Plaintext.ONE_REPLY, Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Tls.CLIENT_HELLO),
    /**
     * The protocol has no go-ahead: a client's command leaves, and then its handshake begins; a server is about to begin it.
     */
    HANDING_OVER(Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Tls.NONE),
    /** The go-ahead was given: only TLS records from here. With implicit TLS this is the first state. */
    HANDSHAKING(Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Tls.RECORDS),
    /** The handshake is done. */
    SECURE(Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Tls.RECORDS),
    /** This side sends, or has sent, close_notify; the peer may still send data (RFC 8446 section 6.1). */
    CLOSING(Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Tls.RECORDS),
    /** Over, as agreed. */
    CLOSED(Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Tls.NONE),
    /** Over, by a failure; a fatal alert may still leave. */
    FAILED(Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Plaintext.NONE, Tls.LAST_ALERT);

    /** What may cross the wire in the clear, in one direction. */
    enum Plaintext {
        /** Nothing. */
        NONE,
        /** The one reply to the upgrade command. */
        ONE_REPLY,
        /** The go-ahead line. */
        GO_AHEAD,
        /** Anything. */
        ANY
    }

    /** What may cross the wire of TLS. */
    enum Tls {
        /** Nothing. */
        NONE,
        /** The ClientHello, which leaves; no record is received. */
        CLIENT_HELLO,
        /** A fatal alert that leaves. */
        LAST_ALERT,
        /** Records in both directions. */
        RECORDS
    }

    private final Plaintext clientIn;
    private final Plaintext clientOut;
    private final Plaintext serverIn;
    private final Plaintext serverOut;
    private final Tls tls;

    State(Plaintext clientIn, Plaintext clientOut, Plaintext serverIn, Plaintext serverOut, Tls tls) {
        this.clientIn = clientIn;
        this.clientOut = clientOut;
        this.serverIn = serverIn;
        this.serverOut = serverOut;
        this.tls = tls;
    }

    /** What may be received in the clear, by this side. */
    Plaintext plaintextIn(Role role) {
        return role == Role.CLIENT ? clientIn : serverIn;
    }

    /** What may be sent in the clear, by this side. */
    Plaintext plaintextOut(Role role) {
        return role == Role.CLIENT ? clientOut : serverOut;
    }

    /** What may cross the wire of TLS. */
    Tls tls() {
        return tls;
    }

    /** Whether a client's upgrade command waits for its reply, or a server's go-ahead leaves. */
    boolean proposed() {
        return this == PROPOSED || this == PROPOSED_WITH_HELLO;
    }

    /**
     * Whether nothing can follow.
     *
     * @return true for {@link #CLOSED} and {@link #FAILED}
     */
    public boolean terminal() {
        return this == CLOSED || this == FAILED;
    }
}
