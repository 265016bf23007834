package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.Step;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a server's author answers a command with. No first line is longer than {@link Pop3Reply#MAX_OCTETS}.
 *
 * <pre>{@code
 * return Pop3Answer.ok("2 320");
 * }</pre>
 */
public sealed interface Pop3Answer {

    /**
     * A response of one line.
     *
     * @param reply +OK or -ERR
     */
    record Reply(Pop3Reply reply) implements Pop3Answer {
        /** Checks the length. */
        public Reply {
            reply.bounded();
        }
    }

    /**
     * A response of several lines (RFC 1939 section 3).
     *
     * @param reply +OK
     * @param lines after it, each character one octet, without the dots that are put before dots and without the one at
     *     the end: both are put there when it is sent
     */
    record MultiLine(Pop3Reply reply, List<String> lines) implements Pop3Answer {
        /** Checks the status and the lines, and keeps its own copy of them. */
        public MultiLine {
            expectOk(reply);
            lines = List.copyOf(lines);
            for (String line : lines) {
                if (!Ascii.sendable(line)) {
                    throw new IllegalArgumentException(
                            "lines: expected octets (U+0001 to U+00FF) without CR and LF, got a"
                                    + " line of " + line.length()
                                    + " characters with another; encode non-ASCII text to octets first, and give each line"
                                    + " separately");
                }
            }
        }
    }

    /**
     * The client has logged in and its maildrop is open: the session enters the TRANSACTION state.
     *
     * @param reply +OK
     */
    record Opened(Pop3Reply reply) implements Pop3Answer {
        /** Checks the status. */
        public Opened {
            expectOk(reply);
        }
    }

    /**
     * A challenge of AUTH (RFC 5034 section 4); the next line is the client's response, bounded as the connection's lines
     * are. A client that gives up sends an asterisk; that is answered -ERR without asking for the next answer.
     *
     * @param challenge in base64, may be empty; sent after "+ "
     * @param response from the client's line, as it came, to the next answer
     */
    record Challenge(String challenge, Function<String, Pop3Answer> response) implements Pop3Answer {
        /** Checks that the challenge is a word. */
        public Challenge {
            if (!challenge.isEmpty() && !Ascii.word(challenge)) {
                throw new IllegalArgumentException("challenge: expected base64, got other characters");
            }
        }
    }

    /**
     * A last response; the connection is closed after it.
     *
     * @param reply for instance -ERR
     */
    record Close(Pop3Reply reply) implements Pop3Answer {
        /** Checks the length. */
        public Close {
            reply.bounded();
        }
    }

    /**
     * A last answer, after which the connection is the application's: for a proxy that has found where the user's maildrop is. Its channel goes to the receiver of
     * {@link dev.starttls.core.nio.ServerSetup#handOver}, by the thread that has just called {@link Pop3Handler#ended} with {@link
     * dev.starttls.core.upgrade.SessionEnd.Cause#HANDED_OVER}. Where the answer cannot leave, {@code ended} is called with another
     * cause, and the receiver is not. Without a receiver this answer is a fault of the handler. Whose channel it is, {@link dev.starttls.core.nio.StartTlsChannel#session} says, with all that the handler has kept in
     * its session. The answer leaves before what the application writes, and
     * what the client has sent after its command is read first.
     *
     * @param reply +OK
     */
    record HandOver(Pop3Reply reply) implements Pop3Answer {
        /** Checks it. */
        public HandOver {
            expectOk(reply);
        }
    }

    /**
     * The answer comes later, from any thread: the connection waits for it, and no other does. What the client has pipelined
     * waits in its order, and the client's time does not run. A stage that fails, or is not completed in time, ends the
     * connection: the client is answered -ERR [SYS/TEMP]. An answer that comes after the connection has ended changes nothing.
     *
     * <p>Until it is complete the session is left alone, so that whatever completes it may use the session; only {@link
     * Pop3Handler#ended} may be called meanwhile.
     *
     * @param answer completed with the answer, which may be another of these
     * @param limit how long it may take; positive
     */
    record Later(CompletionStage<Pop3Answer> answer, Duration limit) implements Pop3Answer {
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
     * return Pop3Answer.later(database.lookUp(name).thenApply(found -> answerFor(found)));
     * }</pre>
     *
     * @param answer completed with the answer
     * @return the answer
     */
    static Pop3Answer later(CompletionStage<? extends Pop3Answer> answer) {
        // Of a stage nothing is done but to take its answer.
        @SuppressWarnings("unchecked")
        CompletionStage<Pop3Answer> any = (CompletionStage<Pop3Answer>) answer;
        return Step.Later.present(any).orElseGet(() -> new Later(any, Step.Later.DEFAULT_LIMIT));
    }

    /**
     * A positive response of one line.
     *
     * @param text after +OK
     * @return the answer
     */
    static Pop3Answer ok(String text) {
        return new Reply(Pop3Reply.ok(text));
    }

    /**
     * A negative response.
     *
     * @param text after -ERR, perhaps with a response code at its beginning
     * @return the answer
     */
    static Pop3Answer error(String text) {
        return new Reply(Pop3Reply.error(text));
    }

    private static void expectOk(Pop3Reply reply) {
        if (!reply.bounded().positive()) {
            throw new IllegalArgumentException("reply: expected +OK, got " + reply);
        }
    }
}
