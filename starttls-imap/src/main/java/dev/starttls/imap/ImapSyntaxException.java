package dev.starttls.imap;

import dev.starttls.core.line.LineException;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;

/**
 * A line, or several, are not what RFC 9051 section 9 allows, or longer than was allowed for. Where the octets were not even a
 * line, the cause is a {@link LineException}, which says what was wrong.
 */
public final class ImapSyntaxException extends IOException {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    ImapSyntaxException(FailureReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Of octets that are not a line. */
    ImapSyntaxException(LineException broken) {
        super(broken.getMessage(), broken);
        this.reason = FailureReason.of(broken);
    }

    /** Of a reader that has failed before. */
    ImapSyntaxException(IOException first) {
        super(
                "Expected no further use of a reader that has failed; close the connection. " + first.getMessage(),
                first);
        this.reason = first instanceof ImapSyntaxException syntax ? syntax.reason : FailureReason.LOCAL_ERROR;
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
