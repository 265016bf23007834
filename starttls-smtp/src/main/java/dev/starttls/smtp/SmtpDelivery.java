package dev.starttls.smtp;

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
     * A recipient was named.
     *
     * @param envelope so far, without this recipient
     * @param recipient the address without its angle brackets
     * @return a refusal, 4yz or 5yz, for instance 550 5.7.1 to who may not relay; empty to take it
     */
    default Optional<SmtpReply> refusal(SmtpEnvelope envelope, String recipient) {
        return Optional.empty();
    }
}
