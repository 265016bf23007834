package dev.starttls.smtp;

import dev.starttls.core.upgrade.SessionEnd;
import java.util.Optional;

/**
 * Where the messages of an {@link SmtpTransaction} go.
 *
 * <pre>{@code
 * SmtpDelivery delivery = envelope -> new Spool(envelope);   // an SmtpDataReceiver
 * }</pre>
 *
 * <p>Called by the thread that drives the connection, which waits for the return.
 */
@FunctionalInterface
public interface SmtpDelivery {

    /**
     * A message begins: the client has sent DATA.
     *
     * @param envelope with at least one recipient
     * @return takes the message and answers for it
     */
    SmtpDataReceiver begin(SmtpEnvelope envelope);

    /**
     * A client has come: as {@link SmtpHandler#connected}.
     *
     * @param session new, empty
     * @return a refusal, 4yz or 5yz, in place of the greeting; empty to welcome it
     */
    default Optional<SmtpReply> connected(SmtpSession session) {
        return Optional.empty();
    }

    /**
     * The session has ended: as {@link SmtpHandler#ended}.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(SmtpSession session, SessionEnd end) {}

    /**
     * A recipient was named.
     *
     * @param envelope so far, without this recipient
     * @param recipient the address without its angle brackets
     * @return a refusal, 4yz or 5yz, for instance 550 5.7.1 to a client that may not relay; empty to take it. Any other reply ends
     *     the connection, as {@link SmtpHandler} has it
     */
    default Optional<SmtpReply> refusal(SmtpEnvelope envelope, String recipient) {
        return Optional.empty();
    }
}
