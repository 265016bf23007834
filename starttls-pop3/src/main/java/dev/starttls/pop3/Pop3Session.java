package dev.starttls.pop3;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server knows of its client on this side of the upgrade. At the upgrade the connection gets a new one, so that
 * nothing said in the clear is believed inside TLS (RFC 2595 section 4): an author who keeps all state here cannot forget
 * to forget it.
 *
 * <pre>{@code
 * session.keep(new User("mary"));
 * Optional<User> user = session.kept(User.class);
 * }</pre>
 *
 * <p>Not safe for use by several threads; nothing blocks.
 */
public final class Pop3Session {

    private final boolean secure;
    private final Optional<ApopTimestamp> timestamp;
    private final Map<Class<?>, Object> kept = new HashMap<>();
    private Pop3State state = Pop3State.AUTHORIZATION;

    Pop3Session(boolean secure, Optional<ApopTimestamp> timestamp) {
        this.secure = secure;
        this.timestamp = timestamp;
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
     * Where the session is. It enters TRANSACTION with {@link Pop3Answer.Opened}.
     *
     * @return at first AUTHORIZATION
     */
    public Pop3State state() {
        return state;
    }

    /**
     * The timestamp that this session's greeting had, which an APOP must have digested.
     *
     * @return empty if it had none, and after STLS, the greeting having come in the clear
     */
    public Optional<ApopTimestamp> timestamp() {
        return timestamp;
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

    void open() {
        if (state == Pop3State.TRANSACTION) {
            throw new IllegalStateException("Expected Pop3Answer.Opened in state AUTHORIZATION, got it in " + state);
        }
        state = Pop3State.TRANSACTION;
    }
}
