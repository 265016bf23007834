package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.CertificateEntry;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHelloBuilder;
import dev.starttls.conformance.tls.wire.OctetString;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * How a server authenticated itself in TLS 1.3, where all of it is encrypted.
 *
 * @param suite the suite that it chose
 * @param certificates its chain, its own certificate first; empty if it sent none
 * @param signatureScheme the number of the scheme of its CertificateVerify; empty if it sent none
 */
public record ServerAuthentication(
        CipherSuite suite, List<CertificateEntry> certificates, Optional<Integer> signatureScheme) {

    public ServerAuthentication {
        certificates = List.copyOf(certificates);
    }

    /**
     * Reads the server's flight up to its Finished, and does not go on with the handshake.
     *
     * @param in what the server sends; it throws an exception after its time limit
     * @param out sends octets in one segment where they fit
     * @param serverName for SNI; empty sends none
     * @param changes what the ClientHello has other than usual
     * @throws dev.starttls.conformance.tls.wire.MalformedException if the server does not speak TLS 1.3 with AES-GCM
     *     and x25519 or secp256r1, or not TLS at all
     * @throws AlertException if the server refused
     */
    public static ServerAuthentication observe(
            InputStream in, Consumer<OctetString> out, String serverName, UnaryOperator<ClientHelloBuilder> changes)
            throws IOException {
        return new Tls13Handshake(in, out).observe(serverName, changes);
    }
}
