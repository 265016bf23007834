package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.Tls12Resumption;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.FiniteField;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks of the key exchange: the groups, and what binds the keys to the handshake. */
final class KeyExchangeTopic implements Topic {

    private static final int SOUND_BITS = 2048;
    private static final int SOUND_CURVE = 224;
    private static final List<ProtocolVersion> BEFORE_13 =
            List.of(ProtocolVersion.TLS12, ProtocolVersion.TLS11, ProtocolVersion.TLS10);
    private static final String WITHOUT_TLS_12 = "TLSv1.2 is not spoken, and this does not exist in TLSv1.3";

    @Override
    public List<Check> checks() {
        return List.of(
                exchange("TLS-S-27", "the extended master secret is supported")
                        .clause("RFC 9325 section 3.5, RFC 7627 section 5.1")
                        .level(Level.MUST)
                        .why("Without it an attacker who is the client's server can make the keys of another session"
                                + " the same, and so forward a login (triple handshake); channel bindings are not"
                                + " safe either (RFC 9266 section 3).")
                        .fix("Use a TLS library that supports extended_master_secret: OpenSSL since 1.1.0, GnuTLS since"
                                + " 3.4, the TLS of Java since 11, and leave it enabled.")
                        .run(TlsCheckBody.of(KeyExchangeTopic::extended)),
                exchange("TLS-S-27b", "a session with the extended master secret is not resumed without it")
                        .clause("RFC 7627 section 5.3")
                        .level(Level.MUST)
                        .why("An attacker who removes the extension from the resumption gets a session that is not"
                                + " bound to the first handshake.")
                        .fix("Leave resumption to the TLS library; update it if it resumes such sessions.")
                        .run(TlsCheckBody.of(KeyExchangeTopic::resumedWithout)),
                exchange("TLS-S-40", "finite-field Diffie-Hellman has a sound prime of at least 2048 bits")
                        .clause("RFC 9325 section 4.5, RFC 7919 section 1")
                        .level(Level.MUST)
                        .why("Primes of 1024 bits that many servers share are within reach of an attacker who prepares"
                                + " once and then reads every session (Logjam); a number that is not a prime, or has"
                                + " small subgroups, can be a back door.")
                        .fix(
                                "Disable the suites with DHE, or use ffdhe2048 of RFC 7919 or larger. Postfix:"
                                        + " smtpd_tls_dh1024_param_file = auto (3.7 and later). Dovecot: ssl_dh with a file"
                                        + " of 2048 bits. Exim: tls_dhparam = ffdhe2048. Java: jdk.tls.ephemeralDHKeySize=2048.")
                        .run(TlsCheckBody.of(KeyExchangeTopic::finiteField)),
                exchange("TLS-S-43", "a client whose key share the server cannot use is asked for another")
                        .clause("RFC 8446 section 4.1.1, section 4.1.4 and 4.2.8")
                        .level(Level.MUST)
                        .why("Clients send shares of the groups that they guess; without a HelloRetryRequest a client"
                                + " with a newer first guess, such as a post-quantum group, cannot connect.")
                        .fix("Leave the handshake to a TLS library that sends HelloRetryRequest; a proxy before the"
                                + " server must let the second ClientHello through.")
                        .run(TlsCheckBody.of(KeyExchangeTopic::retried)),
                exchange("TLS-S-48", "no curve of less than 224 bits is accepted")
                        .clause("RFC 9325 section 4.5, RFC 8422 section 5.1.1")
                        .level(Level.MUST)
                        .why("The keys of such curves can be computed with the means of today.")
                        .fix("Enable X25519 and the curves P-256, P-384 and P-521 only.")
                        .run(TlsCheckBody.of(KeyExchangeTopic::curves)));
    }

    private static Check.Draft exchange(String id, String title) {
        return Check.of(id, title).on(Protocol.values());
    }

    private static Verdict extended(Prober prober) throws IOException, BlockedException {
        Optional<ServerHello> hello = prober.chosen(ProtocolVersion.TLS12);
        if (hello.isEmpty()) {
            return Verdict.skip(WITHOUT_TLS_12);
        }
        return hello.get().extension(Extension.EXTENDED_MASTER_SECRET).isPresent()
                ? Verdict.pass("extended_master_secret was offered and taken in TLSv1.2")
                : Verdict.fail("extended_master_secret was offered, and the ServerHello of TLSv1.2 has only "
                        + hello.get().extensions());
    }

    private static Verdict resumedWithout(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> first = EstablishedSession.tls12(prober, Tls12Session.Kind.MODERN);
        if (first.isEmpty()) {
            return Verdict.skip("there was no handshake of TLSv1.2 with ECDHE and AES-GCM");
        }
        Tls12Resumption session;
        try (EstablishedSession live = first.get().begun()) {
            Tls12Session details = ((MinimalRecordSession) live.session()).details(Tls12Session.class);
            if (details.chosen().extension(Extension.EXTENDED_MASTER_SECRET).isEmpty()) {
                return Verdict.skip("the session has no extended master secret: TLS-S-27");
            }
            session = details.resumption();
            live.sendCloseNotify();
        }
        if (session.ticket().isEmpty() && session.sessionId().isEmpty()) {
            return Verdict.skip("the server offers no session to resume");
        }
        Optional<EstablishedSession> second = EstablishedSession.tls12(
                prober,
                (in, out) -> Tls12Session.resumeWithoutExtendedMasterSecret(in, out, prober.serverName(), session));
        if (second.isEmpty()) {
            return Verdict.pass("the handshake is refused");
        }
        try (EstablishedSession live = second.get()) {
            return ((MinimalRecordSession) live.session()).isResumed()
                    ? Verdict.fail("the session was resumed by a client without extended_master_secret")
                    : Verdict.pass("a new session took its place");
        }
    }

    /** Without supported_groups, so that the server sends the group of its configuration (RFC 7919 section 4). */
    private static Verdict finiteField(Prober prober) throws IOException, BlockedException {
        List<CipherSuite> suites = Arrays.stream(CipherSuite.values())
                .filter(suite -> suite.name().contains("_DHE_") && !suite.name().contains("EXPORT"))
                .toList();
        CombinedVerdict combined = new CombinedVerdict();
        boolean any = false;
        for (ProtocolVersion version : BEFORE_13) {
            HelloAnswer answer = prober.ask(ClientHello.only(version, prober.serverName())
                    .with()
                    .suites(suites)
                    .without(Extension.SUPPORTED_GROUPS)
                    .build());
            Optional<FiniteField> field = answer instanceof HelloAnswer.Hello hello
                    ? hello.keyExchange().flatMap(exchange -> exchange.field())
                    : Optional.empty();
            if (field.isPresent()) {
                any = true;
                combined.add(version.label(), judged(field.get()));
            }
        }
        return any ? combined.verdict() : Verdict.skip("no suite with finite-field Diffie-Hellman is accepted");
    }

    private static Verdict judged(FiniteField field) {
        String what = field.bits() + " bits, " + field.origin();
        if (field.bits() < SOUND_BITS) {
            return Verdict.fail("the prime has " + what + "; expected at least " + SOUND_BITS + " bits");
        }
        if (!field.isPrime()) {
            return Verdict.fail("the modulus is not a prime (" + what + ")");
        }
        if (!field.hasSoundPublicKey()) {
            return Verdict.fail("the server's public key is 0, 1 or -1, which hides no secret (" + what + ")");
        }
        return field.isSafePrime()
                ? Verdict.pass("the prime has " + what)
                : Verdict.warn("the prime is not a safe prime, so that there are small subgroups (" + what + ")");
    }

    private static Verdict retried(Prober prober) throws IOException, BlockedException {
        Optional<ServerHello> alone = prober.chosen(ProtocolVersion.TLS13);
        if (alone.isEmpty()) {
            return Verdict.skip("TLSv1.3 is not spoken");
        }
        Set<String> ours = Set.of(NamedGroup.X25519.label(), NamedGroup.SECP256R1.label());
        Optional<EstablishedSession> usual =
                EstablishedSession.tls13(prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName()));
        if (usual.isEmpty()) {
            return alone.get().group().filter(ours::contains).isPresent()
                    ? Verdict.inconclusive("no handshake of TLSv1.3 could be finished, with or without a retry")
                    : Verdict.skip("the server has neither x25519 nor secp256r1 with AES-GCM");
        }
        usual.get().close();
        Optional<EstablishedSession> retried =
                EstablishedSession.tls13(prober, (in, out) -> Tls13Session.shakeRetried(in, out, prober.serverName()));
        if (retried.isPresent()) {
            retried.get().close();
            return Verdict.pass("a HelloRetryRequest came, and the handshake was finished after it");
        }
        HelloAnswer answer = prober.ask(ClientHello.only(ProtocolVersion.TLS13, prober.serverName())
                .with()
                .extension(ClientExtensions.keyShare(List.of()))
                .build());
        if (answer instanceof HelloAnswer.Silent
                && prober.chosen(ProtocolVersion.TLS13).isEmpty()) {
            return Verdict.inconclusive("the server answers no longer: " + answer.description());
        }
        return Verdict.fail("a handshake with a key share only of an unknown group fails, while one with x25519 and"
                + " secp256r1 works; a ClientHello without any key share is answered with " + answer.description());
    }

    private static Verdict curves(Prober prober) throws IOException, BlockedException {
        if (prober.chosen(ProtocolVersion.TLS12).isEmpty()) {
            return Verdict.skip("TLSv1.2 is not spoken, and TLSv1.3 has no such curves");
        }
        List<Integer> weak = Arrays.stream(NamedGroup.values())
                .filter(group -> group.bits() < SOUND_CURVE)
                .map(NamedGroup::code)
                .toList();
        HelloAnswer answer = prober.ask(ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .suites(CipherSuite.classic().stream()
                        .filter(suite -> suite.name().contains("_ECDHE_"))
                        .toList())
                .extension(ClientExtensions.supportedGroups(weak))
                .build());
        if (answer instanceof HelloAnswer.Silent) {
            return Verdict.inconclusive("a ClientHello with weak curves alone was met with " + answer.description());
        }
        boolean taken = answer instanceof HelloAnswer.Hello hello
                && hello.keyExchange()
                        .filter(exchange -> exchange.bits() < SOUND_CURVE)
                        .isPresent();
        return taken
                ? Verdict.fail(
                        "accepted: " + ((HelloAnswer.Hello) answer).group().orElseThrow())
                : Verdict.pass(
                        "of " + weak.size() + " weak curves offered alone none was accepted: " + answer.description());
    }
}
