package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.tls.certificate.ChainRules;
import dev.starttls.conformance.tls.certificate.ChainVerdict;
import dev.starttls.conformance.tls.certificate.NameRules;
import dev.starttls.conformance.tls.certificate.NameVerdict;
import dev.starttls.conformance.tls.certificate.Roots;
import dev.starttls.core.tls.ServerIdentity;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether a server that the suite would show a real password to has proved to be the one that was asked for. */
public final class ProvenServer {

    private ProvenServer() {}

    /** The verdict where a check withholds the password because it has not; empty if it has. */
    public static Optional<Verdict> withholds(CheckContext subject, Handshake.Done handshake) {
        return doubt(subject, handshake)
                .map(doubt -> Verdict.skip("no password is shown to a server that may be another: " + doubt
                        + " (--trust and --server-name say which it is)"));
    }

    /** Why it has not; empty if it has, by the roots and the name of the settings. */
    private static Optional<String> doubt(CheckContext subject, Handshake.Done handshake) {
        List<X509Certificate> given = subject.settings().trust();
        ChainVerdict chain =
                new ChainRules(given.isEmpty() ? Roots.ofTheRuntime() : given, Instant.now()).judge(handshake.chain());
        if (!chain.faults().isEmpty()) {
            return Optional.of(String.join("; ", chain.faults()));
        }
        ServerIdentity name = subject.settings().identityOf(subject.target());
        return NameRules.judge(handshake.chain().get(0), name) instanceof NameVerdict.Matched
                ? Optional.empty()
                : Optional.of("the certificate does not name '" + name + "'");
    }
}
