package dev.starttls.conformance.client.tls;

import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS12;
import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS13;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.tls.TlsCases.Rule;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.util.List;
import java.util.Optional;

/** The version and the suite that the server chooses: TLS-C-25 to 28. */
final class VersionCases {
    private static final String OLD =
            "The version has weaknesses of its design, and a client that takes it can be brought"
                    + " to it by an attacker on the path.";
    private static final String NO_OLD = "Set TLS 1.2 as the minimum version.";
    private static final String WEAK = "What such a suite encrypts, or does not, can be read or changed on the path.";
    private static final String NO_WEAK =
            "Authors: leave the suites to the TLS library, and end the handshake if the server chooses one that was not"
                    + " offered.";

    private VersionCases() {}

    static List<ClientCase> of(Protocol protocol) {
        return List.of(
                old(protocol, "TLS-C-25a", "SSL 3.0", "RFC 7568 section 3", TlsDeviation.VERSION_SSL3),
                old(protocol, "TLS-C-25b", "TLS 1.0", "RFC 8996 section 4", TlsDeviation.VERSION_TLS10),
                old(protocol, "TLS-C-25c", "TLS 1.1", "RFC 8996 section 5", TlsDeviation.VERSION_TLS11),
                only(protocol, "TLS-C-26a", TLS12, "RFC 9325 section 3.1.1"),
                only(protocol, "TLS-C-26b", TLS13, "RFC 8446 section 4.1.3"),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-27",
                        new Rule(
                                "heeds the mark of a downgrade",
                                "RFC 8446 section 4.1.3",
                                Level.MUST,
                                "The server has TLS 1.3 and says so; that TLS 1.2 was chosen is the work of an attacker"
                                        + " on the path.",
                                "Keep the TLS library up to date; authors: compare the last eight octets of the server's"
                                        + " random value."),
                        TlsDeviation.DOWNGRADE_SENTINEL,
                        TLS12),
                suite(
                        protocol,
                        "TLS-C-28a",
                        "a suite that it did not offer in TLS 1.3",
                        "RFC 8446 section 4.1.3",
                        TlsDeviation.SUITE_NOT_OFFERED,
                        TLS13),
                suite(
                        protocol,
                        "TLS-C-28b",
                        "a suite that it did not offer in TLS 1.2",
                        "RFC 5246 section 7.4.1.3",
                        TlsDeviation.SUITE_NOT_OFFERED,
                        TLS12),
                suite(
                        protocol,
                        "TLS-C-28c",
                        "a suite without a certificate",
                        "RFC 9325 section 4.1",
                        TlsDeviation.SUITE_ANONYMOUS,
                        TLS12),
                suite(
                        protocol,
                        "TLS-C-28d",
                        "a suite without encryption",
                        "RFC 9325 section 4.1",
                        TlsDeviation.SUITE_NULL,
                        TLS12),
                suite(
                        protocol,
                        "TLS-C-28e",
                        "a suite with RC4",
                        "RFC 7465 section 2, RFC 9325 section 4.1",
                        TlsDeviation.SUITE_RC4,
                        TLS12),
                suite(
                        protocol,
                        "TLS-C-28f",
                        "a suite with 3DES",
                        "RFC 9325 section 4.1",
                        TlsDeviation.SUITE_3DES,
                        TLS12),
                suite(
                        protocol,
                        "TLS-C-28g",
                        "an export suite",
                        "RFC 9325 section 4.1, CVE-2015-0204",
                        TlsDeviation.SUITE_EXPORT,
                        TLS12));
    }

    private static ClientCase old(Protocol protocol, String id, String version, String clause, TlsDeviation deviation) {
        return TlsCases.deviation(
                protocol, id, new Rule("refuses " + version, clause, Level.MUST, OLD, NO_OLD), deviation, TLS12);
    }

    private static ClientCase only(Protocol protocol, String id, ProtocolVersion version, String clause) {
        Rule rule = new Rule(
                "works with a server that has only TLS " + (version == TLS13 ? "1.3" : "1.2"),
                clause,
                Level.MUST,
                "What the client offers, it has to be able to do; otherwise the user ends without TLS.",
                "Authors: let the TLS library choose the version, from TLS 1.2 on.");
        return TlsCases.attempt(protocol, id, rule)
                .script(TlsCases.deviating(TlsDeviation.NONE, version))
                .judge(TlsJudgements::goesOn);
    }

    private static ClientCase suite(
            Protocol protocol, String id, String what, String clause, TlsDeviation deviation, ProtocolVersion version) {
        return TlsCases.draft(protocol, id, new Rule("refuses " + what, clause, Level.MUST, WEAK, NO_WEAK))
                .script(TlsCases.deviating(deviation, version))
                .judge(
                        deviation == TlsDeviation.SUITE_3DES
                                ? VersionCases::refusesUnlessOffered
                                : TlsJudgements::refuses);
    }

    /** A suite with 3DES that was offered is only discouraged (RFC 9325 section 4.1); one that was not is forbidden. */
    private static Verdict refusesUnlessOffered(Trial trial, Control control) {
        Verdict found = TlsJudgements.refuses(trial, control);
        boolean isOffered = control.hello().stream()
                .flatMap(hello -> hello.suites().stream())
                .map(CipherSuite::of)
                .flatMap(Optional::stream)
                .anyMatch(suite -> suite.name().contains("_3DES_"));
        return found.status() == Status.FAIL && isOffered && trial.plaintext().isEmpty()
                ? Verdict.warn(found.detail() + "; it offers such suites")
                : found;
    }
}
