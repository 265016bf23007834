package dev.starttls.conformance.tls.wire;

import java.util.Arrays;
import java.util.Locale;

/** Groups for key exchange (RFC 8446 section 4.2.7, RFC 7919), by their registered names. */
public enum NamedGroup {
    SECT163K1(1, "sect163k1", 163),
    SECP160R1(16, "secp160r1", 160),
    SECP192R1(19, "secp192r1", 192),
    SECP224R1(21, "secp224r1", 224),
    SECP256K1(22, "secp256k1", 256),
    SECP256R1(23, "secp256r1", 256),
    SECP384R1(24, "secp384r1", 384),
    SECP521R1(25, "secp521r1", 521),
    X25519(29, "x25519", 253),
    X448(30, "x448", 448),
    FFDHE2048(256, "ffdhe2048", 2048),
    FFDHE3072(257, "ffdhe3072", 3072),
    FFDHE4096(258, "ffdhe4096", 4096),
    X25519_MLKEM768(0x11ec, "X25519MLKEM768", 253);

    private final int code;
    private final String label;
    private final int bits;

    NamedGroup(int code, String label, int bits) {
        this.code = code;
        this.label = label;
        this.bits = bits;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The registered name. */
    public String label() {
        return label;
    }

    /** The size of the field or of the prime in bits. */
    public int bits() {
        return bits;
    }

    /** The name of the group with this number, or the number itself when it is not one of these. */
    public static String label(int code) {
        return Arrays.stream(values())
                .filter(group -> group.code == code)
                .map(NamedGroup::label)
                .findFirst()
                .orElseGet(() -> String.format(Locale.ROOT, "0x%04x", code));
    }
}
