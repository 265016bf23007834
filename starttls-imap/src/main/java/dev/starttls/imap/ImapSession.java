package dev.starttls.imap;

import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.State;
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
 * <p>Not safe for use by several threads; nothing blocks.
 */
public final class ImapSession extends ServerSession {

    private Optional<String> user = Optional.empty();

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
}
