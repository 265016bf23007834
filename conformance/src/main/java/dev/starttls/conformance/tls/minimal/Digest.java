package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.OctetString;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The digests of the supported suites, with which both versions derive their keys. */
enum Digest {
    SHA_256("SHA-256", "HmacSHA256", 32),
    SHA_384("SHA-384", "HmacSHA384", 48);

    private final String algorithm;
    private final String mac;
    private final int length;

    Digest(String algorithm, String mac, int length) {
        this.algorithm = algorithm;
        this.mac = mac;
        this.length = length;
    }

    /** The length of its output in octets. */
    int length() {
        return length;
    }

    OctetString hash(OctetString message) {
        try {
            return OctetString.of(MessageDigest.getInstance(algorithm).digest(message.array()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + algorithm, e);
        }
    }

    OctetString hmac(OctetString key, OctetString message) {
        try {
            Mac keyed = Mac.getInstance(mac);
            keyed.init(new SecretKeySpec(key.array(), mac));
            return OctetString.of(keyed.doFinal(message.array()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HMAC on " + algorithm, e);
        }
    }
}
