package dev.starttls.core.upgrade;

/**
 * What the author of a server does when a session begins anew or ends; how commands are answered, the protocol's handler
 * adds. Called by the thread that drives the connection, which waits for the return.
 *
 * @param <S> what the protocol's server knows of its client
 */
public interface SessionHandler<S extends ServerSession> {

    /**
     * The handshake is done: what was kept outside the session is to be forgotten now (RFC 3207 section 4.2, RFC 9051 section
     * 6.2.1, RFC 2595 section 4).
     *
     * @param session a new one, empty
     */
    default void upgraded(S session) {}

    /**
     * The session has ended. Called once for each connection, whatever ended it, also if it ended before it was greeted:
     * during the handshake of implicit TLS. What it throws changes nothing and goes to {@link UpgradeListener#uncaught}.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(S session, SessionEnd end) {}
}
