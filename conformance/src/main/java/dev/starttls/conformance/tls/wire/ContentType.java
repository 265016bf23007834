package dev.starttls.conformance.tls.wire;

import java.util.Arrays;
import java.util.Optional;

/** What a record carries (RFC 8446 section 5.1, RFC 6520 section 3). */
public enum ContentType {
    CHANGE_CIPHER_SPEC(20),
    ALERT(21),
    HANDSHAKE(22),
    APPLICATION_DATA(23),
    HEARTBEAT(24);

    private final int code;

    ContentType(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The type with this number. */
    public static Optional<ContentType> of(int code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }
}
