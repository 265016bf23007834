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

/** Decides whether a server may see a real password: only if its certificate proves that it is the expected one. */
public final class ProvenServer {

    private ProvenServer() {}

    /** The verdict if a check must not send the password; empty if the server is the expected one. */
    public static Optional<Verdict> withholds(CheckContext subject, Handshake.Done handshake) {
        return doubt(subject, handshake)
                .map(doubt -> Verdict.skip("the password is not sent to a server that may not be the expected one:"
                        + " " + doubt
                        + " (--trust and --server-name set what is expected)"));
    }

    /** Why it may not be the expected one, by the roots and the name of the settings; empty if it is. */
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
