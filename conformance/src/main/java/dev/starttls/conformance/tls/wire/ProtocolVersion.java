package dev.starttls.conformance.tls.wire;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** All published versions of SSL and TLS, oldest first. */
public enum ProtocolVersion {
    SSL2(0x0002, "SSLv2"),
    SSL3(0x0300, "SSLv3"),
    TLS10(0x0301, "TLSv1"),
    TLS11(0x0302, "TLSv1.1"),
    TLS12(0x0303, "TLSv1.2"),
    TLS13(0x0304, "TLSv1.3");

    private final int code;
    private final String label;

    ProtocolVersion(int code, String label) {
        this.code = code;
        this.label = label;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The name as SSLEngine and OpenSSL write it. */
    public String label() {
        return label;
    }

    /** The version with this number on the wire. */
    public static Optional<ProtocolVersion> of(int code) {
        return Arrays.stream(values()).filter(version -> version.code == code).findFirst();
    }

    /** The name of the version with this number, or the number itself if there is none. */
    public static String label(int code) {
        return of(code).map(ProtocolVersion::label).orElseGet(() -> String.format(Locale.ROOT, "0x%04x", code));
    }
}
