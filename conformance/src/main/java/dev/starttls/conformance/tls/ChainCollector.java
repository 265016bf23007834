package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.tls.ServedChain.Indication;
import dev.starttls.conformance.tls.ServedChain.Keys;
import dev.starttls.conformance.tls.ServedChain.Stapling;
import dev.starttls.conformance.tls.minimal.AlertException;
import dev.starttls.conformance.tls.minimal.ServerAuthentication;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.CertificateEntry;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientHelloBuilder;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gets the certificates of a server, in at most eight connections where all goes well: for clients of RSA and of ECDSA,
 * of TLS 1.3 and 1.2, with the server's name, without one and with one that it cannot have.
 */
final class ChainCollector {

    static final String UNKNOWN_NAME = "no-such-name.invalid";

    private static final List<ProtocolVersion> OLD =
            List.of(ProtocolVersion.TLS11, ProtocolVersion.TLS10, ProtocolVersion.SSL3);

    private final Prober prober;
    private final List<ServedChain> found = new ArrayList<>();

    ChainCollector(Prober prober) {
        this.prober = prober;
    }

    /**
     * Collects them.
     *
     * @throws BlockedException if there was none with the server's name; inconclusive, or a failure if one cannot be
     *     read
     */
    ServedChains collect() throws IOException, BlockedException {
        for (Attempt attempt : List.of(Attempt.TLS13, Attempt.TLS12)) {
            Result result = attempt.of(this, Indication.EXPECTED, Keys.RSA);
            if (result != Result.VERSION_REFUSED) {
                attempt.of(this, Indication.EXPECTED, Keys.ELLIPTIC);
            }
        }
        if (found.isEmpty()) {
            old();
        } else {
            // In the clear where possible, because that can be read whatever suite and group the server chooses.
            Attempt attempt = found.stream().anyMatch(one -> one.version() == ProtocolVersion.TLS12)
                    ? Attempt.TLS12
                    : Attempt.TLS13;
            List<Keys> kinds = found.stream().map(ServedChain::keys).distinct().toList();
            for (Keys keys : kinds.size() == 1 ? List.of(Keys.ANY) : kinds) {
                if (!prober.serverName().isEmpty()) {
                    attempt.of(this, Indication.NONE, keys);
                }
                attempt.of(this, Indication.UNKNOWN, keys);
            }
        }
        return new ServedChains(found, prober.context().transcript().entries());
    }

    /** What came of one attempt to get a certificate. */
    private enum Result {
        /** A chain, or a refusal that has nothing to do with the version. */
        ANSWERED,
        VERSION_REFUSED
    }

    /** A handshake up to the server's certificate. */
    private enum Attempt {
        TLS13 {
            @Override
            Result of(ChainCollector collector, Indication indication, Keys keys) throws IOException, BlockedException {
                return collector.tls13(indication, keys);
            }
        },
        TLS12 {
            @Override
            Result of(ChainCollector collector, Indication indication, Keys keys) throws IOException, BlockedException {
                return collector.tls12(indication, keys);
            }
        };

        abstract Result of(ChainCollector collector, Indication indication, Keys keys)
                throws IOException, BlockedException;
    }

    private String name(Indication indication) {
        return switch (indication) {
            case EXPECTED -> prober.serverName();
            case NONE -> "";
            case UNKNOWN -> UNKNOWN_NAME;
        };
    }

    private Result tls12(Indication indication, Keys keys) throws IOException, BlockedException {
        List<CipherSuite> suites = Stream.concat(CipherSuite.classic().stream(), CipherSuite.prohibited().stream())
                .filter(suite -> !suite.name().contains("NULL") && !suite.name().contains("anon"))
                .filter(suite -> keys == Keys.ANY
                        || (keys == Keys.ELLIPTIC) == suite.name().contains("_ECDSA_"))
                .toList();
        ClientHello hello = ClientHello.only(ProtocolVersion.TLS12, name(indication))
                .with()
                .suites(suites)
                .extension(ClientExtensions.statusRequest())
                .build();
        HelloAnswer answer = prober.ask(hello);
        if (answer instanceof HelloAnswer.Hello chosen && !chosen.certificates().isEmpty()) {
            found.add(new ServedChain(
                    ProtocolVersion.of(chosen.hello().version()).orElse(ProtocolVersion.TLS12),
                    indication,
                    keys,
                    CipherSuite.of(chosen.hello().suite()),
                    Optional.empty(),
                    parsed(chosen.certificates()),
                    chosen.stapled(),
                    chosen.broken().isPresent() ? Stapling.UNKNOWN : Stapling.REQUESTED));
        }
        return answer instanceof HelloAnswer.Refused refused && refused.isOneOf(Alert.PROTOCOL_VERSION)
                ? Result.VERSION_REFUSED
                : Result.ANSWERED;
    }

    private Result tls13(Indication indication, Keys keys) throws IOException, BlockedException {
        try (Conversation conversation = prober.connectForTls()) {
            conversation.record(
                    From.CLIENT,
                    Through.TLS,
                    "ClientHello TLSv1.3"
                            + (name(indication).isEmpty() ? " without SNI" : ", SNI " + name(indication))
                            + ", " + keys + " keys");
            ServerAuthentication seen;
            try {
                seen = ServerAuthentication.observe(
                        prober.stream(conversation),
                        octets -> conversation.wire().write(octets.array()),
                        name(indication),
                        hello -> offering(hello, keys));
            } catch (AlertException e) {
                conversation.note("the server sent " + e.alert());
                return e.alert().description() == Alert.PROTOCOL_VERSION ? Result.VERSION_REFUSED : Result.ANSWERED;
            } catch (IOException e) {
                conversation.note("no certificate with the suite's own TLS 1.3: "
                        + WireStream.received(e, prober.context().settings().answer())
                                .description());
                return byEngine(indication);
            }
            conversation.record(
                    From.SERVER,
                    Through.TLS,
                    seen.suite() + ", " + seen.certificates().size() + " certificates"
                            + seen.signatureScheme()
                                    .map(code -> ", signed with " + SignatureScheme.label(code))
                                    .orElse(""));
            if (!seen.certificates().isEmpty()) {
                CertificateEntry leaf = seen.certificates().get(0);
                found.add(new ServedChain(
                        ProtocolVersion.TLS13,
                        indication,
                        keys,
                        Optional.of(seen.suite()),
                        seen.signatureScheme(),
                        parsed(seen.certificates().stream()
                                .map(CertificateEntry::certificate)
                                .toList()),
                        leaf.stapled(),
                        Stapling.REQUESTED));
            }
            return Result.ANSWERED;
        }
    }

    private static ClientHelloBuilder offering(ClientHelloBuilder hello, Keys keys) {
        List<Integer> schemes = SignatureScheme.current().stream()
                .filter(scheme -> keys == Keys.ANY || (keys == Keys.RSA) == scheme.isRsa())
                .map(SignatureScheme::code)
                .toList();
        // A chain may be signed with other keys than the server's own (RFC 8446 section 4.2.3).
        Extension all = ClientExtensions.signatureAlgorithms();
        return hello.extension(ClientExtensions.signatureAlgorithms(schemes))
                .extension(new Extension(Extension.SIGNATURE_ALGORITHMS_CERT, all.data()))
                .extension(ClientExtensions.statusRequest());
    }

    /** For servers that have no suite or group in common with the suite's own TLS; its keys cannot be chosen. */
    private Result byEngine(Indication indication) throws IOException, BlockedException {
        boolean known = found.stream()
                .anyMatch(one -> one.version() == ProtocolVersion.TLS13 && one.indication() == indication);
        if (indication != Indication.EXPECTED || known) {
            return Result.VERSION_REFUSED;
        }
        try (Conversation conversation = prober.connectForTls()) {
            HandshakeResult handshake =
                    conversation.handshake(prober.context().offer().only(ProtocolVersion.TLS13.label()));
            if (handshake instanceof HandshakeResult.Done done && !done.chain().isEmpty()) {
                found.add(new ServedChain(
                        ProtocolVersion.TLS13,
                        indication,
                        Keys.ANY,
                        CipherSuite.named(done.suite()),
                        Optional.empty(),
                        done.chain(),
                        Optional.empty(),
                        Stapling.UNKNOWN));
            }
        }
        return Result.VERSION_REFUSED;
    }

    /** For servers of neither TLS 1.3 nor 1.2. */
    private void old() throws IOException, BlockedException {
        String last = "";
        for (ProtocolVersion version : OLD) {
            HelloAnswer answer = prober.ask(ClientHello.only(version, prober.serverName()));
            if (answer instanceof HelloAnswer.Hello chosen
                    && !chosen.certificates().isEmpty()) {
                found.add(new ServedChain(
                        version,
                        Indication.EXPECTED,
                        Keys.ANY,
                        CipherSuite.of(chosen.hello().suite()),
                        Optional.empty(),
                        parsed(chosen.certificates()),
                        Optional.empty(),
                        Stapling.UNKNOWN));
                return;
            }
            last = answer.description();
        }
        throw new BlockedException(Verdict.inconclusive("no certificate was seen: " + last));
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
