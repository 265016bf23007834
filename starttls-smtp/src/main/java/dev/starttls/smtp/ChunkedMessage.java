package dev.starttls.smtp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A message that comes in chunks, given to its receiver in lines as that of DATA is: CRLF ends a line, also one that two chunks
 * have in common. Without BINARYMIME, which is not announced, a message has nothing but lines (RFC 3030 section 3); one with a
 * bare CR or LF, or a NUL, is refused, since what reads it next may take these for ends of lines.
 */
final class ChunkedMessage implements SmtpChunkReceiver {

    /** As many as {@code UpgradeLimits.DEFAULT} lets a line of DATA have, less its CRLF. */
    private static final int MAX_LINE_OCTETS = 8_190;

    private static final SmtpReply BROKEN =
            SmtpReply.of(554, "5.6.0 Lines must end in CRLF, have no other CR, LF or NUL, and not be too long");

    private final SmtpDataReceiver receiver;
    private final Runnable over;
    private final StringBuilder line = new StringBuilder();
    private byte[] piece = {};
    private int at;
    private boolean returned;
    private boolean lineGiven;
    private boolean broken;
    private boolean last;
    private boolean ended;
    private long octets;

    /** The message of a transaction, which ends with it: then {@code over} is run. */
    ChunkedMessage(SmtpDataReceiver receiver, Runnable over) {
        this.receiver = receiver;
        this.over = over;
    }

    /** The next chunk begins. */
    ChunkedMessage chunk(boolean isLast) {
        last = isLast;
        octets = 0;
        return this;
    }

    @Override
    public void octets(byte[] next) {
        piece = next;
        at = 0;
        octets += next.length;
    }

    /** What is left of a piece is given on line by line, as long as its receiver takes more. */
    @Override
    public Optional<? extends CompletionStage<?>> pause() {
        while (!broken && !ended) {
            if (lineGiven) {
                lineGiven = false;
                Optional<? extends CompletionStage<?>> pause = SmtpChunks.waiting(receiver.pause());
                if (pause.isPresent()) {
                    return pause;
                }
            }
            if (at == piece.length || cutOff().isPresent()) {
                return Optional.empty();
            }
            feed();
        }
        return Optional.empty();
    }

    @Override
    public Optional<SmtpReply> cutOff() {
        return broken || ended ? Optional.empty() : receiver.cutOff();
    }

    @Override
    public Duration timeLimit() {
        return receiver.timeLimit();
    }

    @Override
    public CompletionStage<SmtpReply> finish() {
        if (broken) {
            over.run();
            return CompletableFuture.completedFuture(BROKEN);
        }
        if (!last) {
            return CompletableFuture.completedFuture(SmtpReply.of(250, "2.0.0 " + octets + " octets received"));
        }
        if (returned) {
            abandon();
            return CompletableFuture.completedFuture(BROKEN);
        }
        if (line.length() > 0) {
            endLine();
        }
        ended = true;
        over.run();
        return receiver.finish();
    }

    @Override
    public void abandoned() {
        abandon();
    }

    /** The transaction is over without the last chunk. */
    void abandon() {
        over.run();
        if (!ended && !broken) {
            ended = true;
            receiver.abandoned();
        }
    }

    private void feed() {
        while (at < piece.length && !broken) {
            char octet = (char) (piece[at++] & 0xFF);
            if (returned != (octet == '\n') || octet == 0 || line.length() > MAX_LINE_OCTETS) {
                broken = true;
                receiver.abandoned();
            } else if (octet == '\n') {
                returned = false;
                endLine();
                // Asked after each line, as with DATA.
                return;
            } else if (octet == '\r') {
                returned = true;
            } else {
                line.append(octet);
            }
        }
    }

    private void endLine() {
        lineGiven = true;
        receiver.line(line.toString());
        line.setLength(0);
    }
}
