package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.pki.OddCertificate;
import dev.starttls.conformance.client.server.JsseTls;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerTls;
import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import dev.starttls.core.keys.ServerKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * What a case makes its script of.
 *
 * @param benign a well-behaved server that begins as the client's policy wants it: in plaintext, or with TLS
 * @param tls the TLS of that server
 * @param pki what has issued its certificate, and issues others for the same name
 * @param patience how long a server that has fallen silent waits
 */
public record CaseKit(Script benign, ServerTls tls, ClientPki pki, Duration patience, Control control) {

    /** TLS of the runtime, with a certificate for the same name. */
    public JsseTls presenting(OddCertificate certificate) {
        ServerCredentials credentials = pki.credentials(certificate);
        try {
            return JsseTls.of(
                    ServerKeys.of(credentials.key(), credentials.chain()).context());
        } catch (IOException e) {
            throw new UncheckedIOException("the runtime does not take the certificate: " + certificate, e);
        }
    }
}
