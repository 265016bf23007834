package dev.starttls.core.upgrade;

import java.util.Optional;

/**
 * How a session ended, for {@link Dialogue#ended} and the handlers of the protocols.
 *
 * <pre>{@code
 * public void ended(SmtpSession session, SessionEnd end) {
 *     log(session.peer() + " " + end.cause() + end.failure().map(why -> ": " + why.getMessage()).orElse(""));
 * }
 * }</pre>
 *
 * @param cause what ended it
 * @param failure the exception in which it ended; empty if it ended as it should, or was abandoned by its driver
 */
public record SessionEnd(Cause cause, Optional<UpgradeException> failure) {

    /** What ended a session. */
    public enum Cause {
        /** The dialogue closed it, as the protocol has it: QUIT, LOGOUT, a refusal. Its last lines have left. */
        CLOSED,
        /** The peer closed the connection, with or without close_notify, or the connection broke. */
        PEER_CLOSED,
        /** The peer took too long. */
        TIMED_OUT,
        /** This side was shut down. */
        SHUT_DOWN,
        /** This side's own code threw: see {@link Throwable#getCause} of the failure. */
        FAULT,
        /** Anything else that fails a connection: the handshake, a broken line, a limit. */
        FAILED,
        /** The dialogue is over and the connection is the application's: who receives it is called next, and nobody else ends it. */
        HANDED_OVER,
        /** The driver closed the connection before its dialogue was over. */
        ABANDONED
    }

    static SessionEnd of(UpgradeException why) {
        Cause cause =
                switch (why.reason()) {
                    case CONNECTION_CLOSED, TRUNCATED -> Cause.PEER_CLOSED;
                    case TIMEOUT -> Cause.TIMED_OUT;
                    case REJECTED -> Cause.SHUT_DOWN;
                    case LOCAL_ERROR -> Cause.FAULT;
                    case NOT_OFFERED,
                            REFUSED,
                            DIRECT_NOT_TAKEN,
                            PREAUTHENTICATED,
                            PLAINTEXT_INJECTION,
                            PROTOCOL_VIOLATION,
                            LIMIT_EXCEEDED,
                            TURNED_AWAY,
                            CONNECT_FAILED,
                            HOST_EXCLUDED,
                            HANDSHAKE_FAILED,
                            CERTIFICATE_UNTRUSTED,
                            CERTIFICATE_EXPIRED,
                            CERTIFICATE_NAME_MISMATCH,
                            CERTIFICATE_PIN_MISMATCH,
                            TLSA_MISMATCH,
                            CERTIFICATE_REFUSED,
                            DNSSEC_INVALID,
                            DANE_REQUIRED -> Cause.FAILED;
                };
        return new SessionEnd(cause, Optional.of(why));
    }

    static SessionEnd of(Cause cause) {
        return new SessionEnd(cause, Optional.empty());
    }
}
