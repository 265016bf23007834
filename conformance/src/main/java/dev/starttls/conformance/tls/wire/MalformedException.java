package dev.starttls.conformance.tls.wire;

import java.io.IOException;

/** What was received is not valid TLS; the message says what is wrong. */
public final class MalformedException extends IOException {

    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }
}
