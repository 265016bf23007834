package dev.starttls.pop3;

import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What the author of a server does with the commands that the dialogue does not answer itself: all but CAPA, QUIT and STLS,
 * and under {@link dev.starttls.core.upgrade.TlsPolicy#REQUIRED} none before TLS. USER, PASS, APOP and AUTH come in the
 * AUTHORIZATION state only. {@link Pop3Maildrop} is one that knows the commands of RFC 1939.
 *
 * <pre>{@code
 * Pop3Handler handler = (command, session) -> Pop3Answer.error("Not implemented");
 * }</pre>
 *
 * <p>Called by the thread that drives the connection, which waits for the return: do not block in an event loop, but return
 * {@link Pop3Answer#later} and answer when it is known, from any thread. One that
 * keeps its state in the session serves any number of connections. A method that throws ends its connection, with -ERR
 * [SYS/TEMP]. What was thrown goes to the
 * uncaught-exception handler of the loop's thread, and is the cause of what {@link
 * dev.starttls.core.nio.ServerSetup#serve} throws; {@link #ended} hears it as {@link SessionEnd.Cause#FAULT}, a listener only
 * before the handshake is done ({@link dev.starttls.core.upgrade.UpgradeListener#failed}).
 */
@FunctionalInterface
public interface Pop3Handler {

    /**
     * Answers a command.
     *
     * @param command from the client; its keyword may be anything
     * @param session what is known of the client on this side of the upgrade
     * @return the answer
     */
    Pop3Answer handle(Pop3Command command, Pop3Session session);

    /**
     * A client has come and is about to be greeted. Not called again at an upgrade.
     *
     * @param session new, empty; {@link Pop3Session#peer} is known
     * @return a refusal, -ERR, in place of the greeting, after which the connection is closed; empty to welcome it
     */
    default Optional<Pop3Reply> connected(Pop3Session session) {
        return Optional.empty();
    }

    /**
     * The same where it has to be looked up whether the client is welcome: the greeting waits for it, up to {@link
     * Step.Later#DEFAULT_LIMIT}, and no other connection does. This is what is called.
     *
     * @param session new, empty; {@link Pop3Session#peer} is known
     * @return completed, by any thread, with what {@link #connected} would return; unless overridden with what it does
     */
    default CompletionStage<Optional<Pop3Reply>> admit(Pop3Session session) {
        return CompletableFuture.completedFuture(connected(session));
    }

    /**
     * Makes the timestamp of a greeting, for a handler that knows APOP (RFC 1939 section 7). Asked only for greetings
     * after which APOP is accepted, so never for one that STLS is to follow under REQUIRED.
     *
     * @return another for each greeting; by default none
     */
    default Optional<ApopTimestamp> timestamp() {
        return Optional.empty();
    }

    /**
     * The client has said QUIT in the TRANSACTION state: what was marked as deleted is to be deleted now (RFC 1939 section
     * 6). Not called for a connection that ends without QUIT; nothing may be deleted then.
     *
     * @param session about to end
     * @return the answer to QUIT; the connection is closed after it
     */
    default Pop3Reply update(Pop3Session session) {
        return Pop3Reply.ok("Bye");
    }

    /**
     * The same where deleting takes time: QUIT is answered when it is done, within {@link Step.Later#DEFAULT_LIMIT}. This is
     * what is called.
     *
     * @param session about to end
     * @return completed, by any thread, with the answer to QUIT; unless overridden with that of {@link #update}
     */
    default CompletionStage<Pop3Reply> updateLater(Pop3Session session) {
        return CompletableFuture.completedFuture(update(session));
    }

    /**
     * The handshake is done: what was kept outside the session must be forgotten now (RFC 2595 section 4).
     *
     * @param session a new one, empty
     */
    default void upgraded(Pop3Session session) {}

    /**
     * The session has ended. Called once for each connection, whatever ended it, also if it ended before it was greeted:
     * during the handshake of implicit TLS. What it throws changes nothing and goes to {@link
     * dev.starttls.core.upgrade.UpgradeListener#uncaught}. An answer that comes after it is dropped; what that carries is yours
     * to close.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(Pop3Session session, SessionEnd end) {}
}
