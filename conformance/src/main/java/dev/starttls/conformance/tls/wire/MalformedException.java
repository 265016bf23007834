package dev.starttls.conformance.tls.wire;

import java.io.IOException;

/** What was received is not TLS; the message says where it went wrong. */
public final class MalformedException extends IOException {

    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }
}
