package dev.starttls.imap;

import dev.starttls.core.upgrade.Step;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a server's author answers a command with. The tag is put before it by the dialogue.
 *
 * <pre>{@code
 * return ImapAnswer.no("[AUTHENTICATIONFAILED] Wrong name or password");
 * }</pre>
 */
public sealed interface ImapAnswer {

    /**
     * Data, perhaps none, and the end of the command. After data that is a BYE the connection is closed (RFC 9051 section
     * 7.1.5).
     *
     * @param data sent before the end, in their order
     * @param status {@link ImapCondition#OK}, {@link ImapCondition#NO} or {@link ImapCondition#BAD}
     */
    record Reply(List<ImapResponse.Data> data, ImapStatus status) implements ImapAnswer {
        /** Keeps its own copy of the data and checks the condition. */
        public Reply {
            data = List.copyOf(data);
            expectFinal(status);
        }
    }

    /**
     * A challenge of AUTHENTICATE (RFC 9051 section 6.2.2); the next line is the client's response. A response of "*"
     * cancels the exchange and does not come here.
     *
     * @param challenge in base64; may be empty
     * @param response from the client's line, as it came, to the next answer
     */
    record Challenge(ImapResponse.Continuation challenge, Function<String, ImapAnswer> response)
            implements ImapAnswer {}

    /**
     * The end of the command and of the session: an untagged BYE goes before it, and the connection is closed after it.
     *
     * @param bye text of the BYE, for people
     * @param status {@link ImapCondition#OK}, {@link ImapCondition#NO} or {@link ImapCondition#BAD}
     */
    record Close(String bye, ImapStatus status) implements ImapAnswer {
        /** Checks the condition. */
        public Close {
            expectFinal(status);
        }
    }

    /**
     * A last answer, after which the connection is the application's: for COMPRESS (RFC 4978 section 3), or a proxy that has found where the user's mailboxes are. Its channel goes to the receiver of
     * {@link dev.starttls.core.nio.ServerSetup#handOver}, by the thread that has just called {@link ImapHandler#ended} with {@link
     * dev.starttls.core.upgrade.SessionEnd.Cause#HANDED_OVER}. Where the answer cannot leave, {@code ended} is called with another
     * cause, and the receiver is not. Without a receiver this answer is a fault of the handler. Whose channel it is, {@link dev.starttls.core.nio.StartTlsChannel#session} says, with all that the handler has kept in
     * its session. The answer leaves before what the application writes, and
     * what the client has sent after its command is read first.
     *
     * @param status {@link ImapCondition#OK}, {@link ImapCondition#NO} or {@link ImapCondition#BAD}
     */
    record HandOver(ImapStatus status) implements ImapAnswer {
        /** Checks it. */
        public HandOver {
            expectFinal(status);
        }
    }

    /**
     * The answer comes later, from any thread: the connection waits for it, and no other does. What the client has pipelined
     * waits in its order, and the client's time does not run. A stage that fails, or is not completed in time, ends the
     * connection: the command is answered NO [SERVERBUG], and BYE follows. An answer that comes after the connection has ended changes nothing.
     *
     * <p>Until it is complete the session is left alone, so that whatever completes it may use the session; only {@link
     * ImapHandler#ended} may be called meanwhile.
     *
     * @param answer completed with the answer, which may be another of these
     * @param limit how long it may take; positive
     */
    record Later(CompletionStage<ImapAnswer> answer, Duration limit) implements ImapAnswer {
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
     * return ImapAnswer.later(database.lookUp(name).thenApply(found -> answerFor(found)));
     * }</pre>
     *
     * @param answer completed with the answer
     * @return the answer
     */
    static ImapAnswer later(CompletionStage<? extends ImapAnswer> answer) {
        // Of a stage nothing is done but to take its answer.
        @SuppressWarnings("unchecked")
        CompletionStage<ImapAnswer> any = (CompletionStage<ImapAnswer>) answer;
        return Step.Later.present(any).orElseGet(() -> new Later(any, Step.Later.DEFAULT_LIMIT));
    }

    /**
     * The command was carried out.
     *
     * @param text for people, a response code in brackets at its beginning
     * @param data sent before it
     * @return the answer
     */
    static ImapAnswer ok(String text, ImapResponse.Data... data) {
        return new Reply(List.of(data), ImapStatus.of(ImapCondition.OK, text));
    }

    /**
     * The command failed.
     *
     * @param text for people, a response code in brackets at its beginning
     * @return the answer
     */
    static ImapAnswer no(String text) {
        return new Reply(List.of(), ImapStatus.of(ImapCondition.NO, text));
    }

    /**
     * The command was not understood, or not in this state.
     *
     * @param text for people, a response code in brackets at its beginning
     * @return the answer
     */
    static ImapAnswer bad(String text) {
        return new Reply(List.of(), ImapStatus.of(ImapCondition.BAD, text));
    }

    private static void expectFinal(ImapStatus status) {
        if (status.condition().compareTo(ImapCondition.BAD) > 0) {
            throw new IllegalArgumentException("status: expected OK, NO or BAD, got " + status.condition());
        }
    }
}
