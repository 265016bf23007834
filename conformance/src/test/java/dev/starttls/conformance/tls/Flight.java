package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.Octets;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordCutter;
import java.util.List;

/** What a server that takes everything would answer in the clear, up to its ServerHelloDone. */
record Flight(
        ProtocolVersion version,
        Octets random,
        CipherSuite suite,
        int compression,
        List<Extension> extensions,
        List<Octets> certificates) {

    static Flight of(ProtocolVersion version, CipherSuite suite) {
        return new Flight(version, Octets.zeros(32), suite, 0, List.of(), List.of());
    }

    Flight compressed(int method) {
        return new Flight(version, random, suite, method, extensions, certificates);
    }

    Flight with(Extension extension) {
        return new Flight(version, random, suite, compression, List.of(extension), certificates);
    }

    Flight showing(List<Octets> chain) {
        return new Flight(version, random, suite, compression, extensions, chain);
    }

    Octets octets() {
        Octets block = Octets.NONE;
        for (Extension extension : extensions) {
            block = block.and(u16(extension.type()))
                    .and(u16(extension.data().length()))
                    .and(extension.data());
        }
        Octets body = u16(version.code())
                .and(random)
                .and(Octets.hex("00"))
                .and(u16(suite.code()))
                .and(Octets.of(new byte[] {(byte) compression}));
        if (!block.isEmpty()) {
            body = body.and(u16(block.length())).and(block);
        }
        Octets hello = Octets.hex("0200").and(u16(body.length())).and(body);
        Octets done = Octets.hex("0e000000");
        return RecordCutter.joined(RecordCutter.handshake(
                Math.min(version.code(), 0x0303), hello.and(certificate()).and(done), RecordCutter.GREATEST));
    }

    private Octets certificate() {
        Octets list = Octets.NONE;
        for (Octets certificate : certificates) {
            list = list.and(u24(certificate.length())).and(certificate);
        }
        return certificates.isEmpty()
                ? Octets.NONE
                : Octets.hex("0b")
                        .and(u24(list.length() + 3))
                        .and(u24(list.length()))
                        .and(list);
    }

    private static Octets u24(int number) {
        return Octets.of(new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private static Octets u16(int number) {
        return Octets.of(new byte[] {(byte) (number >> 8), (byte) number});
    }
}
