package dev.starttls.conformance.report;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.TlsInventory.Extent;
import dev.starttls.conformance.check.TlsInventory.Preference;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.run.Matrix;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TestedClient;
import dev.starttls.conformance.tls.certificate.Issuer;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Results that no server gave. */
public final class SyntheticReports {
    /** What a browser, a terminal or an XML parser must never be given as it is. */
    public static final String HOSTILE =
            "<script>alert(1)</script>\"'&amp;{{id}}{{{id}}}]]>-->\u0000\u001b[31m\u009b\u202e\u2066\u200f\ufeff\uffff\ud800`";

    private SyntheticReports() {}

    /** A target on which these were found. */
    public static TargetReport target(String host, Verdict... verdicts) {
        return target(host, "250 ok", Optional.empty(), verdicts);
    }

    /** A target with this text at every place that a server, or an attacker on the path, controls. */
    public static TargetReport saying(String text) {
        return target(
                "mail.example.org",
                text,
                Optional.of(text),
                Verdict.fail(text),
                Verdict.warn(text),
                Verdict.skip(text),
                Verdict.inconclusive(text),
                Verdict.pass(text));
    }

    /** A client with which these cases ended so, and whose command line this is. */
    public static TargetReport client(String command, Verdict... verdicts) {
        List<Transcript.Entry> dialogue = List.of(
                new Transcript.Entry(0, 1, From.SUITE, Through.PLAINTEXT, "the client connected"),
                new Transcript.Entry(1, 1, From.SERVER, Through.PLAINTEXT, "220 ready"),
                new Transcript.Entry(2, 1, From.CLIENT, Through.PLAINTEXT, "STARTTLS"),
                new Transcript.Entry(3, 1, From.CLIENT, Through.TLS, "EHLO " + command));
        List<CheckResult> results = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            results.add(new CheckResult(
                    check("MADE-C-%02d".formatted(results.size() + 1)), verdict, dialogue, Duration.ofMillis(1234)));
        }
        return new TargetReport(
                new TestedClient(Protocol.SMTP, "required", Optional.of(command)),
                Instant.parse("2026-11-26T12:00:00Z"),
                Duration.ofMillis(2345),
                new Survey(List.of(), Optional.empty(), Optional.empty(), List.of("it ended with: exit status 0")),
                dialogue,
                results,
                Optional.empty());
    }

    /** A domain with two servers, one of which has no address, and all of which the DNS says this of. */
    static TargetReport domain(String said) {
        Check judged = Check.of("DNS-S-98", "made up")
                .clause("RFC 8461 section 4.1")
                .level(Level.MUST)
                .why("because")
                .fix("Fix it.")
                .onDomains();
        Check own = check("MADE-S-01");
        Matrix matrix = new Matrix(
                List.of(
                        new Matrix.Host(new Target(Scheme.SMTP, said, 25), "MX 10", Optional.of(said)),
                        new Matrix.Host(
                                new Target(Scheme.SMTP, "mx.example.org", 25).at(InetAddress.getLoopbackAddress()),
                                "MX 20",
                                Optional.empty())),
                List.of(
                        new Matrix.Row(
                                judged,
                                Optional.of(Verdict.fail(said)),
                                List.of(Optional.empty(), Optional.of(Verdict.inconclusive(said)))),
                        new Matrix.Row(
                                own, Optional.empty(), List.of(Optional.empty(), Optional.of(Verdict.warn(said))))));
        return new TargetReport(
                new DomainTarget(DomainTarget.Servers.MX, "example.org"),
                Instant.parse("2026-11-26T12:00:00Z"),
                Duration.ofMillis(2345),
                new Survey(List.of(), Optional.empty(), Optional.empty(), List.of("a note: " + said)),
                List.of(),
                List.of(new CheckResult(judged, Verdict.fail(said), List.of(), Duration.ofMillis(3))),
                Optional.empty(),
                Optional.of(matrix));
    }

    private static TargetReport target(String host, String said, Optional<String> problem, Verdict... verdicts) {
        List<Transcript.Entry> transcript = List.of(
                new Transcript.Entry(0, 1, From.CLIENT, Through.PLAINTEXT, "STARTTLS"),
                new Transcript.Entry(1, 1, From.SERVER, Through.PLAINTEXT, said),
                new Transcript.Entry(2, 1, From.SUITE, Through.TLS, said),
                new Transcript.Entry(3, 1, From.SERVER, Through.TLS, said),
                new Transcript.Entry(4, 2, From.SERVER, Through.TLS, said));
        List<CheckResult> results = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            results.add(new CheckResult(
                    check("MADE-S-%02d".formatted(results.size() + 1)), verdict, transcript, Duration.ofMillis(1234)));
        }
        Issuer issuer = Issuer.selfSigned(Issuer.Order.authority(inName(said)));
        return new TargetReport(
                new Target(Scheme.SMTP, host, 25),
                Instant.parse("2026-11-26T12:00:00Z"),
                Duration.ofMillis(2345),
                new Survey(
                        List.of(
                                new Survey.Phase("CONNECT", Duration.ofMillis(10)),
                                new Survey.Phase("HANDSHAKE", Duration.ofMillis(30))),
                        Optional.of(new HandshakeResult.Done("TLSv1.3", said, List.of(issuer.certificate()))),
                        problem),
                transcript,
                results,
                Optional.of(new TlsInventory(List.of(
                        new TlsInventory.Version(
                                "TLSv1.3", Extent.WHOLE, List.of(said), Preference.SERVER, List.of(said)),
                        TlsInventory.Version.refused("TLSv1")))));
    }

    /** As the certificate builder reads it: escaped (RFC 4514), and without what no encoding of a name can have. */
    private static String inName(String text) {
        return text.replaceAll("[\u0000\uffff\ud800]", "").replaceAll("[,+\"\\\\<>;=#]", "\\\\$0");
    }

    private static Check check(String id) {
        return Check.of(id, "made up")
                .clause("RFC 3207 section 4")
                .level(Level.SECURITY)
                .why("because")
                .fix("Fix it. Postfix: one. Exim: two.")
                .on(Protocol.SMTP)
                .run(subject -> Verdict.pass("never run"));
    }
}
