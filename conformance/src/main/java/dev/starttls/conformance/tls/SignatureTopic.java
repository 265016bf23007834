package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.AlertException;
import dev.starttls.conformance.tls.minimal.ServerAuthentication;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.KeyExchange;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.SignatureScheme;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Checks the scheme with which the server signs the handshake: in TLS 1.2 its ServerKeyExchange, in TLS 1.3 its
 * CertificateVerify.
 */
final class SignatureTopic implements Topic {

    private static final List<Integer> BROKEN =
            SignatureScheme.deprecated().stream().map(SignatureScheme::code).toList();

    @Override
    public List<Check> checks() {
        return List.of(Check.of("TLS-S-06b", "the handshake is not signed with SHA-1 or MD5")
                .clause("RFC 9155 section 4, RFC 9325 section 4.5, RFC 8446 section 4.4.3")
                .level(Level.MUST)
                .why("Collisions of these digests can be computed; with one found during the handshake, an"
                        + " attacker on the path can sign as the server.")
                .fix("Disable the signature schemes with SHA-1 in the TLS library; OpenSSL does so at security"
                        + " level 1 and above since 3.0.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(SignatureTopic::signature)));
    }

    /**
     * With suites that sign only: with others, such as those with RSA key transport, there is no signature to see. Tried
     * with a client that knows current schemes, with one that knows only deprecated ones, and with one that names none,
     * which RFC 5246 section 7.4.1.4.1 took for SHA-1.
     */
    private static Verdict signature(Prober prober) throws IOException, BlockedException {
        ClientHello today = ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .suites(signing())
                .build();
        HelloAnswer first = prober.ask(today);
        CombinedVerdict combined = new CombinedVerdict();
        boolean seen = false;
        if (first instanceof HelloAnswer.Hello) {
            Optional<Verdict> current = signedWith(first);
            combined.add(
                    "a modern client",
                    current.orElseGet(() -> Verdict.undecided("no signature: " + first.description())));
            HelloAnswer old = prober.ask(today.with()
                    .extension(ClientExtensions.signatureAlgorithms(BROKEN))
                    .build());
            combined.add("a client that supports only SHA-1 and MD5", refusedOr(old));
            HelloAnswer none = prober.ask(
                    today.with().without(Extension.SIGNATURE_ALGORITHMS).build());
            combined.add("a client of TLSv1.2 that names no scheme", refusedOr(none));
            seen = true;
        }
        List<ServedChain> newest = ServedChains.of(prober).all().stream()
                .filter(one -> one.version() == ProtocolVersion.TLS13)
                .toList();
        newest.forEach(one -> combined.add(one.occasion(), tls13(one)));
        if (!newest.isEmpty()) {
            combined.add("a client of TLSv1.3 that supports only SHA-1", sha1In13(prober));
            seen = true;
        }
        return seen
                ? combined.verdict()
                : first instanceof HelloAnswer.Refused
                        ? Verdict.skip("no suite that signs the handshake is accepted in TLSv1.2: "
                                + first.description() + "; TLSv1.3 is not spoken")
                        : Verdict.inconclusive("no signature was seen: " + first.description());
    }

    /** ECDHE and DHE, and not anonymous. */
    private static List<CipherSuite> signing() {
        return CipherSuite.classic().stream()
                .filter(CipherSuite::isForwardSecret)
                .toList();
    }

    /** The verdict on the scheme of the signature; empty if there was none. */
    private static Optional<Verdict> signedWith(HelloAnswer answer) {
        Optional<String> scheme = answer instanceof HelloAnswer.Hello hello
                ? hello.keyExchange().flatMap(KeyExchange::signature)
                : Optional.empty();
        return scheme.map(name -> SignatureScheme.deprecated().stream()
                        .map(SignatureScheme::label)
                        .anyMatch(name::equals)
                ? Verdict.fail("signed with " + name)
                : Verdict.pass("signed with " + name));
    }

    /** The end of the handshake is as good an answer as a better signature. */
    private static Verdict refusedOr(HelloAnswer answer) {
        // Java ends the handshake where the signature is due.
        HelloAnswer end =
                answer instanceof HelloAnswer.Hello hello ? hello.broken().orElse(answer) : answer;
        boolean refused = end instanceof HelloAnswer.Refused
                || end instanceof HelloAnswer.Closed
                || end instanceof HelloAnswer.Reset;
        return signedWith(answer)
                .orElseGet(() -> refused
                        ? Verdict.pass(answer.description())
                        : Verdict.undecided("no signature: " + answer.description()));
    }

    /** TLS 1.3 forbids SHA-1 and PKCS #1 in a CertificateVerify (RFC 8446 section 4.4.3). */
    private static Verdict tls13(ServedChain one) {
        Optional<String> scheme = one.signature().map(SignatureScheme::label);
        if (scheme.isEmpty()) {
            return Verdict.undecided("the signature was not seen");
        }
        return BROKEN.contains(one.signature().get()) || scheme.get().startsWith("rsa_pkcs1")
                ? Verdict.fail("signed with " + scheme.get() + ", which is forbidden in TLSv1.3")
                : Verdict.pass("signed with " + scheme.get());
    }

    private static Verdict sha1In13(Prober prober) throws IOException, BlockedException {
        try (Conversation conversation = prober.connectForTls()) {
            conversation.record(From.CLIENT, Through.TLS, "ClientHello TLSv1.3 that supports only SHA-1");
            ServerAuthentication seen = ServerAuthentication.observe(
                    prober.stream(conversation),
                    octets -> conversation.wire().write(octets.array()),
                    prober.serverName(),
                    hello -> hello.extension(ClientExtensions.signatureAlgorithms(
                            List.of(SignatureScheme.RSA_PKCS1_SHA1.code(), SignatureScheme.ECDSA_SHA1.code()))));
            String scheme = seen.signatureScheme().map(SignatureScheme::label).orElse("no signature");
            return seen.signatureScheme().filter(BROKEN::contains).isPresent()
                    ? Verdict.fail("signed with " + scheme)
                    : Verdict.pass("signed with " + scheme);
        } catch (AlertException e) {
            return Verdict.pass(e.alert().toString());
        } catch (IOException e) {
            Received received =
                    WireStream.received(e, prober.context().settings().answer());
            return received instanceof Received.Ended
                    ? Verdict.pass("no handshake: " + received.description())
                    : Verdict.undecided("no handshake: " + received.description());
        }
    }
}
