package dev.starttls.conformance.tls.minimal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation.Expectation;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** JSSE's client, which is a sound one, and the server with each of its deviations. */
class JsseClientTest {

    /**
     * Where JSSE of Java 17 does not do what the RFCs say, so that another release may do the other thing: it follows
     * two HelloRetryRequests, takes records of any length, and no empty application data in TLS 1.3.
     */
    private static final Set<TlsDeviation> FREE = EnumSet.of(
            TlsDeviation.TWO_HELLO_RETRY_REQUESTS, TlsDeviation.RECORD_OVERFLOW, TlsDeviation.EMPTY_DATA_RECORDS);

    private static final SSLContext TRUSTING = trusting();

    private static SSLContext trusting() {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("root", ServedConnection.ROOT.certificate());
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What both sides saw. */
    private record Both(ServedConnection.Seen server, List<String> lines) {}

    static Stream<Arguments> deviations() {
        return Stream.of(TlsDeviation.values())
                .flatMap(deviation -> deviation.versions().stream().map(version -> Arguments.of(deviation, version)));
    }

    @ParameterizedTest
    @MethodSource("deviations")
    void refuses_what_is_wrong_and_goes_on_with_what_is_allowed(TlsDeviation deviation, ProtocolVersion version)
            throws Exception {
        Both both = connect(deviation, version, deviation.needsRsa());

        ClientReaction last = both.server().last();
        Expectation expectation = deviation.expectation(version);
        if (FREE.contains(deviation)) {
            assertThat(last)
                    .isInstanceOfAny(
                            ClientReaction.Alerted.class, ClientReaction.WentOn.class, ClientReaction.Data.class);
        } else if (expectation == Expectation.REFUSE) {
            assertThat(last.isRefusal()).as("%s", last).isTrue();
            assertThat(both.lines()).isEmpty();
        } else if (expectation == Expectation.GO_ON) {
            assertThat(last).isInstanceOf(ClientReaction.Data.class);
            assertThat(both.lines()).containsExactly("220 ready", "250 ok");
        } else {
            assertThat(last.isRefusal() || last instanceof ClientReaction.Data)
                    .as("%s", last)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"TLS12", "TLS13"})
    void talks_to_a_server_with_an_rsa_key(ProtocolVersion version) throws Exception {
        Both both = connect(TlsDeviation.NONE, version, true);

        assertThat(both.server().handshake().reaction()).isInstanceOf(ClientReaction.Finished.class);
        assertThat(both.lines()).containsExactly("220 ready", "250 ok");
    }

    private static Both connect(TlsDeviation deviation, ProtocolVersion version, boolean isRsa) throws Exception {
        Issuer identity = isRsa ? ServedConnection.RSA : ServedConnection.ELLIPTIC;
        try (ServedConnection server =
                new ServedConnection(ServedConnection.credentials(identity), version, deviation)) {
            List<String> lines = new ArrayList<>();
            try (SSLSocket client = (SSLSocket)
                    TRUSTING.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port())) {
                client.setSoTimeout(20_000);
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                lines.add(in.readLine());
                client.getOutputStream().write("EHLO a\r\n".getBytes(StandardCharsets.US_ASCII));
                lines.add(in.readLine());
            } catch (IOException e) {
                // It refused; the server has seen how.
            }
            return new Both(server.seen(), lines);
        }
    }
}
