package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.engine.TlsPump;
import dev.starttls.core.engine.TlsStatus;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ExternalProgram.Outcome;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The group that is reported is the one to which OpenSSL, as the peer, was set, and which it reports. */
@Tag("peers")
@Timeout(120)
class OpensslGroupsTest {

    private static final Pattern ACCEPTS = Pattern.compile("ACCEPT .*:(\\d+)");
    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Issued IDENTITY = CERTIFICATES.localhost(KeyKind.RSA);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "-tls1_3 -groups X25519, x25519, 'Server Temp Key: X25519, 253 bits'",
        "-tls1_3 -groups P-256, secp256r1, 'Server Temp Key: ECDH, prime256v1, 256 bits'",
        "-tls1_3 -groups P-521:P-384, secp521r1, 'Server Temp Key: ECDH, secp521r1, 521 bits'",
        "-tls1_3 -groups X448, x448, 'Server Temp Key: X448, 448 bits'",
        "-tls1_3 -groups ffdhe2048, ffdhe2048, 'Server Temp Key: DH, 2048 bits'",
        "-tls1_2 -groups P-384, secp384r1, 'Server Temp Key: ECDH, secp384r1, 384 bits'",
        "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256, dhe2048, 'Server Temp Key: DH, 2048 bits'"
    })
    void of_a_server(String options, String group, String reported) throws Throwable {
        repeatedly(group, () -> ofServer(options, group, reported));
    }

    private static void ofServer(String options, String group, String reported) throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            List<String> arguments = new ArrayList<>(List.of(
                    "s_client",
                    "-brief",
                    "-connect",
                    "localhost:" + listening.socket().getLocalPort()));
            arguments.addAll(List.of(options.split(" ")));
            CompletableFuture<Outcome> client = CompletableFuture.supplyAsync(() -> {
                try {
                    return openssl.run("", arguments.toArray(new String[0]));
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (SocketChannel accepted = listening.accept()) {
                TlsPump pump = new TlsPump(TlsSettings.builder()
                        .context(CERTIFICATES.server(IDENTITY))
                        .build()
                        .serverEngine("127.0.0.1", 1, Optional.empty()));
                handshake(pump, accepted);
                assertThat(pump.namedGroup()).contains(group);
            }
            assertThat(client.get(60, TimeUnit.SECONDS).output()).contains(reported);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-tls1_3 -groups X25519, x25519",
        // Asked for by a HelloRetryRequest.
        "-tls1_3 -groups P-521, secp521r1",
        "-tls1_3 -groups ffdhe3072, ffdhe3072",
        "-tls1_2 -groups P-384, secp384r1",
        "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256, dhe2048"
    })
    void of_a_client(String options, String group) throws Throwable {
        repeatedly(group, () -> ofClient(options, group));
    }

    private void ofClient(String options, String group) throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        List<Object> pem = new ArrayList<>(List.of(IDENTITY.key()));
        pem.addAll(IDENTITY.chain());
        String file = PemFiles.write(folder.resolve("server.pem"), pem).toString();
        List<String> arguments = new ArrayList<>(
                List.of("s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert", file, "-key", file));
        arguments.addAll(List.of(options.split(" ")));
        Process server = openssl.start(arguments.toArray(new String[0]));
        try (BufferedReader said = server.inputReader(StandardCharsets.UTF_8);
                SocketChannel channel =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(said)))) {
            TlsPump pump = new TlsPump(TlsSettings.builder()
                    .context(CERTIFICATES.client())
                    .build()
                    .clientEngine("localhost", 1, Verification.FULL));
            handshake(pump, channel);
            assertThat(pump.namedGroup()).contains(group);
        } finally {
            server.destroyForcibly();
            server.waitFor();
        }
    }

    /**
     * SunJSSE of Java 17 leaves out the zero octets with which a finite-field secret begins, in TLS 1.3 too, where RFC 8446
     * section 7.4.1 keeps them: one handshake in 256 fails with a tag mismatch, which has nothing to do with the group.
     */
    private static void repeatedly(String group, Executable handshake) throws Throwable {
        for (int left = group.startsWith("ffdhe") ? 2 : 0; ; left--) {
            try {
                handshake.execute();
                return;
            } catch (SSLException e) {
                if (left == 0) {
                    throw e;
                }
            }
        }
    }

    private static int port(BufferedReader said) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher accepts = ACCEPTS.matcher(line);
            if (accepts.matches()) {
                return Integer.parseInt(accepts.group(1));
            }
            all.append(line).append('\n');
        }
        throw new IOException("Expected openssl to say where it listens, got " + all);
    }

    private static void handshake(TlsPump pump, SocketChannel channel) throws IOException {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        ByteBuffer in = ByteBuffer.allocate(32_768).flip();
        ByteBuffer out = ByteBuffer.allocate(32_768);
        while (!pump.established() || pump.wantsSend()) {
            TlsStatus status = pump.send(nothing, out.clear());
            out.flip();
            while (out.hasRemaining()) {
                channel.write(out);
            }
            if (status == TlsStatus.NEED_READ) {
                status = pump.receive(in, nothing);
            }
            if (status == TlsStatus.NEED_TASK) {
                pump.task().ifPresent(Runnable::run);
            } else if (status == TlsStatus.NEED_READ && !pump.established()) {
                assertThat(channel.read(in.clear())).isPositive();
                in.flip();
            }
        }
    }
}
