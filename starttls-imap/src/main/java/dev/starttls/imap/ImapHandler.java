package dev.starttls.imap;

import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What the author of a server does with the commands that the dialogue does not answer itself: all but CAPABILITY, LOGOUT,
 * STARTTLS and, before the log-in, NOOP. Neither LOGIN nor AUTHENTICATE comes here before TLS, under {@link
 * dev.starttls.core.upgrade.TlsPolicy#REQUIRED} nothing does, and what is only for clients that have logged in comes after
 * that. {@link ImapLogin} is one that knows how to log in.
 *
 * <pre>{@code
 * ImapHandler handler = (command, session) -> ImapAnswer.bad("Unknown command");
 * }</pre>
 *
 * <p>Called by the thread that drives the connection, which waits for the return: do not block in an event loop, but return
 * {@link ImapAnswer#later} and answer when it is known, from any thread. One that
 * keeps its state in the session serves any number of connections. A method that throws ends its connection: the command is
 * answered NO [SERVERBUG], and BYE follows. What was thrown goes to the
 * uncaught-exception handler of the loop's thread, and is the cause of what {@link
 * dev.starttls.core.nio.ServerSetup#serve} throws; {@link #ended} hears it as {@link SessionEnd.Cause#FAULT}, a listener only
 * before the handshake is done ({@link dev.starttls.core.upgrade.UpgradeListener#failed}).
 */
@FunctionalInterface
public interface ImapHandler {

    /**
     * Answers a command.
     *
     * @param command from the client; its name may be anything
     * @param session what is known of the client on this side of the upgrade
     * @return the answer
     */
    ImapAnswer handle(ImapCommand command, ImapSession session);

    /**
     * A client has come and is about to be greeted. Inside implicit TLS a handler that knows it by other means may log it
     * in here: the greeting is then PREAUTH (RFC 9051 section 7.1.4). Not called again at an upgrade.
     *
     * @param session new, empty; {@link ImapSession#peer} is known
     * @return a refusal, sent with BYE, after which the connection is closed; empty to welcome it
     */
    default Optional<String> connected(ImapSession session) {
        return Optional.empty();
    }

    /**
     * The same where it has to be looked up whether the client is welcome: the greeting waits for it, up to {@link
     * Step.Later#DEFAULT_LIMIT}, and no other connection does. This is what is called.
     *
     * @param session new, empty; {@link ImapSession#peer} is known
     * @return completed, by any thread, with what {@link #connected} would return; unless overridden with what it does
     */
    default CompletionStage<Optional<String>> admit(ImapSession session) {
        return CompletableFuture.completedFuture(connected(session));
    }

    /**
     * The longest literal that a command may have once the client has logged in; before that it is 4,096 octets at most.
     * The connection's limits bound it too.
     *
     * @return in octets, 0 or more, {@link Integer#MAX_VALUE} to leave it to the limits; 4,096 unless overridden
     */
    default int literalOctets() {
        return 4_096;
    }

    /**
     * The handshake is done: what was kept outside the session must be forgotten now (RFC 9051 section 6.2.1).
     *
     * @param session a new one, empty
     */
    default void upgraded(ImapSession session) {}

    /**
     * The session has ended. Called once for each connection, whatever ended it, also if it ended before it was greeted:
     * during the handshake of implicit TLS. What it throws changes nothing and goes to {@link
     * dev.starttls.core.upgrade.UpgradeListener#uncaught}. An answer that comes after it is dropped; what that carries is yours
     * to close.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(ImapSession session, SessionEnd end) {}
}
