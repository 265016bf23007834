package dev.starttls.conformance.tls.wire;

import java.util.Arrays;
import java.util.Locale;

/** Groups for key exchange (RFC 8446 section 4.2.7, RFC 7919), by their registered names. */
public enum NamedGroup {
    SECT163K1(1, "sect163k1", 163),
    SECT163R2(3, "sect163r2", 163),
    SECT233K1(6, "sect233k1", 233),
    SECT233R1(7, "sect233r1", 233),
    SECT283K1(9, "sect283k1", 283),
    SECT283R1(10, "sect283r1", 283),
    SECT409K1(11, "sect409k1", 409),
    SECT409R1(12, "sect409r1", 409),
    SECT571K1(13, "sect571k1", 571),
    SECT571R1(14, "sect571r1", 571),
    SECP160K1(15, "secp160k1", 160),
    SECP160R1(16, "secp160r1", 160),
    SECP160R2(17, "secp160r2", 160),
    SECP192K1(18, "secp192k1", 192),
    SECP192R1(19, "secp192r1", 192),
    SECP224K1(20, "secp224k1", 224),
    SECP224R1(21, "secp224r1", 224),
    SECP256K1(22, "secp256k1", 256),
    SECP256R1(23, "secp256r1", 256),
    SECP384R1(24, "secp384r1", 384),
    SECP521R1(25, "secp521r1", 521),
    BRAINPOOLP256R1(26, "brainpoolP256r1", 256),
    BRAINPOOLP384R1(27, "brainpoolP384r1", 384),
    BRAINPOOLP512R1(28, "brainpoolP512r1", 512),
    X25519(29, "x25519", 253),
    X448(30, "x448", 448),
    BRAINPOOLP256R1TLS13(31, "brainpoolP256r1tls13", 256),
    BRAINPOOLP384R1TLS13(32, "brainpoolP384r1tls13", 384),
    BRAINPOOLP512R1TLS13(33, "brainpoolP512r1tls13", 512),
    FFDHE2048(256, "ffdhe2048", 2048),
    FFDHE3072(257, "ffdhe3072", 3072),
    FFDHE4096(258, "ffdhe4096", 4096),
    FFDHE6144(259, "ffdhe6144", 6144),
    FFDHE8192(260, "ffdhe8192", 8192),
    SECP256R1_MLKEM768(0x11eb, "SecP256r1MLKEM768", 256),
    X25519_MLKEM768(0x11ec, "X25519MLKEM768", 253),
    SECP384R1_MLKEM1024(0x11ed, "SecP384r1MLKEM1024", 384);

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

    /** Whether it is a prime of RFC 7919 and no curve. */
    public boolean isFiniteField() {
        return label.startsWith("ffdhe");
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
