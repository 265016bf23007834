package dev.starttls.imap;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server knows of its client on this side of the upgrade. At the upgrade the connection gets a new one, so that
 * nothing said in the clear is believed inside TLS (RFC 9051 section 6.2.1): an author who keeps all state here cannot
 * forget to forget it.
 *
 * <pre>{@code
 * session.logIn("mary");
 * session.keep(new Selected("INBOX"));
 * Optional<Selected> selected = session.kept(Selected.class);
 * }</pre>
 *
 * <p>Not safe for use by several threads; nothing blocks.
 */
public final class ImapSession {

    private final boolean secure;
    private final Map<Class<?>, Object> kept = new HashMap<>();
    private Optional<String> user = Optional.empty();

    ImapSession(boolean secure) {
        this.secure = secure;
    }

    /**
     * Whether the client's commands come inside TLS.
     *
     * @return the same for the whole life of this session
     */
    public boolean secure() {
        return secure;
    }

    /**
     * Who has logged in.
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
     * The client has shown who it is: the session is in the authenticated state from here.
     *
     * @param name of the user
     * @throws IllegalStateException outside TLS, where STARTTLS would no longer be possible (RFC 9051 section 11.1)
     */
    public void logIn(String name) {
        if (!secure) {
            throw new IllegalStateException("Expected a log-in inside TLS only, got one in plaintext; a client that has"
                    + " logged in could not upgrade any more");
        }
        user = Optional.of(name);
    }

    /**
     * Keeps a value, one of each class, until the session ends, that is at the latest at the upgrade.
     *
     * @param value takes the place of the one of the same class
     */
    public void keep(Object value) {
        kept.put(value.getClass(), value);
    }

    /**
     * A value that was kept.
     *
     * @param <T> its type
     * @param type exactly the class of the value
     * @return empty if there is none
     */
    public <T> Optional<T> kept(Class<T> type) {
        return Optional.ofNullable(kept.get(type)).map(type::cast);
    }

    /**
     * Lets go of a value; no effect if there is none.
     *
     * @param type exactly the class of the value
     */
    public void forget(Class<?> type) {
        kept.remove(type);
    }
}
