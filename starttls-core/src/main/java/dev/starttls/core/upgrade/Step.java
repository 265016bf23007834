package dev.starttls.core.upgrade;

import java.util.List;
import java.util.Objects;

/**
 * What a {@link Dialogue} wants next. The lines are without CRLF, each character one octet.
 *
 * <p>What a step may do is decided by the table of states, not by the dialogue: a step that the state does not allow is
 * an {@link IllegalStateException}.
 */
public sealed interface Step {

    /**
     * Send lines, perhaps none, and wait for the peer's next line.
     *
     * @param phase the phase that the wait belongs to
     * @param lines to send
     */
    record Await(Phase phase, List<String> lines) implements Step {
        /** Keeps its own copy of the lines. */
        public Await {
            Objects.requireNonNull(phase, "phase");
            lines = List.copyOf(lines);
        }
    }

    /**
     * Send lines, perhaps none, and wait for octets that are no line: an IMAP literal (RFC 9051 section 4.3). They are
     * given to {@link Dialogue#octets} as one piece, and what follows them are lines again.
     *
     * @param phase the phase that the wait belongs to
     * @param lines to send
     * @param count of octets, at least 1; more than the octets that the limits allow in a phase fail the connection
     */
    record AwaitOctets(Phase phase, List<String> lines, int count) implements Step {
        /** Keeps its own copy of the lines. */
        public AwaitOctets {
            Objects.requireNonNull(phase, "phase");
            lines = List.copyOf(lines);
            if (count < 1) {
                throw new IllegalArgumentException("count: expected at least 1 octet, got " + count);
            }
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
     * Client: send the upgrade command; nothing of the dialogue leaves until its one reply is there.
     *
     * @param command for instance "STARTTLS"
     * @param offer whether the server has announced it
     */
    record Propose(String command, Offer offer) implements Step {
        /** Checks that nothing is missing. */
        public Propose {
            Objects.requireNonNull(offer, "offer");
        }

        /**
         * A command that the server has announced.
         *
         * @param command for instance "STARTTLS"
         */
        public Propose(String command) {
            this(command, Offer.READ);
        }
    }

    /**
     * Client: the server has refused the upgrade command that was sent {@link Offer#UNREAD}. That decides nothing: ask what it
     * can do, and wait for its next line. Once in a connection.
     *
     * @param phase the phase that the wait belongs to
     * @param lines to send
     * @param reply the server's line that refused
     */
    record Ask(Phase phase, List<String> lines, String reply) implements Step {
        /** Keeps its own copy of the lines. */
        public Ask {
            Objects.requireNonNull(phase, "phase");
            lines = List.copyOf(lines);
        }
    }

    /**
     * The go-ahead. Client: it was received, the handshake begins. Server: the command was accepted, send the go-ahead
     * and begin the handshake once it has left; octets after the command are injection.
     *
     * @param goAhead the server's line; empty on a client
     */
    record Proceed(List<String> goAhead) implements Step {
        /** Keeps its own copy of the lines. */
        public Proceed {
            goAhead = List.copyOf(goAhead);
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
     * Send lines, perhaps none; the dialogue is over and the connection is the application's. In plaintext only where the
     * policy does not enforce TLS, and on a client only after {@link Decline}.
     *
     * @param lines to send
     */
    record Ready(List<String> lines) implements Step {
        /** Keeps its own copy of the lines. */
        public Ready {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Send lines, perhaps none, then close the connection.
     *
     * @param lines to send
     */
    record Close(List<String> lines) implements Step {
        /** Keeps its own copy of the lines. */
        public Close {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Send lines, perhaps none, then fail.
     *
     * @param reason why
     * @param detail what was expected and what came
     * @param reply the peer's line, empty if there was none; a client's line is not shown, since it may hold a password
     * @param lines to send, on a server that says why it closes; where the state allows no line they are not sent
     * @param hint what a person may try; empty for the general advice of the reason
     */
    record Fail(FailureReason reason, String detail, String reply, List<String> lines, String hint) implements Step {
        /** Keeps its own copy of the lines. */
        public Fail {
            lines = List.copyOf(lines);
        }

        /** The same without a hint. */
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
        return new Proceed(List.of());
    }

    /**
     * The dialogue is over.
     *
     * @return the step
     */
    static Step ready() {
        return new Ready(List.of());
    }

    /**
     * The peer broke the protocol.
     *
     * @param expected what the dialogue waited for
     * @param reply the line that came instead
     * @return the step
     */
    static Step violation(String expected, String reply) {
        return new Fail(
                FailureReason.PROTOCOL_VIOLATION, "Expected " + expected + ", got another line", reply, List.of());
    }
}
