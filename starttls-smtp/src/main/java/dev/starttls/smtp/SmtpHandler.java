package dev.starttls.smtp;

import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What the author of a server does with the commands that the dialogue does not answer itself: all but EHLO, HELO, NOOP,
 * QUIT and STARTTLS, and under {@link dev.starttls.core.upgrade.TlsPolicy#REQUIRED} none before TLS. {@link
 * SmtpTransaction} is one that knows the commands of a mail transaction.
 *
 * <pre>{@code
 * SmtpHandler handler = (command, session) -> SmtpAnswer.of(502, "5.5.1 Not implemented");
 * }</pre>
 *
 * <p>Called by the thread that drives the connection, which waits for the return: do not block in an event loop, but return
 * {@link SmtpAnswer#later} and answer when it is known, from any thread. One that
 * keeps its state in the session serves any number of connections. A method that throws ends its connection: the client is
 * answered 451 and 421. So does one that returns what it must not, such as a refusal that is not one: 250 would have the client
 * go on, and lose its mail. What was thrown goes to the
 * uncaught-exception handler of the loop's thread, and is the cause of what {@link
 * dev.starttls.core.nio.ServerSetup#serve} throws; {@link #ended} hears it as {@link SessionEnd.Cause#FAULT}, a listener only
 * before the handshake is done ({@link dev.starttls.core.upgrade.UpgradeListener#failed}).
 */
@FunctionalInterface
public interface SmtpHandler {

    /**
     * Answers a command.
     *
     * @param command from the client; its verb may be anything
     * @param session what is known of the client on this side of the upgrade
     * @return the answer
     */
    SmtpAnswer handle(SmtpCommand command, SmtpSession session);

    /**
     * A client has come and is about to be greeted. Not called again at an upgrade. After 421 the connection is closed;
     * after another refusal, for instance 554, the client is awaited to say QUIT, and all else is answered 503 (RFC 5321
     * section 3.1).
     *
     * @param session new, empty; {@link SmtpSession#peer} is known
     * @return a refusal, 4yz or 5yz, in place of the greeting; empty to welcome it
     */
    default Optional<SmtpReply> connected(SmtpSession session) {
        return Optional.empty();
    }

    /**
     * The same where it has to be looked up whether the client is welcome: the greeting waits for it, up to {@link
     * Step.Later#DEFAULT_LIMIT}, and no other connection does. This is what is called.
     *
     * @param session new, empty; {@link SmtpSession#peer} is known
     * @return completed, by any thread, with what {@link #connected} would return; unless overridden with what it does
     */
    default CompletionStage<Optional<SmtpReply>> admit(SmtpSession session) {
        return CompletableFuture.completedFuture(connected(session));
    }

    /**
     * The client has said EHLO or HELO, perhaps not for the first time; an open mail transaction ends with it (RFC 5321
     * section 4.1.4).
     *
     * @param session with the name it gave
     * @return a refusal, 4yz or 5yz; empty to welcome it. After 421 the connection is closed
     */
    default Optional<SmtpReply> greeted(SmtpSession session) {
        return Optional.empty();
    }

    /**
     * The handshake is done: what was kept outside the session must be forgotten now (RFC 3207 section 4.2).
     *
     * @param session a new one, empty
     */
    default void upgraded(SmtpSession session) {}

    /**
     * The session has ended. Called once for each connection, whatever ended it, also if it ended before it was greeted:
     * during the handshake of implicit TLS. What it throws changes nothing and goes to {@link
     * dev.starttls.core.upgrade.UpgradeListener#uncaught}. An answer that comes after it is dropped; what that carries is yours
     * to close.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(SmtpSession session, SessionEnd end) {}
}
