package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.Step;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The octets that follow BDAT commands on one connection: how many are still to come, and what takes them, or that none does. */
final class SmtpChunks {

    /** What is read at once: the content of the largest TLS record. */
    static final int PIECE_OCTETS = 16_384;
    /**
     * What is thrown away after a refusal, so that a client that pipelines hears of it: more than mail of a usual size has, and
     * less than is worth sending as an attack. Of a longer chunk nothing is read.
     */
    static final long MAX_REFUSED_OCTETS = 10_485_760;

    /** More digits than any message has octets, fewer than a long. */
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})( +LAST)?", Pattern.CASE_INSENSITIVE);

    private Optional<SmtpChunkReceiver> receiver = Optional.empty();
    private Optional<SmtpReply> refusal = Optional.empty();
    private long left;
    private boolean last;

    /** Whether the argument of BDAT says that the chunk is the last one. */
    static boolean last(String argument) {
        return Ascii.upper(argument).endsWith(" LAST");
    }

    /** The number of octets that the argument of BDAT announces (RFC 3030 section 2). */
    static OptionalLong size(String argument) {
        Matcher matcher = SIZE.matcher(argument);
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    void begin(SmtpChunkReceiver taker, long octets, boolean isLast) {
        receiver = Optional.of(taker);
        last = isLast;
        refusal = Optional.empty();
        left = octets;
    }

    /** The octets are thrown away, and this is the reply to them. */
    void refuse(SmtpReply reply, long octets) {
        refusal = Optional.of(reply);
        left = octets;
    }

    /** Whether a command is not answered yet. */
    boolean open() {
        return left > 0;
    }

    long left() {
        return left;
    }

    void take(byte[] octets) {
        left -= octets.length;
        if (refusal.isEmpty()) {
            receiver.orElseThrow().octets(octets);
        }
    }

    Optional<? extends CompletionStage<?>> pause() {
        return refusal.isEmpty() ? waiting(receiver.orElseThrow().pause()) : Optional.empty();
    }

    /** A pause that is over already is none: otherwise it would be asked for again, without end. */
    static Optional<? extends CompletionStage<?>> waiting(Optional<? extends CompletionStage<?>> pause) {
        return pause.isPresent() && over(pause.get()) ? Optional.empty() : pause;
    }

    /** One that has failed is still to be waited for, which says so. */
    private static boolean over(CompletionStage<?> stage) {
        try {
            CompletableFuture<?> future = stage.toCompletableFuture();
            return future.isDone() && !future.isCompletedExceptionally();
        } catch (UnsupportedOperationException e) {
            // A stage need not have that form.
            return false;
        }
    }

    Optional<SmtpReply> cutOff() {
        return refusal.isEmpty() ? receiver.orElseThrow().cutOff() : Optional.empty();
    }

    Duration timeLimit() {
        return receiver.isPresent() ? receiver.get().timeLimit() : Step.Later.DEFAULT_LIMIT;
    }

    CompletionStage<SmtpReply> finish() {
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(refusal.get());
        }
        SmtpChunkReceiver taker = receiver.orElseThrow();
        if (last) {
            receiver = Optional.empty();
        }
        return taker.finish();
    }

    /** A chunk is answered; after a refusal by what has taken it the message is over (RFC 3030 section 2). */
    SmtpReply finished(SmtpReply reply) {
        if (refusal.isEmpty() && reply.category() >= 4) {
            receiver = Optional.empty();
        }
        refusal = Optional.empty();
        return reply;
    }

    /** There will be no end of a message that has begun. */
    void abandon() {
        Optional<SmtpChunkReceiver> open = receiver;
        receiver = Optional.empty();
        left = 0;
        open.ifPresent(SmtpChunkReceiver::abandoned);
    }
}
