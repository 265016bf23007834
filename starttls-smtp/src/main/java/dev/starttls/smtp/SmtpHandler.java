package dev.starttls.smtp;

import dev.starttls.core.upgrade.SessionEnd;
import java.util.Optional;

/**
 * What the author of a server does with the commands that the dialogue does not answer itself: all but EHLO, HELO, NOOP,
 * QUIT and STARTTLS, and under {@link dev.starttls.core.upgrade.TlsPolicy#REQUIRED} none before TLS. {@link
 * SmtpTransaction} is one that knows the commands of a mail transaction.
 *
 * <pre>{@code
 * SmtpHandler handler = (command, session) -> SmtpAnswer.of(502, "5.5.1 Not implemented");
 * }</pre>
 *
 * <p>Called by the thread that drives the connection, which waits for the return: do not block in an event loop. One that
 * keeps its state in the session serves any number of connections. A method that throws ends its connection: the client is
 * answered 451 and 421. So does one that returns what it must not, such as a refusal that is not one: 250 would have the client
 * go on, and lose its mail.
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
     * dev.starttls.core.upgrade.UpgradeListener#uncaught}.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(SmtpSession session, SessionEnd end) {}
}
