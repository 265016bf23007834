package dev.starttls.core.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;

/**
 * A rule of the caller's own about the certificates of servers, in place of trusted roots and the comparison of the name: DANE
 * (RFC 7672), a list of known certificates, a private authority for each host.
 *
 * <pre>{@code
 * ServerVerifier known = (server, chain) -> listed.contains(chain.get(0))
 *         ? ServerVerifier.accept()
 *         : ServerVerifier.refuse(RefusalKind.REFUSED, "Expected a certificate of the list, got another", "");
 * TlsSettings settings = TlsSettings.builder().serverVerifier(known).build();
 * }</pre>
 *
 * <p>It is asked in every handshake, full or resumed, whatever the policy, and before the client sends anything inside TLS; a
 * full handshake may ask it more than once, and a resumed one shows it the certificates of the handshake that it resumes. That
 * is enough: the peer has proved then that it has the first certificate's key, whatever was verified at that time. Nothing
 * else is verified, neither signatures of the chain nor its dates.
 *
 * <p>Called by the threads that drive connections, several at once, so it must not wait for anything. What it throws ends the
 * connection as LOCAL_ERROR.
 */
@FunctionalInterface
public interface ServerVerifier {

    /** What is decided about a server. */
    sealed interface Verdict {}

    /** The server may be spoken to. */
    record Accepted() implements Verdict {}

    /**
     * The connection fails, without an alert and before anything is disclosed.
     *
     * @param kind for what reason, which decides the {@code FailureReason} and with it the result type of a TLS report (RFC 8460
     *     section 4.3)
     * @param detail what was expected, and what came
     * @param hint what to try; empty for the general advice of the reason
     */
    record Refused(RefusalKind kind, String detail, String hint) implements Verdict {

        /** There must be all three. */
        public Refused {
            Objects.requireNonNull(kind, "kind: expected a RefusalKind, got null; try RefusalKind.REFUSED");
            Objects.requireNonNull(detail, "detail: expected what was expected and what came, got null");
            Objects.requireNonNull(hint, "hint: expected what to try, got null; \"\" is for nothing in particular");
        }
    }

    /**
     * Decides about a server.
     *
     * @param server the host that the connection was made to; its name is not compared by anything else
     * @param chain as the server has sent it, its own certificate first, at least that one; hostile until it is accepted. In a
     *     resumed handshake, as it was sent in the first one
     * @return the decision; the same for the same arguments while the connection lasts
     */
    Verdict verify(ServerIdentity server, List<X509Certificate> chain);

    /**
     * The decision that the server may be spoken to.
     *
     * @return always the same
     */
    static Verdict accept() {
        return new Accepted();
    }

    /**
     * The decision against a server.
     *
     * @param kind for what reason
     * @param detail what was expected, and what came
     * @param hint what to try; empty for the general advice of the reason
     * @return that decision
     */
    static Verdict refuse(RefusalKind kind, String detail, String hint) {
        return new Refused(kind, detail, hint);
    }
}
