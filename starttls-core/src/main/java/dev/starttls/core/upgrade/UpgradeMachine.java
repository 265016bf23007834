package dev.starttls.core.upgrade;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The upgrade, as a table from state and event to state. Two rules: everything that decides the state is in this file
 * (and what may cross the wire in a state is in {@link State}); this file does not know which role it plays.
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
 * <p>Implicit TLS starts in HANDSHAKING. No arrow leads back to PLAINTEXT after the go-ahead. A proposal whose ClientHello left
 * with the command cannot be refused: the server may have taken the octets of the ClientHello for lines.
 *
 * <p>An event that the table does not have in the state is an {@link IllegalStateException}: a mistake of the caller. A
 * peer's misbehaviour is the event {@link Event#FAIL}.
 *
 * <p>Beside the state, and in no other class of this package: what it has failed with, whether the connection has begun,
 * whether this side leaves, and whether the peer's side of the transport has ended. How far TLS has come is in {@link
 * TlsLayer}, and how far a dialogue's last lines have in {@link Termination}.
 */
final class UpgradeMachine {

    /** What can happen. */
    enum Event {
        /** A client sends the upgrade command; a server has accepted one and sends its go-ahead. */
        PROPOSE,
        /** A client sends the upgrade command and its ClientHello after it, before the go-ahead. */
        PROPOSE_WITH_HELLO,
        /** The protocol has no go-ahead: a client sends the upgrade command, a server has accepted it. */
        HAND_OVER,
        /** The go-ahead was received, or has left; without one, the command has left. */
        GO_AHEAD,
        /** The command was refused before the go-ahead. */
        REFUSE,
        /** The handshake is done. */
        ESTABLISH,
        /** This side closes. */
        CLOSE,
        /** Both directions are closed, or the wait for the peer is over. */
        END,
        /** The peer misbehaved, time ran out, or the handshake failed. */
        FAIL
    }

    private static final Map<State, Map<Event, State>> TABLE = new EnumMap<>(Map.of(
            State.PLAINTEXT,
                    Map.of(
                            Event.PROPOSE, State.PROPOSED,
                            Event.PROPOSE_WITH_HELLO, State.PROPOSED_WITH_HELLO,
                            Event.HAND_OVER, State.HANDING_OVER,
                            Event.CLOSE, State.CLOSED,
                            Event.FAIL, State.FAILED),
            State.PROPOSED,
                    Map.of(
                            Event.GO_AHEAD, State.HANDSHAKING,
                            Event.REFUSE, State.PLAINTEXT,
                            Event.CLOSE, State.CLOSED,
                            Event.FAIL, State.FAILED),
            State.PROPOSED_WITH_HELLO,
                    Map.of(Event.GO_AHEAD, State.HANDSHAKING, Event.CLOSE, State.CLOSED, Event.FAIL, State.FAILED),
            State.HANDING_OVER,
                    Map.of(Event.GO_AHEAD, State.HANDSHAKING, Event.CLOSE, State.CLOSED, Event.FAIL, State.FAILED),
            State.HANDSHAKING,
                    Map.of(Event.ESTABLISH, State.SECURE, Event.CLOSE, State.CLOSING, Event.FAIL, State.FAILED),
            State.SECURE, Map.of(Event.CLOSE, State.CLOSING, Event.FAIL, State.FAILED),
            State.CLOSING, Map.of(Event.END, State.CLOSED, Event.FAIL, State.FAILED),
            State.CLOSED, Map.of(),
            State.FAILED, Map.of()));

    private volatile State state;
    /** What led to {@link State#FAILED}; kept in no other place. */
    private volatile Optional<IOException> failure = Optional.empty();

    /** The transport is connected and the time is known; or this side was shut down before. */
    private volatile boolean begun;
    /** This side says its last lines or has said them: what the peer sends does not matter any more. */
    private volatile boolean leaving;
    /** The peer's side of the transport has ended. */
    private volatile boolean inputEnded;

    UpgradeMachine(State first) {
        state = first;
    }

    State state() {
        return state;
    }

    /** Follows the table, which must have the event in the present state. */
    synchronized State on(Event event) {
        Optional<State> next = onIfAllowed(event);
        if (next.isEmpty()) {
            throw new IllegalStateException(
                    "Expected one of " + TABLE.get(state).keySet() + " in state " + state + ", got " + event
                            + "; the connection was used out of order");
        }
        return next.get();
    }

    /**
     * Follows the table if it has the event in the present state, in one step: in {@link State#SECURE} a reader and a writer
     * may close, or fail, at the same time.
     *
     * @return the state that follows; empty if the table does not have the event, and nothing has changed
     */
    synchronized Optional<State> onIfAllowed(Event event) {
        State next = TABLE.get(state).get(event);
        if (next == null) {
            return Optional.empty();
        }
        state = next;
        return Optional.of(next);
    }

    /**
     * Fails, unless it is over already.
     *
     * @param why a {@link UpgradeException} of the upgrade, or what TLS has thrown in the session after it
     * @return whether it has failed now, and for this
     */
    synchronized boolean fail(IOException why) {
        if (state.terminal()) {
            return false;
        }
        failure = Optional.of(why);
        on(Event.FAIL);
        return true;
    }

    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }

    boolean leaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    boolean inputEnded() {
        return inputEnded;
    }

    void inputEnds() {
        inputEnded = true;
    }

    /** What it has failed with. */
    Optional<IOException> failure() {
        return failure;
    }

    /** Throws if it has failed: what came after is not to be taken for an end of stream. */
    void requireNotFailed() throws IOException {
        if (failure.isEmpty()) {
            return;
        }
        IOException earlier = failure.get();
        String words = "Expected no use of a connection that has failed before with: " + earlier.getMessage();
        if (!(earlier instanceof UpgradeException why)) {
            throw new SSLException(words, earlier);
        }
        UpgradeException again = new UpgradeException(
                why.reason(), why.phase(), words, "", why.hint().orElse(""), why.peerChain());
        again.initCause(why);
        throw again;
    }
}
