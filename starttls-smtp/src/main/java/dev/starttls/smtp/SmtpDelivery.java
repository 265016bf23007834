package dev.starttls.smtp;

import dev.starttls.core.upgrade.SessionEnd;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

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
     * A message begins: the client has sent DATA, or the first BDAT of the transaction.
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
     * The same where it has to be looked up: as {@link SmtpHandler#admit}. This is what is called.
     *
     * @param session new, empty
     * @return completed, by any thread, with what {@link #connected} would return; unless overridden with what it does
     */
    default CompletionStage<Optional<SmtpReply>> admit(SmtpSession session) {
        return CompletableFuture.completedFuture(connected(session));
    }

    /**
     * The session has ended: as {@link SmtpHandler#ended}.
     *
     * @param session as it was at the end
     * @param end how it ended
     */
    default void ended(SmtpSession session, SessionEnd end) {}

    /**
     * The parameters of MAIL that the delivery knows besides SIZE and BODY, which the transaction knows itself.
     *
     * @return keywords in upper case, always the same; by default none, and any is answered 555. With SMTPUTF8 (RFC 6531), that
     *     is announced, and an address that is not ASCII needs it. With REQUIRETLS (RFC 8689), that is announced and taken inside TLS
     *     alone, and {@link SmtpEnvelope#requiresTls} has to be obeyed when the message is sent on. What a client gave is in {@link SmtpEnvelope#parameters}
     */
    default Set<String> mailParameters() {
        return Set.of();
    }

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

    /**
     * The same where it has to be looked up: the reply to RCPT waits for it, up to {@link
     * dev.starttls.core.upgrade.Step.Later#DEFAULT_LIMIT}. This is what is called.
     *
     * @param envelope so far, without this recipient
     * @param recipient the address without its angle brackets
     * @return completed, by any thread, with what {@link #refusal} would return; unless overridden with what it does
     */
    default CompletionStage<Optional<SmtpReply>> decide(SmtpEnvelope envelope, String recipient) {
        return CompletableFuture.completedFuture(refusal(envelope, recipient));
    }
}
