package dev.starttls.smtp;

import dev.starttls.core.upgrade.Step;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a server's author answers a command with.
 *
 * <pre>{@code
 * return SmtpAnswer.of(250, "2.1.0 Ok");
 * }</pre>
 */
public sealed interface SmtpAnswer {

    /**
     * A reply; the next line is a command, unless it is 421, after which the connection is closed (RFC 5321 section 3.8).
     *
     * @param reply neither 334 nor 354
     */
    record Reply(SmtpReply reply) implements SmtpAnswer {
        /** Checks the code. */
        public Reply {
            expectFinal(reply);
        }
    }

    /**
     * The reply to DATA; the next lines are a message, up to the line with a dot alone.
     *
     * @param reply 354
     * @param receiver takes the message
     */
    record Data(SmtpReply reply, SmtpDataReceiver receiver) implements SmtpAnswer {
        /** Checks the code. */
        public Data {
            expect(354, reply);
        }
    }

    /**
     * The answer to BDAT (RFC 3030 section 2): takes the octets that follow the command, and replies to them. Any other answer
     * than this refuses them: they are read and thrown away.
     *
     * @param receiver takes them
     */
    record Chunk(SmtpChunkReceiver receiver) implements SmtpAnswer {
        /** Checks that it is there. */
        public Chunk {
            Objects.requireNonNull(receiver, "receiver: expected one for the octets of the chunk, got null");
        }
    }

    /**
     * A challenge of AUTH (RFC 4954 section 4); the next line is the client's response, of at most 12,288 octets.
     *
     * @param reply 334
     * @param response from the client's line, as it came, to the next answer
     */
    record Challenge(SmtpReply reply, Function<String, SmtpAnswer> response) implements SmtpAnswer {
        /** Checks the code. */
        public Challenge {
            expect(334, reply);
        }
    }

    /**
     * A last reply; the connection is closed after it.
     *
     * @param reply for instance 421; neither 334 nor 354
     */
    record Close(SmtpReply reply) implements SmtpAnswer {
        /** Checks the code. */
        public Close {
            expectFinal(reply);
        }
    }

    /**
     * A last answer, after which the connection is the application's: for an extension that turns the connection into something else, or a proxy that has found where the client belongs. Its channel goes to the receiver of
     * {@link dev.starttls.core.nio.ServerSetup#handOver}, by the thread that has just called {@link SmtpHandler#ended} with {@link
     * dev.starttls.core.upgrade.SessionEnd.Cause#HANDED_OVER}. Where the answer cannot leave, {@code ended} is called with another
     * cause, and the receiver is not. Without a receiver this answer is a fault of the handler. Whose channel it is, {@link dev.starttls.core.nio.StartTlsChannel#session} says, with all that the handler has kept in
     * its session. The answer leaves before what the application writes, and
     * what the client has sent after its command is read first.
     *
     * @param reply 250, or what an extension says
     */
    record HandOver(SmtpReply reply) implements SmtpAnswer {
        /** Checks it. */
        public HandOver {
            expectFinal(reply);
        }
    }

    /**
     * The answer comes later, from any thread: the connection waits for it, and no other does. What the client has pipelined
     * waits in its order, and the client's time does not run. A stage that fails, or is not completed in time, ends the
     * connection: the client is answered 451 and 421. An answer that comes after the connection has ended changes nothing.
     *
     * <p>Until it is complete the session is left alone, so that whatever completes it may use the session; only {@link
     * SmtpHandler#ended} may be called meanwhile.
     *
     * @param answer completed with the answer, which may be another of these
     * @param limit how long it may take; positive
     */
    record Later(CompletionStage<SmtpAnswer> answer, Duration limit) implements SmtpAnswer {
        /** Checks that nothing is missing, and the limit. */
        public Later {
            Objects.requireNonNull(answer, "answer: expected a stage that will be completed, got null");
            Objects.requireNonNull(limit, "limit: expected a positive time, got null");
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("limit: expected a positive time, got " + limit);
            }
        }
    }

    /**
     * The answer comes later, within {@link Step.Later#DEFAULT_LIMIT}: {@link Later}; one that is there already is given as
     * it is.
     *
     * <pre>{@code
     * return SmtpAnswer.later(database.lookUp(name).thenApply(found -> answerFor(found)));
     * }</pre>
     *
     * @param answer completed with the answer
     * @return the answer
     */
    static SmtpAnswer later(CompletionStage<? extends SmtpAnswer> answer) {
        // Of a stage nothing is done but to take its answer.
        @SuppressWarnings("unchecked")
        CompletionStage<SmtpAnswer> any = (CompletionStage<SmtpAnswer>) answer;
        return Step.Later.present(any).orElseGet(() -> new Later(any, Step.Later.DEFAULT_LIMIT));
    }

    /**
     * A reply, the next line being a command.
     *
     * @param code neither 334 nor 354
     * @param text of each line, an enhanced status code at the beginning of the first
     * @return the answer
     */
    static SmtpAnswer of(int code, String... text) {
        return new Reply(SmtpReply.of(code, text));
    }

    private static void expectFinal(SmtpReply reply) {
        if (reply.category() == 3) {
            throw new IllegalArgumentException("reply: expected a final one, got " + reply.code()
                    + "; SmtpAnswer.Data and SmtpAnswer.Challenge say what the next line is");
        }
    }

    private static void expect(int code, SmtpReply reply) {
        if (reply.code() != code) {
            throw new IllegalArgumentException("reply: expected " + code + ", got " + reply.code());
        }
    }
}
