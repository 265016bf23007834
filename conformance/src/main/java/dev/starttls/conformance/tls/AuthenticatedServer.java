package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
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
public final class AuthenticatedServer {

    private AuthenticatedServer() {}

    /** The verdict if a check must not send the password; empty if the server is the expected one. */
    public static Optional<Verdict> withholds(CheckContext context, HandshakeResult.Done handshake) {
        return doubt(context, handshake)
                .map(doubt -> Verdict.undecided("the password is not sent to a server that may not be the expected one:"
                        + " " + doubt
                        + " (--trust and --server-name set what is expected)"));
    }

    /** Why it may not be the expected one, by the roots and the name of the settings; empty if it is. */
    private static Optional<String> doubt(CheckContext context, HandshakeResult.Done handshake) {
        List<X509Certificate> given = context.settings().trust();
        ChainVerdict chain =
                new ChainRules(given.isEmpty() ? Roots.ofTheRuntime() : given, Instant.now()).judge(handshake.chain());
        if (!chain.faults().isEmpty()) {
            return Optional.of(String.join("; ", chain.faults()));
        }
        ServerIdentity name = context.settings().identityOf(context.target());
        return NameRules.judge(handshake.chain().get(0), name) instanceof NameVerdict.Matched
                ? Optional.empty()
                : Optional.of("the certificate does not name '" + name + "'");
    }
}
