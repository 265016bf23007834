package dev.starttls.conformance.tls.wire;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * The group in a ServerKeyExchange of TLS 1.2 and before (RFC 8422 section 5.4, RFC 5246 section 7.4.3).
 *
 * @param group its name; {@code dhe} for a prime of the server's own
 * @param bits the size of the field or the prime
 */
public record KeyExchange(String group, int bits) {

    static final int TYPE = 12;

    private static final int NAMED_CURVE = 3;

    /** Reads the body of the message; empty when the suite has none that is known here. */
    static Optional<KeyExchange> parse(int suite, Octets body) throws MalformedException {
        String name = CipherSuite.label(suite);
        OctetReader in = new OctetReader("ServerKeyExchange", body);
        if (name.contains("_ECDH")) {
            int kind = in.u8("curve type");
            if (kind != NAMED_CURVE) {
                return Optional.of(new KeyExchange("explicit curve", 0));
            }
            int code = in.u16("named curve");
            in.vector8("public key");
            int bits = Arrays.stream(NamedGroup.values())
                    .filter(group -> group.code() == code)
                    .mapToInt(NamedGroup::bits)
                    .findFirst()
                    .orElse(0);
            return Optional.of(new KeyExchange(NamedGroup.label(code), bits));
        }
        if (name.contains("_DHE_") || name.contains("_DH_anon_")) {
            int bits = new BigInteger(1, in.vector16("prime").array()).bitLength();
            in.vector16("generator");
            in.vector16("public key");
            return Optional.of(new KeyExchange("dhe", bits));
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return group + " (" + bits + " bits)";
    }
}
