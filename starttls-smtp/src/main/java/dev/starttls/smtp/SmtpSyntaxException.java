package dev.starttls.smtp;

import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;

/** A server's reply is not what RFC 5321 section 4.2 allows, or is longer than was allowed for. */
public final class SmtpSyntaxException extends IOException {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    SmtpSyntaxException(FailureReason reason, String message) {
        super(message);
        this.reason = reason;
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
