package dev.starttls.smtp;

import dev.starttls.core.upgrade.Step;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes a message line by line, as it comes after 354 (RFC 5321 section 4.1.1.4). None of its lines is ever a command.
 *
 * <pre>{@code
 * public void line(String line) { spool.add(line); }
 * public SmtpReply end() { return SmtpReply.of(250, "2.0.0 Queued"); }
 * }</pre>
 *
 * <p>Called by the thread that drives the connection, which waits for the return. If the connection ends before the
 * message does, {@link #abandoned} is called instead of {@link #end}.
 */
public interface SmtpDataReceiver {

    /**
     * The next line.
     *
     * @param line without CRLF and without the dot that was put before a dot (RFC 5321 section 4.5.2); each character one
     *     octet. At most as long as the connection's limits allow
     */
    void line(String line);

    /**
     * The message is whole.
     *
     * @return whether it was taken: 250, 4yz or 5yz. A reply 3yz ends the connection, as {@link SmtpHandler} has it
     */
    SmtpReply end();

    /**
     * The same where storing it takes time: the reply waits for it, up to {@link #timeLimit}, and no other connection does.
     * This is what is called.
     *
     * @return completed, by any thread, with what {@link #end} would return; unless overridden with what it does
     */
    default CompletionStage<SmtpReply> finish() {
        return CompletableFuture.completedFuture(end());
    }

    /**
     * Asked after each line: whether the receiver has enough for now. Nothing more is read of the client until what is returned
     * is complete, so that a message of any size takes no more memory than the receiver holds.
     *
     * <pre>{@code
     * public Optional<CompletionStage<?>> pause() { return spool.full() ? Optional.of(spool.written()) : Optional.empty(); }
     * }</pre>
     *
     * @return completed, by any thread, when the next line may come, within {@link #timeLimit}; if that fails, or takes longer,
     *     the connection ends with 421. Empty to read on
     */
    default Optional<? extends CompletionStage<?>> pause() {
        return Optional.empty();
    }

    /**
     * How long {@link #finish} and each {@link #pause} may take.
     *
     * @return positive; {@link Step.Later#DEFAULT_LIMIT} unless overridden. A client waits at least 10 minutes for the reply to
     *     a message (RFC 5321 section 4.5.3.2.6), and sends it again if none comes
     */
    default Duration timeLimit() {
        return Step.Later.DEFAULT_LIMIT;
    }

    /**
     * Asked after each line: whether the rest is not to be read any more. There is no way to refuse a message before its
     * end but to close the connection; a receiver that throws the rest away does so for no more than a bounded amount.
     *
     * @return a last reply, 4yz or 5yz, for instance 552; it is sent at once, 421 follows, and the connection is closed.
     *     Empty to read on
     */
    default Optional<SmtpReply> cutOff() {
        return Optional.empty();
    }

    /**
     * There will be no end of the message: it was refused without asking the receiver, because it is too large, or the
     * connection ended. Nothing else will be called.
     */
    default void abandoned() {}
}
