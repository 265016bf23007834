package dev.starttls.conformance.tls.minimal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation.Expectation;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.PemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The client of OpenSSL, which sends its command without waiting for the greeting. */
class OpensslClientTest {

    private static final String READY = "220 ready";
    private static final String DONE = "250 ok";

    @TempDir
    private Path folder;

    private record Both(ServedConnection.Seen server, String printed) {}

    static Stream<Arguments> deviations() {
        // OpenSSL 3.0 waits for more after a close_notify in the handshake, until its peer closes the connection too.
        return JsseClientTest.deviations()
                .filter(arguments -> arguments.get()[0] != TlsDeviation.CLOSE_NOTIFY_IN_HANDSHAKE);
    }

    @ParameterizedTest
    @MethodSource("deviations")
    void refuses_what_is_wrong_and_goes_on_with_what_is_allowed(TlsDeviation deviation, ProtocolVersion version)
            throws Exception {
        Both both = connect(deviation, version, deviation.needsRsa(), List.of());

        ClientReaction last = both.server().last();
        Expectation expectation = deviation.expectation(version);
        if (expectation == Expectation.REFUSE) {
            assertThat(both.printed()).doesNotContain(READY, DONE);
            assertThat(last.isRefusal() || deviation.isAfterClientFinished(version))
                    .as("%s", last)
                    .isTrue();
        } else if (expectation == Expectation.GO_ON) {
            assertThat(last).isInstanceOf(ClientReaction.Data.class);
            assertThat(both.printed()).contains(READY, DONE);
        } else {
            assertThat(last.isRefusal() || last instanceof ClientReaction.Data)
                    .as("%s", last)
                    .isTrue();
        }
    }

    @Test
    void follows_a_hello_retry_request() throws Exception {
        Both both = connect(TlsDeviation.NONE, ProtocolVersion.TLS13, true, List.of("-groups", "P-384:X25519"));

        assertThat(both.server().handshake().reaction()).isInstanceOf(ClientReaction.Finished.class);
        assertThat(both.printed()).contains(READY, DONE);
    }

    @Test
    void is_not_refused_for_what_it_does_not_offer() throws Exception {
        Both both = connect(TlsDeviation.NONE, ProtocolVersion.TLS13, false, List.of("-tls1_2"));

        assertThat(both.server().last()).isInstanceOf(ClientReaction.NotApplicable.class);
    }

    private Both connect(TlsDeviation deviation, ProtocolVersion version, boolean isRsa, List<String> more)
            throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        Issuer identity = isRsa ? ServedConnection.RSA : ServedConnection.ELLIPTIC;
        Path roots = PemFiles.write(folder.resolve("root.pem"), List.of(ServedConnection.ROOT.certificate()));
        try (ServedConnection server =
                new ServedConnection(ServedConnection.credentials(identity), version, deviation)) {
            List<String> arguments = new ArrayList<>(List.of(
                    "s_client",
                    "-quiet",
                    "-verify_return_error",
                    "-CAfile",
                    roots.toString(),
                    "-connect",
                    "127.0.0.1:" + server.port()));
            arguments.addAll(more);
            String printed =
                    openssl.run("EHLO a\r\n", arguments.toArray(new String[0])).output();
            return new Both(server.seen(), printed);
        }
    }
}
