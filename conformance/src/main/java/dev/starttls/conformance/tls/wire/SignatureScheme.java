package dev.starttls.conformance.tls.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The signature schemes that the suite offers (RFC 8446 section 4.2.3, RFC 5246 section 7.4.1.4.1). */
public enum SignatureScheme {
    RSA_PKCS1_MD5(0x0101),
    DSA_SHA1(0x0202),
    RSA_PKCS1_SHA1(0x0201),
    ECDSA_SHA1(0x0203),
    RSA_PKCS1_SHA256(0x0401),
    DSA_SHA256(0x0402),
    ECDSA_SECP256R1_SHA256(0x0403),
    RSA_PKCS1_SHA384(0x0501),
    ECDSA_SECP384R1_SHA384(0x0503),
    RSA_PKCS1_SHA512(0x0601),
    ECDSA_SECP521R1_SHA512(0x0603),
    RSA_PSS_RSAE_SHA256(0x0804),
    RSA_PSS_RSAE_SHA384(0x0805),
    RSA_PSS_RSAE_SHA512(0x0806),
    ED25519(0x0807),
    ED448(0x0808),
    RSA_PSS_PSS_SHA256(0x0809),
    RSA_PSS_PSS_SHA384(0x080a),
    RSA_PSS_PSS_SHA512(0x080b);

    private final int code;

    SignatureScheme(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The registered name. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The schemes with MD5 or SHA-1, which RFC 9155 deprecates. */
    public static List<SignatureScheme> deprecated() {
        return List.of(RSA_PKCS1_MD5, DSA_SHA1, RSA_PKCS1_SHA1, ECDSA_SHA1);
    }

    /** The schemes that are not deprecated. */
    public static List<SignatureScheme> current() {
        return Arrays.stream(values())
                .filter(scheme -> !deprecated().contains(scheme))
                .toList();
    }

    /** Whether it signs with an RSA key. */
    public boolean isRsa() {
        return name().startsWith("RSA_");
    }

    /** The name of the scheme with this number, or the number itself if it is not one of these. */
    public static String label(int code) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.code == code)
                .map(SignatureScheme::label)
                .findFirst()
                .orElseGet(() -> String.format(Locale.ROOT, "0x%04x", code));
    }
}
