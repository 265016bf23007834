package dev.starttls.conformance.tls.wire;

import dev.starttls.core.tls.GroupNames;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * The group in a ServerKeyExchange of TLS 1.2 and earlier (RFC 8422 section 5.4, RFC 5246 section 7.4.3).
 *
 * @param group its name; {@code dhe} for a prime of the server's own
 * @param bits the size of the field or the prime
 * @param signature the registered name of the signature scheme, which only TLS 1.2 sends
 * @param field the parameters of {@code dhe}; empty for curves
 */
public record KeyExchange(String group, int bits, Optional<String> signature, Optional<FiniteField> field) {

    static final int TYPE = 12;

    private static final int NAMED_CURVE = 3;

    /** Parses the body of the message; empty if the key exchange of the suite is not supported here. */
    static Optional<KeyExchange> parse(ServerHello chosen, OctetString body) throws MalformedException {
        int suite = chosen.suite();
        String name = CipherSuite.label(suite);
        OctetReader in = new OctetReader("ServerKeyExchange", body);
        if (name.contains("_ECDH")) {
            int kind = in.u8("curve type");
            if (kind != NAMED_CURVE) {
                return Optional.of(new KeyExchange("explicit curve", 0, Optional.empty(), Optional.empty()));
            }
            int code = in.u16("named curve");
            in.vector8("public key");
            int bits = Arrays.stream(NamedGroup.values())
                    .filter(group -> group.code() == code)
                    .mapToInt(NamedGroup::bits)
                    .findFirst()
                    .orElse(0);
            return Optional.of(new KeyExchange(GroupNames.of(code), bits, signature(chosen, in), Optional.empty()));
        }
        if (name.contains("_DHE_") || name.contains("_DH_anon_")) {
            BigInteger prime = new BigInteger(1, in.vector16("prime").array());
            in.vector16("generator");
            FiniteField field = new FiniteField(
                    prime, new BigInteger(1, in.vector16("public key").array()));
            return Optional.of(new KeyExchange("dhe", field.bits(), signature(chosen, in), Optional.of(field)));
        }
        return Optional.empty();
    }

    /** TLS 1.2 names the scheme before the signature (RFC 5246 section 7.4.3); anonymous suites have neither. */
    private static Optional<String> signature(ServerHello chosen, OctetReader in) throws MalformedException {
        return chosen.isVersion(ProtocolVersion.TLS12) && in.remaining() > 0
                ? Optional.of(SignatureScheme.label(in.u16("signature scheme")))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return group + " (" + bits + " bits)"
                + signature.map(scheme -> " signed with " + scheme).orElse("");
    }
}
