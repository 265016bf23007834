package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.certificate.CertificateFacts;
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
}
