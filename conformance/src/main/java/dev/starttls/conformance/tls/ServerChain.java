package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Gets a server's certificates. */
final class ServerChain {

    private static final List<ProtocolVersion> IN_THE_CLEAR =
            List.of(ProtocolVersion.TLS12, ProtocolVersion.TLS11, ProtocolVersion.TLS10, ProtocolVersion.SSL3);

    private ServerChain() {}

    /**
     * The chain as the server sends it: in a handshake or, if this Java runtime and the server have nothing in common,
     * in the unencrypted part of one of an older version.
     *
     * @throws BlockedException if there was no certificate in either; inconclusive, or a failure if the certificates
     *     cannot be read
     */
    static List<X509Certificate> of(Prober prober) throws IOException, BlockedException {
        HandshakeResult handshake;
        try (Conversation conversation = prober.connectForTls()) {
            handshake = conversation.handshake(prober.context().offer());
        }
        if (handshake instanceof HandshakeResult.Done done && !done.chain().isEmpty()) {
            return done.chain();
        }
        for (ProtocolVersion version : IN_THE_CLEAR) {
            HelloAnswer answer = prober.ask(ClientHello.only(version, prober.serverName()));
            if (answer instanceof HelloAnswer.Hello hello
                    && !hello.certificates().isEmpty()) {
                return parsed(hello.certificates());
            }
        }
        throw new BlockedException(Verdict.inconclusive("no certificate was seen: " + handshake.description()));
    }

    private static List<X509Certificate> parsed(List<OctetString> certificates) throws BlockedException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (OctetString der : certificates) {
                chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der.array())));
            }
            return chain;
        } catch (CertificateException e) {
            throw new BlockedException(Verdict.fail("certificate " + (chain.size() + 1) + " of " + certificates.size()
                    + " cannot be read: " + e.getMessage()));
        }
    }
}
