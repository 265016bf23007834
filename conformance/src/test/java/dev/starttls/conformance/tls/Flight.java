package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import java.util.List;

/** What a server that accepts everything would answer unencrypted, up to its ServerHelloDone. */
record Flight(
        ProtocolVersion version,
        OctetString random,
        CipherSuite suite,
        int compression,
        List<Extension> extensions,
        List<OctetString> certificates) {

    static Flight of(ProtocolVersion version, CipherSuite suite) {
        return new Flight(version, OctetString.zeros(32), suite, 0, List.of(), List.of());
    }

    Flight compressed(int method) {
        return new Flight(version, random, suite, method, extensions, certificates);
    }

    Flight with(Extension extension) {
        return new Flight(version, random, suite, compression, List.of(extension), certificates);
    }

    Flight showing(List<OctetString> chain) {
        return new Flight(version, random, suite, compression, extensions, chain);
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
                .and(OctetString.hex("00"))
                .and(u16(suite.code()))
                .and(OctetString.of(new byte[] {(byte) compression}));
        if (!block.isEmpty()) {
            body = body.and(u16(block.length())).and(block);
        }
        OctetString hello = OctetString.hex("0200").and(u16(body.length())).and(body);
        OctetString done = OctetString.hex("0e000000");
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
