package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientOffer;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.OctetWriter;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Optional;

/** What the server's messages of both versions have in common. */
final class ServerBodies {

    /** What a careless client takes for the answer to its first command. */
    static final OctetString EARLY_DATA = OctetString.ascii("220 too early\r\n");

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_LENGTH = 32;

    private ServerBodies() {}

    static OctetString random() {
        byte[] octets = new byte[RANDOM_LENGTH];
        RANDOM.nextBytes(octets);
        return OctetString.of(octets);
    }

    /** The body of a ServerHello. */
    static OctetString hello(
            ProtocolVersion version,
            OctetString random,
            OctetString sessionId,
            int suite,
            int compression,
            List<Extension> extensions) {
        OctetWriter body = new OctetWriter()
                .u16(version.code())
                .put(random)
                .vector8(sessionId)
                .u16(suite)
                .u8(compression);
        return extensions.isEmpty()
                ? body.octets()
                : body.put(extensions(extensions)).octets();
    }

    /** A block of extensions with its length. */
    static OctetString extensions(List<Extension> extensions) {
        OctetWriter block = new OctetWriter();
        extensions.forEach(extension -> block.u16(extension.type()).vector16(extension.data()));
        return new OctetWriter().vector16(block.octets()).octets();
    }

    /** The protocol that is selected although the client did not offer it; empty without that deviation. */
    static Optional<Extension> wrongProtocol(ServerRecords records, TlsDeviation deviation, ClientOffer offer)
            throws IOException {
        String protocol =
                switch (deviation) {
                    case ALPN_IMAP_NOT_OFFERED -> "imap";
                    case ALPN_POP3_NOT_OFFERED -> "pop3";
                    default -> "";
                };
        if (protocol.isEmpty()) {
            return Optional.empty();
        }
        if (offer.protocols().contains(protocol)) {
            throw records.notApplicable(Alert.NO_APPLICATION_PROTOCOL, "the client offers the protocol " + protocol);
        }
        OctetString names =
                new OctetWriter().vector8(OctetString.ascii(protocol)).octets();
        return Optional.of(
                new Extension(Extension.ALPN, new OctetWriter().vector16(names).octets()));
    }

    /** The parameters of a temporary RSA key of an export suite (RFC 4346 section 7.4.3). */
    static OctetString exportKey(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            RSAPublicKey key = (RSAPublicKey) generator.generateKeyPair().getPublic();
            return new OctetWriter()
                    .vector16(unsigned(key.getModulus()))
                    .vector16(unsigned(key.getPublicExponent()))
                    .octets();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime makes no RSA keys of " + bits + " bits", e);
        }
    }

    /** A positive number in as many octets as it needs. */
    static OctetString unsigned(BigInteger number) {
        OctetString signed = OctetString.of(number.toByteArray());
        return signed.at(0) == 0 ? signed.slice(1, signed.length()) : signed;
    }

    /** The first of the possible schemes that the client accepts. */
    static SignatureScheme scheme(ServerRecords records, List<SignatureScheme> possible, ClientOffer offer)
            throws IOException {
        Optional<SignatureScheme> scheme = possible.stream()
                .filter(one -> offer.schemes().contains(one.code()))
                .findFirst();
        if (scheme.isEmpty()) {
            throw records.notApplicable(
                    Alert.HANDSHAKE_FAILURE,
                    "the client accepts no signature of this key, expected one of "
                            + possible.stream().map(SignatureScheme::label).toList());
        }
        return scheme.get();
    }
}
