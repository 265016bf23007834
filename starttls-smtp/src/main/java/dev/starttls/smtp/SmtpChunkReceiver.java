package dev.starttls.smtp;

import dev.starttls.core.upgrade.Step;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Takes the octets of one BDAT command as they come (RFC 3030 section 2): any octets, none of which is a line or a command.
 *
 * <pre>{@code
 * public void octets(byte[] piece) { file.write(piece); }
 * public CompletionStage<SmtpReply> finish() { return file.flushed().thenApply(done -> SmtpReply.of(250, "2.0.0 Ok")); }
 * }</pre>
 *
 * <p>Called by the thread that drives the connection. It never has more than a piece to hold at once: what the client sends
 * is not read while {@link #pause} has it wait.
 */
public interface SmtpChunkReceiver {

    /**
     * The next octets of the chunk.
     *
     * @param piece at least 1 octet, at most 16,384; the receiver's own
     */
    void octets(byte[] piece);

    /**
     * The chunk is whole, perhaps empty.
     *
     * @return completed, by any thread, with whether it was taken, and if it was the last one whether the message was: 250, 4yz
     *     or 5yz. After a refusal the message is over (RFC 3030 section 2). A reply 3yz ends the connection, as {@link
     *     SmtpHandler} has it
     */
    CompletionStage<SmtpReply> finish();

    /**
     * Asked after each piece, and again when what it has returned is complete: whether the receiver has enough for now.
     *
     * @return completed, by any thread, when it may go on, within {@link #timeLimit}; empty, or complete already, to read on
     */
    default Optional<? extends CompletionStage<?>> pause() {
        return Optional.empty();
    }

    /**
     * Asked after each piece: whether the rest is not to be read any more, as {@link SmtpDataReceiver#cutOff}.
     *
     * @return a last reply, 4yz or 5yz; 421 follows, and the connection is closed. Empty to read on
     */
    default Optional<SmtpReply> cutOff() {
        return Optional.empty();
    }

    /**
     * How long {@link #finish} and each {@link #pause} may take.
     *
     * @return positive; {@link Step.Later#DEFAULT_LIMIT} unless overridden
     */
    default Duration timeLimit() {
        return Step.Later.DEFAULT_LIMIT;
    }

    /**
     * There will be no end of the message: the connection ended, or was upgraded, before the last chunk was whole. Nothing else
     * will be called. A handler that ends the transaction itself, at RSET for instance, is not asked whether it has: it bears
     * this call all the same.
     */
    default void abandoned() {}
}
