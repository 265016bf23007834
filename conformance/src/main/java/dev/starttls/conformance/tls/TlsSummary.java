package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import dev.starttls.conformance.tls.certificate.NameRules;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The TLS a server speaks with a client of today, as the head of a report tells it.
 *
 * @param version as SSLEngine and OpenSSL write it
 * @param suite the registered name
 * @param group the registered name of the group of the key exchange; empty where it was not seen
 * @param chain as sent, the server's own certificate first
 * @param names the identifiers in the server's certificate, as in {@code DNS:mail.example.org}
 */
public record TlsSummary(
        String version, String suite, Optional<String> group, List<CertificateFacts> chain, List<String> names) {

    public TlsSummary {
        chain = List.copyOf(chain);
        names = List.copyOf(names);
    }

    /**
     * What a handshake came to.
     *
     * @param group the group of the key exchange, where it was seen
     */
    public static TlsSummary of(Handshake.Done done, Optional<String> group) {
        return new TlsSummary(
                done.version(),
                done.suite(),
                group,
                done.chain().stream().map(CertificateFacts::of).toList(),
                done.chain().isEmpty()
                        ? List.of()
                        : NameRules.identifiers(done.chain().get(0)));
    }

    /**
     * Shakes hands with the target, and asks once more by hand for the group, which an engine does not tell.
     *
     * @return empty where no handshake came about; the transcript of the subject says why
     * @throws IOException if no connection could be made
     */
    public static Optional<TlsSummary> of(Subject subject) throws IOException {
        Prober prober = new Prober(subject);
        try (Conversation conversation = prober.approach()) {
            Handshake handshake = conversation.handshake(subject.offer());
            return handshake instanceof Handshake.Done done ? Optional.of(of(done, prober.group())) : Optional.empty();
        } catch (BlockedException e) {
            return Optional.empty();
        }
    }
}
