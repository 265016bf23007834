package dev.starttls.pop3;

import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.State;
import java.util.Optional;

/**
 * What a server knows of its client on this side of the upgrade. At the upgrade the connection gets a new one, so that
 * nothing said in the clear is believed inside TLS (RFC 2595 section 4): an author that keeps all state here cannot forget
 * to forget it.
 *
 * <pre>{@code
 * session.keep(new User("mary"));
 * Optional<User> user = session.kept(User.class);
 * session.peer().host();                      // the client's address
 * session.tls().map(tls -> tls.suite());      // empty before TLS
 * }</pre>
 *
 * <p>Not safe for use by several threads; nothing blocks.
 */
public final class Pop3Session extends ServerSession {

    private Optional<ApopTimestamp> timestamp = Optional.empty();
    private Pop3State state = Pop3State.AUTHORIZATION;

    Pop3Session(State side, ConnectionInfo info) {
        super(side, info);
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

    void greet(Optional<ApopTimestamp> with) {
        timestamp = with;
    }

    void open() {
        if (state == Pop3State.TRANSACTION) {
            throw new IllegalStateException("Expected Pop3Answer.Opened in state AUTHORIZATION, got it in " + state);
        }
        state = Pop3State.TRANSACTION;
    }
}
