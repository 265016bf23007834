package dev.starttls.smtp;

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
 * keeps its state in the session serves any number of connections.
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
     * The client has said EHLO or HELO, perhaps not for the first time; an open mail transaction ends with it (RFC 5321
     * section 4.1.4).
     *
     * @param session with the name it gave
     * @return a refusal, 4yz or 5yz; empty to welcome it
     */
    default Optional<SmtpReply> greeted(SmtpSession session) {
        return Optional.empty();
    }

    /**
     * The handshake is done: what was kept outside the session is to be forgotten now (RFC 3207 section 4.2).
     *
     * @param session a new one, empty
     */
    default void upgraded(SmtpSession session) {}
}
