package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import java.math.BigInteger;
import java.util.List;

/** What a server that accepts everything would answer unencrypted, up to its ServerHelloDone. */
record Flight(
        ProtocolVersion version,
        OctetString random,
        CipherSuite suite,
        int compression,
        List<Extension> extensions,
        List<OctetString> certificates,
        OctetString keyExchange,
        OctetString sessionId) {

    static Flight of(ProtocolVersion version, CipherSuite suite) {
        return new Flight(
                version, OctetString.zeros(32), suite, 0, List.of(), List.of(), OctetString.NONE, OctetString.NONE);
    }

    Flight compressed(int method) {
        return new Flight(version, random, suite, method, extensions, certificates, keyExchange, sessionId);
    }

    Flight with(Extension extension) {
        return new Flight(
                version, random, suite, compression, List.of(extension), certificates, keyExchange, sessionId);
    }

    Flight showing(List<OctetString> chain) {
        return new Flight(version, random, suite, compression, extensions, chain, keyExchange, sessionId);
    }

    /** With a ServerKeyExchange that has this body. */
    Flight exchanging(OctetString body) {
        return new Flight(version, random, suite, compression, extensions, certificates, body, sessionId);
    }

    /** With this session id in the ServerHello. */
    Flight identified(OctetString id) {
        return new Flight(version, random, suite, compression, extensions, certificates, keyExchange, id);
    }

    /** With all these extensions in the ServerHello. */
    Flight with(List<Extension> all) {
        return new Flight(version, random, suite, compression, all, certificates, keyExchange, sessionId);
    }

    /** A ServerKeyExchange of finite-field Diffie-Hellman, without a signature that anyone would verify. */
    static OctetString finiteField(BigInteger prime, BigInteger publicKey) {
        return vector(prime)
                .and(OctetString.hex("000102"))
                .and(vector(publicKey))
                .and(OctetString.hex("0403 0000"));
    }

    private static OctetString vector(BigInteger number) {
        OctetString octets = OctetString.hex(
                number.bitLength() % 8 == 0 || number.toString(16).length() % 2 == 0
                        ? number.toString(16)
                        : "0" + number.toString(16));
        return u16(octets.length()).and(octets);
    }

    OctetString octets() {
        OctetString block = OctetString.NONE;
        for (Extension extension : extensions) {
            block = block.and(u16(extension.type()))
                    .and(u16(extension.data().length()))
                    .and(extension.data());
        }
        OctetString body = u16(version.code())
                .and(random)
                .and(OctetString.of(new byte[] {(byte) sessionId.length()}))
                .and(sessionId)
                .and(u16(suite.code()))
                .and(OctetString.of(new byte[] {(byte) compression}));
        if (!block.isEmpty()) {
            body = body.and(u16(block.length())).and(block);
        }
        OctetString hello = OctetString.hex("0200").and(u16(body.length())).and(body);
        OctetString done = OctetString.hex("0e000000");
        if (!keyExchange.isEmpty()) {
            done = OctetString.hex("0c")
                    .and(u24(keyExchange.length()))
                    .and(keyExchange)
                    .and(done);
        }
        return RecordSplitter.joined(RecordSplitter.handshake(
                Math.min(version.code(), 0x0303), hello.and(certificate()).and(done), RecordSplitter.MAX_PLAINTEXT));
    }

    private OctetString certificate() {
        OctetString list = OctetString.NONE;
        for (OctetString certificate : certificates) {
            list = list.and(u24(certificate.length())).and(certificate);
        }
        return certificates.isEmpty()
                ? OctetString.NONE
                : OctetString.hex("0b")
                        .and(u24(list.length() + 3))
                        .and(u24(list.length()))
                        .and(list);
    }

    private static OctetString u24(int number) {
        return OctetString.of(new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private static OctetString u16(int number) {
        return OctetString.of(new byte[] {(byte) (number >> 8), (byte) number});
    }
}
