package dev.starttls.core.upgrade;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a {@link Dialogue} wants next. A protocol of lines says them without CRLF, each character one octet; any other says
 * octets ({@link Output#octets}) and says where those that it waits for end ({@link Frame}).
 *
 * <p>What a step may do is decided by the table of states, not by the dialogue: a step that the state does not allow is
 * an {@link IllegalStateException}.
 */
public sealed interface Step {

    /**
     * Say something, perhaps nothing, and wait for what the peer says next: a line, or octets as an IMAP literal (RFC 9051
     * section 4.3) or a message of a binary protocol. What follows them is a line again, unless the next step says otherwise.
     *
     * @param phase the phase that the wait belongs to: after {@link Propose} {@link Phase#COMMAND}; on a server that awaits
     *     requests {@link Phase#CAPABILITY} in plaintext and {@link Phase#RECAPABILITY} inside TLS
     * @param output to send; nothing after {@link Propose}
     * @param frame where that which is waited for ends
     */
    record Await(Phase phase, Output output, Frame frame) implements Step {
        /** Checks that nothing is missing. */
        public Await {
            Objects.requireNonNull(phase, "phase");
            Objects.requireNonNull(output, "output");
            Objects.requireNonNull(frame, "frame");
        }

        /**
         * Send lines, perhaps none, and wait for the peer's next line.
         *
         * @param phase the phase that the wait belongs to
         * @param lines to send
         */
        public Await(Phase phase, List<String> lines) {
            this(phase, Output.lines(lines), Frame.line());
        }
    }

    /** Whether the server has announced the upgrade. */
    enum Offer {
        /** It has. */
        READ,
        /** It was not asked: see {@link Dialogue#direct}. */
        UNREAD
    }

    /**
     * Client: send the upgrade command; nothing of the dialogue leaves until its one reply is there. A reply of several lines,
     * and what a server may say of its own account before it, is taken by {@link Await} without output, as often as it takes;
     * {@link Proceed}, {@link Decline} or {@link Fail} then says what the reply was.
     *
     * @param command for instance "STARTTLS"
     * @param reply where the reply to it ends
     * @param offer whether the server has announced it
     */
    record Propose(Output command, Frame reply, Offer offer) implements Step {
        /** Checks that nothing is missing. */
        public Propose {
            Objects.requireNonNull(reply, "reply");
            Objects.requireNonNull(offer, "offer");
            requireCommand(command);
        }

        /**
         * A command that is a line, answered by a line.
         *
         * @param command for instance "STARTTLS"
         * @param offer whether the server has announced it
         */
        public Propose(String command, Offer offer) {
            this(Output.line(command), Frame.line(), offer);
        }

        /**
         * A command that is a line, answered by a line, which the server has announced or which needs no announcement.
         *
         * @param command for instance "STARTTLS"
         */
        public Propose(String command) {
            this(command, Offer.READ);
        }

        /**
         * A command of a binary protocol, which the server has announced or which needs no announcement.
         *
         * @param command for instance the SSLRequest of PostgreSQL
         * @param reply where the reply to it ends
         */
        public Propose(Output command, Frame reply) {
            this(command, reply, Offer.READ);
        }
    }

    /**
     * The protocol has no go-ahead (MySQL). Client: send the upgrade command, which the server has announced, and begin the
     * handshake once it has left; what comes before that fails the connection. Server: the command was accepted; what follows
     * it, in the same segment or later, is the handshake and nothing else. Where the server does not greet again inside TLS,
     * a client uses nothing of the greeting there but the offer that it has taken up.
     *
     * @param command of a client; empty on a server
     */
    record HandOver(Output command) implements Step {
        /** Checks that nothing is missing. */
        public HandOver {
            Objects.requireNonNull(command, "command");
        }
    }

    /**
     * Client: the server has refused the upgrade command that was sent {@link Offer#UNREAD}. That decides nothing: ask what it
     * can do, and wait for its next line. Once in a connection.
     *
     * @param phase the phase that the wait belongs to
     * @param output to send
     * @param reply the server's line that refused
     */
    record Ask(Phase phase, Output output, String reply) implements Step {
        /** Checks that nothing is missing. */
        public Ask {
            Objects.requireNonNull(phase, "phase");
            Objects.requireNonNull(output, "output");
        }

        /**
         * The same in lines.
         *
         * @param phase the phase that the wait belongs to
         * @param lines to send
         * @param reply the server's line that refused
         */
        public Ask(Phase phase, List<String> lines, String reply) {
            this(phase, Output.lines(lines), reply);
        }
    }

    /**
     * The go-ahead. Client: it was received, the handshake begins. Server: the command was accepted, send the go-ahead
     * and begin the handshake once it has left; octets after the command are injection.
     *
     * @param goAhead of a server; empty on a client
     */
    record Proceed(Output goAhead) implements Step {
        /** Checks that nothing is missing. */
        public Proceed {
            Objects.requireNonNull(goAhead, "goAhead");
        }

        /**
         * The same in lines.
         *
         * @param goAhead the server's line; empty on a client
         */
        public Proceed(List<String> goAhead) {
            this(Output.lines(goAhead));
        }
    }

    /**
     * Wait for code of this side: what it has promised decides on the next step. In {@link State#PLAINTEXT} and {@link
     * State#SECURE} only, never between the upgrade command and the end of the handshake.
     *
     * <p>Until it is there nothing more is taken of the peer, so that what the peer has pipelined stays in its order, in the
     * buffers of the network; what was said before still leaves. The peer's time does not run meanwhile. {@link
     * UpgradeConnection#want} says {@link Want#ANSWER}, and whoever drives the connection is woken by {@link
     * UpgradeConnection#onWake}.
     *
     * <p>Any thread may complete it. {@code then} is called by the thread that drives the connection, once, unless the
     * connection has ended: then nothing is called. What it was completed with exceptionally, and what {@code then} throws,
     * ends the connection as what a dialogue throws does: {@link ClosingReason#FAULT}. So does the limit, with {@link
     * FailureReason#LOCAL_ERROR}.
     *
     * @param <T> what is answered
     * @param answer what was promised
     * @param then makes the next step of it, which may be another of these
     * @param limit how long it may take; positive, {@link UpgradeLimits#MAX_TIME} at most
     */
    record Later<T>(CompletionStage<T> answer, Function<? super T, ? extends Step> then, Duration limit)
            implements Step {

        /**
         * 60 seconds, as {@link UpgradeLimits#DEFAULT} has for a phase: a person waits at the other end, or a client whose own
         * limit is not much longer. RFC 5321 section 4.5.3.2 has clients wait at least 5 minutes for a reply, and 10 for the one
         * to a message.
         */
        public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(60);

        /** Checks that nothing is missing and the bounds of the limit. */
        public Later {
            Objects.requireNonNull(answer, "answer: expected a stage that will be completed, got null");
            Objects.requireNonNull(then, "then");
            limit = UpgradeLimits.checkedTime("limit", limit);
        }

        /**
         * What a stage was completed with, if that is there already.
         *
         * @param <T> what is answered
         * @param answer what was promised
         * @return empty if it is not there, or failed
         */
        public static <T> Optional<T> present(CompletionStage<T> answer) {
            return answer instanceof CompletableFuture<T> future
                            && future.isDone()
                            && !future.isCompletedExceptionally()
                    ? Optional.ofNullable(future.join())
                    : Optional.empty();
        }
    }

    /**
     * Client: there will be no TLS on this connection. The policy decides whether that fails it; if not, the dialogue is
     * asked for its next step by {@link Dialogue#declined}.
     *
     * @param reason {@link FailureReason#NOT_OFFERED}, {@link FailureReason#REFUSED} or {@link
     *     FailureReason#PREAUTHENTICATED}
     * @param reply the server's line that said so
     */
    record Decline(FailureReason reason, String reply) implements Step {
        /** Checks the reason. */
        public Decline {
            switch (reason) {
                case NOT_OFFERED, REFUSED, PREAUTHENTICATED -> {}
                default ->
                    throw new IllegalArgumentException("reason: expected NOT_OFFERED, REFUSED or PREAUTHENTICATED, got "
                            + reason + "; use Step.Fail for others");
            }
        }
    }

    /**
     * Say something, perhaps nothing; the dialogue is over and the connection is the application's. In plaintext only where
     * the policy does not enforce TLS, and on a client only after {@link Decline}. What a client says in answer to {@link
     * Dialogue#secured} leaves in the segment of its Finished.
     *
     * @param output to send
     */
    record Ready(Output output) implements Step {
        /** Checks that nothing is missing. */
        public Ready {
            Objects.requireNonNull(output, "output");
        }

        /**
         * The same in lines.
         *
         * @param lines to send
         */
        public Ready(List<String> lines) {
            this(Output.lines(lines));
        }
    }

    /**
     * Say something, perhaps nothing, then close the connection.
     *
     * @param output to send
     */
    record Close(Output output) implements Step {
        /** Checks that nothing is missing. */
        public Close {
            Objects.requireNonNull(output, "output");
        }

        /**
         * The same in lines.
         *
         * @param lines to send
         */
        public Close(List<String> lines) {
            this(Output.lines(lines));
        }
    }

    /**
     * Say something, perhaps nothing, then fail.
     *
     * @param reason why
     * @param detail what was expected and what came
     * @param reply the peer's line, empty if there was none; a client's line is not shown, since it may hold a password
     * @param output to send, on a server that says why it closes; where the state allows none it is not sent
     * @param hint what a person may try; empty for the general advice of the reason
     */
    record Fail(FailureReason reason, String detail, String reply, Output output, String hint) implements Step {
        /** Checks that nothing is missing. */
        public Fail {
            Objects.requireNonNull(output, "output");
        }

        /**
         * The same in lines.
         *
         * @param reason why
         * @param detail what was expected and what came
         * @param reply the peer's line, empty if there was none
         * @param lines to send, on a server that says why it closes
         * @param hint what a person may try; empty for the general advice of the reason
         */
        public Fail(FailureReason reason, String detail, String reply, List<String> lines, String hint) {
            this(reason, detail, reply, Output.lines(lines), hint);
        }

        /**
         * The same in lines, without a hint.
         *
         * @param reason why
         * @param detail what was expected and what came
         * @param reply the peer's line, empty if there was none
         * @param lines to send, on a server that says why it closes
         */
        public Fail(FailureReason reason, String detail, String reply, List<String> lines) {
            this(reason, detail, reply, lines, "");
        }
    }

    /**
     * Wait for the peer's next line.
     *
     * @param phase the phase that the wait belongs to
     * @return the step
     */
    static Step await(Phase phase) {
        return new Await(phase, List.of());
    }

    /**
     * Wait for octets of the peer.
     *
     * @param phase the phase that the wait belongs to
     * @param frame where they end
     * @return the step
     */
    static Step await(Phase phase, Frame frame) {
        return new Await(phase, Output.none(), frame);
    }

    /**
     * Send one line and wait for the peer's next.
     *
     * @param phase the phase that the wait belongs to
     * @param line to send
     * @return the step
     */
    static Step send(Phase phase, String line) {
        return new Await(phase, List.of(line));
    }

    /**
     * The go-ahead was received (client).
     *
     * @return the step
     */
    static Step goAhead() {
        return new Proceed(Output.none());
    }

    /**
     * What is made of an answer: at once if it is there already, otherwise {@link Later}.
     *
     * @param <T> what is answered
     * @param answer what was promised
     * @param then makes the next step of it
     * @param limit how long it may take; positive
     * @return the step
     * @throws IllegalArgumentException if the limit is not positive
     */
    static <T> Step later(CompletionStage<T> answer, Function<? super T, ? extends Step> then, Duration limit) {
        Later<T> later = new Later<>(answer, then, limit);
        Optional<T> present = Later.present(answer);
        return present.isPresent() ? then.apply(present.get()) : later;
    }

    /**
     * The dialogue is over.
     *
     * @return the step
     */
    static Step ready() {
        return new Ready(Output.none());
    }

    /**
     * The peer broke the protocol.
     *
     * @param expected what the dialogue waited for
     * @param reply the line that came instead, which a client's exception shows; a server's does not, since a client's line may
     *     hold a password: say in {@code expected} what the server's log is to have. Empty where it was no line
     * @return the step
     */
    static Step violation(String expected, String reply) {
        return new Fail(
                FailureReason.PROTOCOL_VIOLATION,
                "Expected " + expected + ", got " + (reply.isEmpty() ? "something else" : "another line"),
                reply,
                List.of());
    }

    private static void requireCommand(Output command) {
        Objects.requireNonNull(command, "command");
        if (command.isEmpty()) {
            throw new IllegalArgumentException(
                    "command: expected at least one octet, got none; nothing can be refused that was not asked for");
        }
    }
}
