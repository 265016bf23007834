package dev.starttls.pop3;

import dev.starttls.core.line.LineException;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;

/**
 * A server's response is not what RFC 1939 section 3 allows, or is longer than was allowed for. Where the octets were not even a
 * line, the cause is a {@link LineException}, which says what was wrong.
 */
public final class Pop3SyntaxException extends IOException {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    Pop3SyntaxException(FailureReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Of octets that are not a line. */
    Pop3SyntaxException(LineException broken) {
        super(broken.getMessage(), broken);
        this.reason = FailureReason.of(broken);
    }

    /** Of a reader that has failed before. */
    Pop3SyntaxException(IOException first) {
        super(
                "Expected no further use of a reader that has failed; close the connection. " + first.getMessage(),
                first);
        this.reason = first instanceof Pop3SyntaxException syntax ? syntax.reason : FailureReason.LOCAL_ERROR;
    }

    /**
     * Why, in the terms of an upgrade.
     *
     * @return {@link FailureReason#PROTOCOL_VIOLATION} or {@link FailureReason#LIMIT_EXCEEDED}; {@link
     *     FailureReason#LOCAL_ERROR} of a reader whose caller has thrown
     */
    public FailureReason reason() {
        return reason;
    }
}
