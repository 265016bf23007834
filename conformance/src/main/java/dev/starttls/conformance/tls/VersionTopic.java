package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks of the versions that a server speaks, and of protection against a downgrade. */
final class VersionTopic implements Topic {

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-01", "TLS 1.2 or 1.3 is spoken, and nothing older")
                        .clause("RFC 8996 sections 4 and 5, RFC 6176, RFC 7568")
                        .level(Level.MUST)
                        .why("The older versions have practical attacks; a server that accepts them can be"
                                + " downgraded to them.")
                        .fix(
                                "Set the lowest version to TLS 1.2. Postfix: smtpd_tls_protocols = >=TLSv1.2, and the same for"
                                        + " smtpd_tls_mandatory_protocols. Exim: openssl_options = +no_sslv3 +no_tlsv1 +no_tlsv1_1"
                                        + " with OpenSSL, tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2 with"
                                        + " GnuTLS. Dovecot: ssl_min_protocol = TLSv1.2. Cyrus: tls_versions: tls1_2 tls1_3.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(VersionTopic::table)),
                Check.of("TLS-S-55", "TLS 1.3 is spoken")
                        .clause("RFC 9325 section 3.1.1")
                        .level(Level.SHOULD)
                        .why("TLS 1.3 has no weak suites, encrypts the certificate, and takes a round trip less.")
                        .fix(
                                "Use a TLS library that has it (OpenSSL 1.1.1, GnuTLS 3.6.5, Java 11), and do not switch it"
                                        + " off.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(VersionTopic::newest)),
                Check.of("TLS-S-02", "the highest common version is chosen, and a lower one is marked as a downgrade")
                        .clause("RFC 8446 section 4.1.3 and 4.2.1")
                        .level(Level.MUST)
                        .why("By the mark in the random a client of TLS 1.3 notices that an attacker has removed TLS"
                                + " 1.3 from its ClientHello.")
                        .fix("Leave the choice of the version to the TLS library, and use one that marks downgrades.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(VersionTopic::highest)),
                Check.of("TLS-S-03", "a fallback to a lower version is refused")
                        .clause("RFC 7507 section 3, RFC 8996")
                        .level(Level.SHOULD)
                        .why("Some old clients retry with a lower version after a failure, and mark that with a"
                                + " signal among the suites. RFC 8996 made RFC 7507 obsolete, so a server need not"
                                + " heed the signal; but one that falls over it locks such clients out.")
                        .fix("Refuse a marked fallback with inappropriate_fallback, or ignore the signal as an unknown"
                                + " suite.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(VersionTopic::fallback)));
    }

    private static Verdict newest(Prober prober) throws IOException, BlockedException {
        HelloAnswer answer = prober.ask(ClientHello.modern(prober.serverName()));
        if (answer instanceof HelloAnswer.Hello chosen) {
            return chosen.hello().isVersion(ProtocolVersion.TLS13)
                    ? Verdict.pass(answer.description())
                    : Verdict.fail("a client that offers TLSv1.3 and TLSv1.2 gets " + answer.description());
        }
        return Verdict.inconclusive("a client that offers TLSv1.3 and TLSv1.2 gets " + answer.description());
    }

    private static Verdict table(Prober prober) throws IOException, BlockedException {
        VersionTable table = VersionTable.of(prober);
        if (!table.isTls()) {
            return Verdict.inconclusive("no answer was TLS: " + table.description());
        }
        List<String> faults = new ArrayList<>();
        table.spoken().stream()
                .filter(version -> version.compareTo(ProtocolVersion.TLS12) < 0)
                .forEach(version -> faults.add(version.label() + " is accepted"));
        if (table.spoken().stream().noneMatch(version -> version.compareTo(ProtocolVersion.TLS12) >= 0)) {
            faults.add("neither TLSv1.2 nor TLSv1.3 is accepted");
        }
        table.unfinished()
                .filter(HandshakeProof.Unfinished::isBroken)
                .ifPresent(proof -> faults.add(
                        "TLSv1.3 is begun with a ServerHello, but no handshake can be finished: " + proof.why()));
        if (faults.isEmpty() && table.unfinished().isPresent()) {
            return Verdict.inconclusive(
                    "whether a handshake of TLSv1.3 can be finished was not seen: " + table.description());
        }
        return faults.isEmpty()
                ? Verdict.pass(table.description())
                : Verdict.fail(String.join("; ", faults) + " (" + table.description() + ")");
    }

    private static Verdict highest(Prober prober) throws IOException, BlockedException {
        HelloAnswer modern = prober.ask(ClientHello.modern(prober.serverName()));
        if (!(modern instanceof HelloAnswer.Hello chosen)) {
            return Verdict.inconclusive("no version was chosen: " + modern.description());
        }
        Optional<ServerHello> alone13 = prober.chosen(ProtocolVersion.TLS13);
        Optional<ServerHello> alone12 = prober.chosen(ProtocolVersion.TLS12);
        String label = ProtocolVersion.label(chosen.hello().version());
        if (alone13.isPresent() && !chosen.hello().isVersion(ProtocolVersion.TLS13)) {
            return Verdict.fail("TLSv1.3 is spoken, but " + label + " was chosen although both were offered");
        }
        if (alone13.isEmpty()) {
            return Verdict.pass(label + " was chosen; TLSv1.3 is not spoken, so no mark is required");
        }
        if (HandshakeProof.ofTls13(prober, alone13.get()).isPresent()) {
            return Verdict.inconclusive("TLSv1.3 was chosen, but no handshake of it could be finished");
        }
        if (alone12.isEmpty()) {
            return Verdict.pass(label + " was chosen; TLSv1.2 is not spoken");
        }
        if (!alone12.get().signalsDowngradeTo12()) {
            return unmarked(ProtocolVersion.TLS12, alone12.get(), "01");
        }
        for (ProtocolVersion older : List.of(ProtocolVersion.TLS11, ProtocolVersion.TLS10)) {
            Optional<ServerHello> alone = prober.chosen(older);
            if (alone.isPresent() && !alone.get().signalsDowngradeBelow12()) {
                return unmarked(older, alone.get(), "00");
            }
        }
        return Verdict.pass(label + " was chosen, and TLSv1.2 alone is marked as a downgrade, as are older versions");
    }

    private static Verdict unmarked(ProtocolVersion version, ServerHello alone, String mark) {
        return Verdict.fail("a server of TLSv1.3 that answers with " + version.label()
                + " must end its random with DOWNGRD and " + mark + ", it ends with "
                + alone.random().slice(24, 32));
    }

    private static Verdict fallback(Prober prober) throws IOException, BlockedException {
        Optional<ServerHello> newest = prober.chosen(ProtocolVersion.TLS13);
        ProtocolVersion lower = newest.isPresent() ? ProtocolVersion.TLS12 : ProtocolVersion.TLS11;
        if (prober.chosen(lower).isEmpty()) {
            return Verdict.skip(lower.label() + " is not spoken, so there is nothing to fall back to");
        }
        HelloAnswer answer = prober.ask(ClientHello.only(lower, prober.serverName())
                .with()
                .alsoSuite(CipherSuite.TLS_FALLBACK_SCSV)
                .build());
        if (answer instanceof HelloAnswer.Refused) {
            return Verdict.pass(answer.description());
        }
        return answer instanceof HelloAnswer.Hello hello && hello.broken().isEmpty()
                ? Verdict.skip("the signal is ignored, which is allowed since RFC 8996 made RFC 7507 obsolete")
                : Verdict.fail("a ClientHello of " + lower.label() + " that is marked as a fallback was answered with "
                        + answer.description());
    }
}
