package dev.starttls.smtp.policy;

import java.io.IOException;

/** The text of a policy is not what RFC 8461 section 3.2 allows. A TLS report names it {@value #RESULT_TYPE} (RFC 8460 section 4.3). */
public final class StsSyntaxException extends IOException {

    /** The result type in a TLS report. */
    public static final String RESULT_TYPE = "sts-policy-invalid";

    private static final long serialVersionUID = 1L;

    StsSyntaxException(String message) {
        super(message);
    }
}
