package dev.starttls.pop3;

import dev.starttls.core.upgrade.SessionEnd;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Checks credentials.
 *
 * <pre>{@code
 * Pop3Login login = (user, password) -> accounts.check(user, password) ? Optional.of(mailboxOf(user)) : Optional.empty();
 * }</pre>
 *
 * <p>Called by the threads that serve, which wait for the return: do not block in an event loop.
 */
@FunctionalInterface
public interface Pop3Login {

    /**
     * Checks a name and a password. Compare passwords by digests made for that, in a time that does not depend on them.
     *
     * @param user as the client gave it, decoded as UTF-8 (RFC 6856 section 2.1, RFC 4616)
     * @param password likewise
     * @return the user's mailbox; empty if there is no such user or the password is wrong, which the client cannot distinguish
     *     apart
     */
    Optional<Pop3Mailbox> open(String user, String password);

    /**
     * The same with what is known of the client, its address and what it showed in the handshake. Called by
     * {@link #openLater} unless that is overridden.
     *
     * @param user as the client gave it, decoded as UTF-8
     * @param password likewise
     * @param session in the AUTHORIZATION state
     * @return the mailbox, or empty, as {@link #open(String, String)} has it
     */
    default Optional<Pop3Mailbox> open(String user, String password, Pop3Session session) {
        return open(user, password);
    }

    /**
     * The same where it has to be looked up, or computed for long: the client waits for it, up to {@link
     * dev.starttls.core.upgrade.Step.Later#DEFAULT_LIMIT}, and no other connection does. This is what is called.
     *
     * @param user as the client gave it, decoded as UTF-8
     * @param password likewise
     * @param session in the AUTHORIZATION state
     * @return completed, by any thread, with what {@code open} would return; unless overridden with what it does
     */
    default CompletionStage<Optional<Pop3Mailbox>> openLater(String user, String password, Pop3Session session) {
        return CompletableFuture.completedFuture(open(user, password, session));
    }

    /**
     * A client has come: as {@link Pop3Handler#connected}.
     *
     * @param session new, empty
     * @return a refusal, -ERR, in place of the greeting; empty to welcome it
     */
    default Optional<Pop3Reply> connected(Pop3Session session) {
        return Optional.empty();
    }

    /**
     * The same where it has to be looked up: as {@link Pop3Handler#admit}. This is what is called.
     *
     * @param session new, empty
     * @return completed, by any thread, with what {@link #connected} would return; unless overridden with what it does
     */
    default CompletionStage<Optional<Pop3Reply>> admit(Pop3Session session) {
        return CompletableFuture.completedFuture(connected(session));
    }

    /**
     * The session has ended: as {@link Pop3Handler#ended}.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(Pop3Session session, SessionEnd end) {}
}
