package dev.starttls.conformance.tls.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Cipher suites by their registered names: those in use, and those that a server must no longer accept. The properties
 * of a suite are derived from its name.
 */
public enum CipherSuite {
    TLS_NULL_WITH_NULL_NULL(0x0000),
    TLS_RSA_WITH_NULL_MD5(0x0001),
    TLS_RSA_WITH_NULL_SHA(0x0002),
    TLS_RSA_EXPORT_WITH_RC4_40_MD5(0x0003),
    TLS_RSA_WITH_RC4_128_MD5(0x0004),
    TLS_RSA_WITH_RC4_128_SHA(0x0005),
    TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5(0x0006),
    TLS_RSA_WITH_IDEA_CBC_SHA(0x0007),
    TLS_RSA_EXPORT_WITH_DES40_CBC_SHA(0x0008),
    TLS_RSA_WITH_DES_CBC_SHA(0x0009),
    TLS_RSA_WITH_3DES_EDE_CBC_SHA(0x000A),
    TLS_DH_DSS_WITH_DES_CBC_SHA(0x000C),
    TLS_DH_DSS_WITH_3DES_EDE_CBC_SHA(0x000D),
    TLS_DH_RSA_WITH_DES_CBC_SHA(0x000F),
    TLS_DH_RSA_WITH_3DES_EDE_CBC_SHA(0x0010),
    TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA(0x0011),
    TLS_DHE_DSS_WITH_DES_CBC_SHA(0x0012),
    TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA(0x0013),
    TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA(0x0014),
    TLS_DHE_RSA_WITH_DES_CBC_SHA(0x0015),
    TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA(0x0016),
    TLS_DH_anon_EXPORT_WITH_RC4_40_MD5(0x0017),
    TLS_DH_anon_WITH_RC4_128_MD5(0x0018),
    TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA(0x0019),
    TLS_DH_anon_WITH_DES_CBC_SHA(0x001A),
    TLS_DH_anon_WITH_3DES_EDE_CBC_SHA(0x001B),
    TLS_RSA_WITH_AES_128_CBC_SHA(0x002F),
    TLS_DH_DSS_WITH_AES_128_CBC_SHA(0x0030),
    TLS_DH_RSA_WITH_AES_128_CBC_SHA(0x0031),
    TLS_DHE_DSS_WITH_AES_128_CBC_SHA(0x0032),
    TLS_DHE_RSA_WITH_AES_128_CBC_SHA(0x0033),
    TLS_DH_anon_WITH_AES_128_CBC_SHA(0x0034),
    TLS_RSA_WITH_AES_256_CBC_SHA(0x0035),
    TLS_DH_DSS_WITH_AES_256_CBC_SHA(0x0036),
    TLS_DH_RSA_WITH_AES_256_CBC_SHA(0x0037),
    TLS_DHE_DSS_WITH_AES_256_CBC_SHA(0x0038),
    TLS_DHE_RSA_WITH_AES_256_CBC_SHA(0x0039),
    TLS_DH_anon_WITH_AES_256_CBC_SHA(0x003A),
    TLS_RSA_WITH_NULL_SHA256(0x003B),
    TLS_RSA_WITH_AES_128_CBC_SHA256(0x003C),
    TLS_RSA_WITH_AES_256_CBC_SHA256(0x003D),
    TLS_DHE_DSS_WITH_AES_128_CBC_SHA256(0x0040),
    TLS_RSA_WITH_CAMELLIA_128_CBC_SHA(0x0041),
    TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA(0x0044),
    TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA(0x0045),
    TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA(0x0046),
    TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA(0x0062),
    TLS_RSA_EXPORT1024_WITH_RC4_56_SHA(0x0064),
    TLS_DHE_RSA_WITH_AES_128_CBC_SHA256(0x0067),
    TLS_DHE_DSS_WITH_AES_256_CBC_SHA256(0x006A),
    TLS_DHE_RSA_WITH_AES_256_CBC_SHA256(0x006B),
    TLS_DH_anon_WITH_AES_128_CBC_SHA256(0x006C),
    TLS_DH_anon_WITH_AES_256_CBC_SHA256(0x006D),
    TLS_RSA_WITH_CAMELLIA_256_CBC_SHA(0x0084),
    TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA(0x0087),
    TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA(0x0088),
    TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA(0x0089),
    TLS_RSA_WITH_SEED_CBC_SHA(0x0096),
    TLS_DHE_DSS_WITH_SEED_CBC_SHA(0x0099),
    TLS_DHE_RSA_WITH_SEED_CBC_SHA(0x009A),
    TLS_DH_anon_WITH_SEED_CBC_SHA(0x009B),
    TLS_RSA_WITH_AES_128_GCM_SHA256(0x009C),
    TLS_RSA_WITH_AES_256_GCM_SHA384(0x009D),
    TLS_DHE_RSA_WITH_AES_128_GCM_SHA256(0x009E),
    TLS_DHE_RSA_WITH_AES_256_GCM_SHA384(0x009F),
    TLS_DHE_DSS_WITH_AES_128_GCM_SHA256(0x00A2),
    TLS_DHE_DSS_WITH_AES_256_GCM_SHA384(0x00A3),
    TLS_DH_anon_WITH_AES_128_GCM_SHA256(0x00A6),
    TLS_DH_anon_WITH_AES_256_GCM_SHA384(0x00A7),
    TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256(0x00BA),
    TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256(0x00BD),
    TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256(0x00BE),
    TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256(0x00BF),
    TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256(0x00C0),
    TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256(0x00C3),
    TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256(0x00C4),
    TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256(0x00C5),
    TLS_EMPTY_RENEGOTIATION_INFO_SCSV(0x00FF),
    TLS_AES_128_GCM_SHA256(0x1301),
    TLS_AES_256_GCM_SHA384(0x1302),
    TLS_CHACHA20_POLY1305_SHA256(0x1303),
    TLS_AES_128_CCM_SHA256(0x1304),
    TLS_AES_128_CCM_8_SHA256(0x1305),
    TLS_FALLBACK_SCSV(0x5600),
    TLS_ECDH_ECDSA_WITH_NULL_SHA(0xC001),
    TLS_ECDH_ECDSA_WITH_RC4_128_SHA(0xC002),
    TLS_ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA(0xC003),
    TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA(0xC004),
    TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA(0xC005),
    TLS_ECDHE_ECDSA_WITH_NULL_SHA(0xC006),
    TLS_ECDHE_ECDSA_WITH_RC4_128_SHA(0xC007),
    TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA(0xC008),
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA(0xC009),
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA(0xC00A),
    TLS_ECDH_RSA_WITH_NULL_SHA(0xC00B),
    TLS_ECDH_RSA_WITH_RC4_128_SHA(0xC00C),
    TLS_ECDH_RSA_WITH_3DES_EDE_CBC_SHA(0xC00D),
    TLS_ECDH_RSA_WITH_AES_128_CBC_SHA(0xC00E),
    TLS_ECDH_RSA_WITH_AES_256_CBC_SHA(0xC00F),
    TLS_ECDHE_RSA_WITH_NULL_SHA(0xC010),
    TLS_ECDHE_RSA_WITH_RC4_128_SHA(0xC011),
    TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA(0xC012),
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA(0xC013),
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA(0xC014),
    TLS_ECDH_anon_WITH_NULL_SHA(0xC015),
    TLS_ECDH_anon_WITH_RC4_128_SHA(0xC016),
    TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA(0xC017),
    TLS_ECDH_anon_WITH_AES_128_CBC_SHA(0xC018),
    TLS_ECDH_anon_WITH_AES_256_CBC_SHA(0xC019),
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256(0xC023),
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384(0xC024),
    TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256(0xC025),
    TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384(0xC026),
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256(0xC027),
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384(0xC028),
    TLS_ECDH_RSA_WITH_AES_128_CBC_SHA256(0xC029),
    TLS_ECDH_RSA_WITH_AES_256_CBC_SHA384(0xC02A),
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256(0xC02B),
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384(0xC02C),
    TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256(0xC02D),
    TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384(0xC02E),
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256(0xC02F),
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384(0xC030),
    TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256(0xC031),
    TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384(0xC032),
    TLS_RSA_WITH_ARIA_128_GCM_SHA256(0xC050),
    TLS_RSA_WITH_ARIA_256_GCM_SHA384(0xC051),
    TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256(0xC052),
    TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384(0xC053),
    TLS_DHE_DSS_WITH_ARIA_128_GCM_SHA256(0xC056),
    TLS_DHE_DSS_WITH_ARIA_256_GCM_SHA384(0xC057),
    TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256(0xC05C),
    TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384(0xC05D),
    TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256(0xC060),
    TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384(0xC061),
    TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256(0xC072),
    TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384(0xC073),
    TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256(0xC076),
    TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384(0xC077),
    TLS_RSA_WITH_AES_128_CCM(0xC09C),
    TLS_RSA_WITH_AES_256_CCM(0xC09D),
    TLS_DHE_RSA_WITH_AES_128_CCM(0xC09E),
    TLS_DHE_RSA_WITH_AES_256_CCM(0xC09F),
    TLS_RSA_WITH_AES_128_CCM_8(0xC0A0),
    TLS_RSA_WITH_AES_256_CCM_8(0xC0A1),
    TLS_DHE_RSA_WITH_AES_128_CCM_8(0xC0A2),
    TLS_DHE_RSA_WITH_AES_256_CCM_8(0xC0A3),
    TLS_ECDHE_ECDSA_WITH_AES_128_CCM(0xC0AC),
    TLS_ECDHE_ECDSA_WITH_AES_256_CCM(0xC0AD),
    TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8(0xC0AE),
    TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8(0xC0AF),
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256(0xCCA8),
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256(0xCCA9),
    TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256(0xCCAA);

    private final int code;

    CipherSuite(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The suite with this number. */
    public static Optional<CipherSuite> of(int code) {
        return Arrays.stream(values()).filter(suite -> suite.code == code).findFirst();
    }

    /** The name of the suite with this number, or the number itself if it is not one of these. */
    public static String label(int code) {
        return of(code).map(CipherSuite::name).orElseGet(() -> String.format(Locale.ROOT, "0x%04x", code));
    }

    /** The suite with this registered name. */
    public static Optional<CipherSuite> named(String name) {
        return Arrays.stream(values())
                .filter(suite -> suite.name().equals(name))
                .findFirst();
    }

    /** The suites of TLS 1.3. */
    public static List<CipherSuite> modern() {
        return Arrays.stream(values()).filter(CipherSuite::isTls13).toList();
    }

    /** The suites of TLS 1.2 and earlier that RFC 9325 section 4.1 does not forbid. */
    public static List<CipherSuite> classic() {
        return Arrays.stream(values())
                .filter(suite -> !suite.isTls13()
                        && !suite.isSignal()
                        && suite.prohibition().isEmpty())
                .toList();
    }

    /** The suites that RFC 9325 section 4.1 forbids. */
    public static List<CipherSuite> prohibited() {
        return Arrays.stream(values())
                .filter(suite -> suite.prohibition().isPresent())
                .toList();
    }

    /** Whether it is a suite of TLS 1.3, which does not include the key exchange. */
    public boolean isTls13() {
        return code >> 8 == 0x13;
    }

    /** Whether it is not a suite but a signal to the server (RFC 5746 section 3.3, RFC 7507). */
    public boolean isSignal() {
        return name().endsWith("_SCSV");
    }

    /** Whether recorded sessions stay secret if the server's key is stolen later (RFC 9325 section 7.3). */
    public boolean isForwardSecret() {
        return isTls13() || name().contains("DHE_");
    }

    /** Whether the client encrypts the premaster secret with the server's RSA key (RFC 9325 section 4.1). */
    public boolean isRsaKeyTransport() {
        return name().startsWith("TLS_RSA_");
    }

    /** Whether it encrypts and authenticates in one (RFC 5116). */
    public boolean isAead() {
        return isTls13() || name().contains("_GCM_") || name().contains("_CCM") || name().contains("_POLY1305_");
    }

    /** Whether versions older than TLS 1.2 have it: AEAD and digests other than SHA-1 and MD5 came with TLS 1.2. */
    public boolean isBeforeTls12() {
        return !isAead() && !name().endsWith("_SHA256") && !name().endsWith("_SHA384");
    }

    /** Whether it encrypts in CBC mode, with the MAC inside. */
    public boolean isCbc() {
        return name().contains("_CBC_");
    }

    /** Why RFC 9325 section 4.1 or an older RFC forbids it; empty if none does. */
    public Optional<String> prohibition() {
        if (isSignal()) {
            return Optional.empty();
        }
        if (name().contains("_anon_")) {
            return Optional.of("the server is not authenticated");
        }
        if (name().contains("NULL")) {
            return Optional.of("nothing is encrypted");
        }
        if (name().contains("EXPORT")) {
            return Optional.of("export grade, easily broken");
        }
        if (name().contains("_RC4_")) {
            return Optional.of("RC4 is prohibited (RFC 7465)");
        }
        if (name().contains("_3DES_")) {
            return Optional.of("3DES has less than 128 bits of security and 64-bit blocks");
        }
        if (name().contains("_DES_") || name().contains("_IDEA_") || name().contains("_RC2_")) {
            return Optional.of("a cipher of less than 128 bits or withdrawn (RFC 5469)");
        }
        return Optional.empty();
    }
}
