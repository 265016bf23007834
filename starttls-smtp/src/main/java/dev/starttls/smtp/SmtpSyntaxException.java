package dev.starttls.smtp;

import dev.starttls.core.line.LineException;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;

/**
 * A server's reply is not what RFC 5321 section 4.2 allows, or is longer than was allowed for. Where the octets were not even a
 * line, the cause is a {@link LineException}, which says what was wrong.
 */
public final class SmtpSyntaxException extends IOException {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    SmtpSyntaxException(FailureReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Of octets that are not a line. */
    SmtpSyntaxException(LineException broken) {
        super(broken.getMessage(), broken);
        this.reason = FailureReason.of(broken);
    }

    /** Of a reader that has failed before. */
    SmtpSyntaxException(SmtpSyntaxException first) {
        super(
                "Expected no further use of a reader that has failed; close the connection. " + first.getMessage(),
                first);
        this.reason = first.reason;
    }

    /**
     * Why, in the terms of an upgrade.
     *
     * @return {@link FailureReason#PROTOCOL_VIOLATION} or {@link FailureReason#LIMIT_EXCEEDED}
     */
    public FailureReason reason() {
        return reason;
    }
}
