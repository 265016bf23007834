package dev.starttls.pop3;

import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;

/** A server's response is not what RFC 1939 section 3 allows, or is longer than was allowed for. */
public final class Pop3SyntaxException extends IOException {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    Pop3SyntaxException(FailureReason reason, String message) {
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
