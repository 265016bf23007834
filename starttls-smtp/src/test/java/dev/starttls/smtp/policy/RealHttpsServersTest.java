package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.NginxServer;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The GET against servers that others wrote: nginx, OpenSSL and Python. */
@Tag("peers")
@Timeout(120)
class RealHttpsServersTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final String POLICY = "version: STSv1\r\nmode: enforce\r\nmx: *.example.org\r\nmax_age: 86400\r\n";

    private final List<ServerProcess> servers = new ArrayList<>();
    private Optional<NginxServer> nginx = Optional.empty();
    private Path folder;

    @BeforeEach
    void site() throws IOException {
        folder = ServerProcess.folder("https");
        Files.createDirectories(folder.resolve("site/.well-known"));
        policy(POLICY);
    }

    @AfterEach
    void end() throws IOException {
        servers.forEach(ServerProcess::stop);
        if (nginx.isPresent()) {
            nginx.get().close();
        }
        ServerProcess.delete(folder);
    }

    @Test
    void a_policy_is_fetched_from_nginx() throws Exception {
        int port = nginx(CERTIFICATES.named("mta-sts.localhost"), "default_type text/plain;");
        assertThat(fetch(port)).isInstanceOfSatisfying(PolicyFetcher.Fetched.class, fetched -> {
            assertThat(fetched.text()).isEqualTo(POLICY);
            assertThat(fetched.mediaType()).contains("text/plain");
        });
    }

    @Test
    void a_policy_in_chunks_is_fetched_from_nginx() throws Exception {
        // What a filter has changed has no length any more.
        int port = nginx(CERTIFICATES.named("mta-sts.localhost"), "sub_filter enforce testing; sub_filter_types *;");
        assertThat(fetch(port))
                .isInstanceOfSatisfying(PolicyFetcher.Fetched.class, fetched -> assertThat(fetched.text())
                        .isEqualTo(POLICY.replace("enforce", "testing")));
    }

    @Test
    void a_policy_is_fetched_from_openssl() throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        int port = ServerProcess.freePorts(1).get(0);
        Path pem = identity(CERTIFICATES.named("mta-sts.localhost"));
        Process process = new ProcessBuilder(
                        openssl.path().toString(),
                        "s_server",
                        "-WWW",
                        "-quiet",
                        "-accept",
                        "127.0.0.1:" + port,
                        "-cert",
                        pem.toString(),
                        "-key",
                        pem.toString())
                .directory(folder.resolve("site").toFile())
                .redirectErrorStream(true)
                .start();
        await("openssl", process, port);
        assertThat(fetch(port))
                .isInstanceOfSatisfying(PolicyFetcher.Fetched.class, fetched -> assertThat(fetched.text())
                        .isEqualTo(POLICY));
    }

    @Test
    void a_policy_is_fetched_from_python() throws Exception {
        ExternalProgram python = ExternalProgram.named("python3");
        int port = ServerProcess.freePorts(1).get(0);
        Path pem = identity(CERTIFICATES.named("mta-sts.localhost"));
        Path script = Files.writeString(
                folder.resolve("server.py"),
                """
                import functools, http.server, ssl, sys
                handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[3])
                server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(sys.argv[2])
                server.socket = context.wrap_socket(server.socket, server_side=True)
                server.serve_forever()
                """);
        Process process = python.start(
                script.toString(),
                String.valueOf(port),
                pem.toString(),
                folder.resolve("site").toString());
        await("python", process, port);
        assertThat(fetch(port))
                .isInstanceOfSatisfying(PolicyFetcher.Fetched.class, fetched -> assertThat(fetched.text())
                        .isEqualTo(POLICY));
    }

    static Stream<Arguments> wrongCertificates() {
        return Stream.of(
                Arguments.of("for another name", CERTIFICATES.otherName()),
                Arguments.of("with the name as common name alone", CERTIFICATES.commonNameOnly("mta-sts.localhost")),
                Arguments.of("expired", CERTIFICATES.expired("mta-sts.localhost")),
                Arguments.of(
                        "of an unknown root", TestCertificates.withOwnRoot().named("mta-sts.localhost")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongCertificates")
    void a_certificate_that_proves_nothing_is_refused(String what, Issued identity) throws Exception {
        failed(nginx(identity, ""), FetchFailure.CERTIFICATE);
    }

    @Test
    void a_redirection_is_not_followed() throws Exception {
        failed(
                nginx(CERTIFICATES.named("mta-sts.localhost"), "return 301 https://mta-sts.localhost$request_uri;"),
                FetchFailure.REDIRECTED);
    }

    @Test
    void a_missing_file_is_no_policy() throws Exception {
        Files.delete(folder.resolve("site/.well-known/mta-sts.txt"));
        failed(nginx(CERTIFICATES.named("mta-sts.localhost"), ""), FetchFailure.STATUS);
    }

    @Test
    void a_policy_that_is_too_large_is_refused() throws Exception {
        policy(POLICY + "x: " + "y".repeat(StsPolicy.MAX_OCTETS) + "\r\n");
        failed(nginx(CERTIFICATES.named("mta-sts.localhost"), ""), FetchFailure.TOO_LARGE);
    }

    @Test
    void a_server_without_a_version_that_is_allowed_is_refused() throws Exception {
        failed(
                nginx(
                        CERTIFICATES.named("mta-sts.localhost"),
                        "",
                        "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"),
                FetchFailure.HANDSHAKE);
    }

    @Test
    void a_rate_of_a_few_octets_a_second_ends_in_time() throws Exception {
        policy(POLICY + "x: " + "y".repeat(10_000) + "\r\n");
        int port = nginx(CERTIFICATES.named("mta-sts.localhost"), "limit_rate 10; limit_rate_after 1;");
        assertThat(fetcher(port).withTimeout(Duration.ofSeconds(4)).fetch("localhost"))
                .isInstanceOfSatisfying(PolicyFetcher.Failed.class, failed -> assertThat(failed.failure())
                        .isEqualTo(FetchFailure.TIMEOUT));
    }

    private void policy(String text) throws IOException {
        Files.writeString(folder.resolve("site/.well-known/mta-sts.txt"), text);
    }

    private int nginx(Issued identity, String location) throws Exception {
        return nginx(identity, location, "");
    }

    private int nginx(Issued identity, String location, String server) throws Exception {
        NginxServer started = NginxServer.start(folder.resolve("site").toString(), identity, location, server);
        nginx = Optional.of(started);
        return started.port();
    }

    private void await(String name, Process process, int port) throws Exception {
        ServerProcess started = new ServerProcess(name, folder, process);
        servers.add(started);
        started.awaitPort(port);
    }

    private Path identity(Issued identity) throws IOException {
        List<Object> pem = new ArrayList<>(List.of(identity.key()));
        pem.addAll(identity.chain());
        return PemFiles.write(folder.resolve("server.pem"), pem);
    }

    private static PolicyFetcher.Result fetch(int port) {
        return fetcher(port).fetch("localhost");
    }

    private static HttpsPolicyFetcher fetcher(int port) {
        return new HttpsPolicyFetcher(new FakeDns().here("mta-sts.localhost"))
                .withTls(TlsSettings.builder().context(CERTIFICATES.client()).build())
                .withPort(port);
    }

    private static void failed(int port, FetchFailure failure) {
        assertThat(fetch(port))
                .isInstanceOfSatisfying(PolicyFetcher.Failed.class, failed -> assertThat(failed.failure())
                        .as(failed.detail())
                        .isEqualTo(failure));
    }
}
