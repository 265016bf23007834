package dev.starttls.imap;

import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.State;
import java.util.List;
import java.util.Optional;

/**
 * What a server knows of its client on this side of the upgrade. At the upgrade the connection gets a new one, so that
 * nothing said in the clear is believed inside TLS (RFC 9051 section 6.2.1): an author that keeps all state here cannot
 * forget to forget it.
 *
 * <pre>{@code
 * session.logIn("mary");
 * session.keep(new Selected("INBOX"));
 * Optional<Selected> selected = session.kept(Selected.class);
 * session.peer().host();                      // the client's address
 * session.tls().map(tls -> tls.suite());      // empty before TLS
 * }</pre>
 *
 * <p>Not safe for use by several threads but for {@link #push} and {@link #idle}; nothing blocks.
 */
public final class ImapSession extends ServerSession {

    private final PushedData pushed = new PushedData();
    private volatile Optional<String> user = Optional.empty();
    private volatile boolean idle;

    ImapSession(State side, ConnectionInfo info) {
        super(side, info);
    }

    /**
     * The user that has logged in.
     *
     * @return empty before that: in the not authenticated state of RFC 9051 section 3.1
     */
    public Optional<String> user() {
        return user;
    }

    /**
     * Whether the client has logged in.
     *
     * @return true from {@link #logIn} on
     */
    public boolean authenticated() {
        return user.isPresent();
    }

    /**
     * The client has authenticated: the session is in the authenticated state from here.
     *
     * @param name of the user
     * @throws IllegalStateException outside TLS, where STARTTLS would no longer be possible (RFC 9051 section 11.1)
     */
    public void logIn(String name) {
        if (!secure()) {
            throw new IllegalStateException("Expected a log-in inside TLS only, got one in plaintext; a client that has"
                    + " logged in could not upgrade any more");
        }
        user = Optional.of(name);
    }

    /**
     * Says something that the client has not asked for (RFC 9051 section 5.2), from any thread: as soon as the client may hear
     * it, which is after the answer to a command that is at work, and at once where none is or while it says IDLE (RFC 2177).
     * Data that expunges waits for IDLE, or for the answer to a command other than FETCH, STORE and SEARCH (RFC 9051 section
     * 7.5.1), and what was pushed after it waits too, so that message numbers stay right.
     *
     * <pre>{@code
     * if (!session.push(new ImapResponse.Data("23 EXISTS"))) { subscriptions.remove(session); }
     * }</pre>
     *
     * <p>A {@code BYE} is not pushed: {@link ImapAnswer.Close} ends a session.
     *
     * @param data in their order, nothing of others between them
     * @return false if none of it will be said: the session has ended, at the upgrade for instance, or 65,536 octets wait, since
     *     the client does not read or has not asked for long
     * @throws IllegalStateException if the client has not logged in
     * @throws IllegalArgumentException if one is a BYE
     */
    public boolean push(ImapResponse.Data... data) {
        if (!authenticated()) {
            throw new IllegalStateException(
                    "Expected a client that has logged in, got one that has not: before that there is nothing to say unasked");
        }
        for (ImapResponse.Data one : data) {
            if (one.keyword().equals("BYE")) {
                throw new IllegalArgumentException("data: expected data of a mailbox, got BYE; use ImapAnswer.Close");
            }
        }
        return pushed.add(List.of(data));
    }

    /**
     * Whether the client waits in IDLE (RFC 2177).
     *
     * @return as it is now; may be asked by any thread
     */
    public boolean idle() {
        return idle;
    }

    void idle(boolean now) {
        idle = now;
    }

    PushedData pushed() {
        return pushed;
    }
}
