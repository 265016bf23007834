package dev.starttls.conformance.client.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.pki.OddCertificate.Expectation;
import dev.starttls.conformance.tls.minimal.server.ClientReaction;
import dev.starttls.conformance.tls.minimal.server.MinimalTlsServer;
import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import dev.starttls.conformance.tls.minimal.server.ServerHandshakeResult;
import dev.starttls.conformance.tls.minimal.server.ServerSession;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each certificate is presented to JSSE, which checks the path, the usage and the name. */
class ServedCertificatesTest {

    private static final String HOST = "mx.mail.example.org";
    private static final ClientPki PKI = ClientPki.create(HOST);
    private static final SSLContext TRUSTING = trusting();

    /**
     * What JSSE of Java 17 accepts though it must not: it falls back to the common name, takes a wildcard within a
     * label, and disables short keys and SHA-1 for public roots only. Another release may refuse.
     */
    private static final Set<OddCertificate> LENIENT = EnumSet.of(
            OddCertificate.COMMON_NAME_ONLY,
            OddCertificate.PARTIAL_WILDCARD,
            OddCertificate.RSA_1024,
            OddCertificate.SHA1_SIGNATURE);

    private static SSLContext trusting() {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("root", PKI.root());
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Arguments> certificates() {
        return Arrays.stream(OddCertificate.values())
                .flatMap(odd -> Stream.of(ProtocolVersion.TLS12, ProtocolVersion.TLS13)
                        .map(version -> Arguments.of(odd, version)));
    }

    @ParameterizedTest
    @MethodSource("certificates")
    void a_client_that_checks_refuses_what_it_must(OddCertificate odd, ProtocolVersion version) throws Exception {
        ClientReaction reaction = reaction(PKI.credentials(odd), version);

        if (odd.expectation() == Expectation.ACCEPT) {
            assertThat(reaction).isEqualTo(new ClientReaction.Data(OctetString.ascii("EHLO a\r\n")));
        } else if (odd.expectation() == Expectation.REFUSE && !LENIENT.contains(odd)) {
            assertThat(reaction.isRefusal()).as("%s", reaction).isTrue();
        } else {
            assertThat(reaction.isRefusal() || reaction instanceof ClientReaction.Data)
                    .as("%s", reaction)
                    .isTrue();
        }
    }

    private static ClientReaction reaction(ServerCredentials credentials, ProtocolVersion version) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<ClientReaction> seen = new CompletableFuture<>();
            Thread thread = new Thread(() -> serve(listener, credentials, version, seen), "served certificate");
            thread.setDaemon(true);
            thread.start();
            Socket plain = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
            try (SSLSocket client =
                    (SSLSocket) TRUSTING.getSocketFactory().createSocket(plain, HOST, listener.getLocalPort(), true)) {
                SSLParameters parameters = client.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                client.setSSLParameters(parameters);
                client.setSoTimeout(20_000);
                client.getOutputStream().write("EHLO a\r\n".getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().read();
            } catch (IOException e) {
                // It refused; the server has seen how.
            }
            return seen.get(60, TimeUnit.SECONDS);
        }
    }

    private static void serve(
            ServerSocket listener,
            ServerCredentials credentials,
            ProtocolVersion version,
            CompletableFuture<ClientReaction> seen) {
        try (Socket socket = listener.accept()) {
            socket.setSoTimeout(20_000);
            ServerHandshakeResult result = MinimalTlsServer.handshake(
                    socket.getInputStream(), socket.getOutputStream(), credentials, version, TlsDeviation.NONE);
            if (result.session().isPresent()) {
                ServerSession session = result.session().get();
                seen.complete(session.read());
            } else {
                seen.complete(result.reaction());
            }
        } catch (IOException | RuntimeException e) {
            seen.completeExceptionally(e);
        }
    }
}
