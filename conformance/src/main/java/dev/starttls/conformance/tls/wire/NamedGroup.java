package dev.starttls.conformance.tls.wire;

import dev.starttls.core.tls.GroupNames;

/** Groups for key exchange (RFC 8446 section 4.2.7, RFC 7919) with their sizes. */
public enum NamedGroup {
    SECT163K1(1, 163),
    SECT163R2(3, 163),
    SECT233K1(6, 233),
    SECT233R1(7, 233),
    SECT283K1(9, 283),
    SECT283R1(10, 283),
    SECT409K1(11, 409),
    SECT409R1(12, 409),
    SECT571K1(13, 571),
    SECT571R1(14, 571),
    SECP160K1(15, 160),
    SECP160R1(16, 160),
    SECP160R2(17, 160),
    SECP192K1(18, 192),
    SECP192R1(19, 192),
    SECP224K1(20, 224),
    SECP224R1(21, 224),
    SECP256K1(22, 256),
    SECP256R1(23, 256),
    SECP384R1(24, 384),
    SECP521R1(25, 521),
    BRAINPOOLP256R1(26, 256),
    BRAINPOOLP384R1(27, 384),
    BRAINPOOLP512R1(28, 512),
    X25519(29, 253),
    X448(30, 448),
    BRAINPOOLP256R1TLS13(31, 256),
    BRAINPOOLP384R1TLS13(32, 384),
    BRAINPOOLP512R1TLS13(33, 512),
    FFDHE2048(256, 2048),
    FFDHE3072(257, 3072),
    FFDHE4096(258, 4096),
    FFDHE6144(259, 6144),
    FFDHE8192(260, 8192),
    SECP256R1_MLKEM768(0x11eb, 256),
    X25519_MLKEM768(0x11ec, 253),
    SECP384R1_MLKEM1024(0x11ed, 384);

    private final int code;
    private final int bits;

    NamedGroup(int code, int bits) {
        this.code = code;
        this.bits = bits;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The registered name. */
    public String label() {
        return GroupNames.of(code);
    }

    /** The size of the field or of the prime in bits. */
    public int bits() {
        return bits;
    }

    /** Whether it is a finite field group of RFC 7919, not a curve. */
    public boolean isFiniteField() {
        return label().startsWith("ffdhe");
    }
}
