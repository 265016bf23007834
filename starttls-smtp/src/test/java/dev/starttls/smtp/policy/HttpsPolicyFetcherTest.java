package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsType;
import dev.starttls.core.testing.RefusingPort;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The GET, against servers of the JDK that do what no server should. */
@Timeout(60)
class HttpsPolicyFetcherTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final String POLICY = "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 5\n";

    private final FakeDns dns = new FakeDns().here("mta-sts.example.org");

    private interface Conversation {
        void hold(InputStream in, OutputStream out) throws IOException;
    }

    @Test
    void a_policy_is_asked_for_by_one_get_and_fetched() throws Exception {
        CompletableFuture<String> request = new CompletableFuture<>();
        try (SSLServerSocket server = serve(CERTIFICATES.named("mta-sts.example.org"), (in, out) -> {
            request.complete(head(in));
            say(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + POLICY.length() + "\r\n\r\n"
                            + POLICY);
        })) {
            assertThat(fetcher(server).fetch("example.org"))
                    .isEqualTo(new PolicyFetcher.Fetched(POLICY, Optional.of("text/plain")));
            assertThat(request.get(30, TimeUnit.SECONDS))
                    .startsWith("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.example.org:"
                            + server.getLocalPort() + "\r\n")
                    .contains("\r\nConnection: close\r\n");
        }
    }

    @Test
    void a_body_that_ends_with_the_connection_is_whole_with_close_notify_alone() throws Exception {
        try (SSLServerSocket server = serve(
                CERTIFICATES.named("mta-sts.example.org"), (in, out) -> say(out, "HTTP/1.0 200 OK\r\n\r\n" + POLICY))) {
            assertThat(fetcher(server).fetch("example.org"))
                    .isEqualTo(new PolicyFetcher.Fetched(POLICY, Optional.empty()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 302 Found, REDIRECTED",
        "HTTP/1.1 404 Not Found, STATUS",
        "HTTP/1.1 500 Oops, STATUS",
        "220 mx.example.org ESMTP, NOT_HTTP"
    })
    void other_answers_are_no_policy(String status, FetchFailure failure) throws Exception {
        try (SSLServerSocket server = serve(
                CERTIFICATES.named("mta-sts.example.org"),
                (in, out) ->
                        say(out, status + "\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"))) {
            failed(server, failure);
        }
    }

    @Test
    void more_than_64_kib_are_not_read() throws Exception {
        try (SSLServerSocket server = serve(CERTIFICATES.named("mta-sts.example.org"), (in, out) -> {
            say(out, "HTTP/1.1 200 OK\r\n\r\n");
            byte[] chunk = new byte[8_192];
            while (true) {
                out.write(chunk);
            }
        })) {
            failed(server, FetchFailure.TOO_LARGE);
        }
    }

    @Test
    void a_header_that_comes_octet_by_octet_does_not_outlast_the_time_for_all_of_it() throws Exception {
        try (SSLServerSocket server = serve(CERTIFICATES.named("mta-sts.example.org"), (in, out) -> {
            say(out, "HTTP/1.1 200 OK\r\nX: ");
            while (true) {
                out.write('y');
                out.flush();
                // The server is slow: this is what it does, and nothing waits for it to be over.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        })) {
            PolicyFetcher.Result result =
                    fetcher(server).withTimeout(Duration.ofSeconds(3)).fetch("example.org");
            assertThat(result)
                    .isEqualTo(new PolicyFetcher.Failed(
                            FetchFailure.TIMEOUT, "Expected a whole response within 3000 ms, got less"));
        }
    }

    @Test
    void a_server_that_says_nothing_ends_in_the_same_time() throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        try (SSLServerSocket server = serve(CERTIFICATES.named("mta-sts.example.org"), (in, out) -> over.join())) {
            assertThat(fetcher(server).withTimeout(Duration.ofSeconds(2)).fetch("example.org"))
                    .isInstanceOfSatisfying(PolicyFetcher.Failed.class, failed -> assertThat(failed.failure())
                            .isEqualTo(FetchFailure.TIMEOUT));
        } finally {
            over.complete(null);
        }
    }

    @Test
    void a_certificate_must_have_the_name_as_dns_id_be_in_time_and_lead_to_a_trusted_root() throws Exception {
        for (TestCertificates.Issued bad : List.of(
                CERTIFICATES.named("example.org"),
                CERTIFICATES.named("*.mta-sts.example.org"),
                CERTIFICATES.named("m*.example.org"),
                CERTIFICATES.commonNameOnly("mta-sts.example.org"),
                CERTIFICATES.expired("mta-sts.example.org"),
                CERTIFICATES.alternatives(new GeneralName(GeneralName.iPAddress, "127.0.0.1")),
                TestCertificates.withOwnRoot().named("mta-sts.example.org"))) {
            try (SSLServerSocket server = serve(bad, (in, out) -> say(out, "HTTP/1.1 200 OK\r\n\r\n" + POLICY))) {
                failed(server, FetchFailure.CERTIFICATE);
            }
        }
        try (SSLServerSocket server =
                serve(CERTIFICATES.named("*.example.org"), (in, out) -> say(out, "HTTP/1.0 200 OK\r\n\r\n" + POLICY))) {
            assertThat(fetcher(server).fetch("example.org")).isInstanceOf(PolicyFetcher.Fetched.class);
        }
    }

    @Test
    void without_an_address_or_a_listener_there_is_no_connection() throws Exception {
        assertThat(new HttpsPolicyFetcher(dns).fetch("nowhere.example"))
                .isInstanceOfSatisfying(PolicyFetcher.Failed.class, failed -> {
                    assertThat(failed.failure()).isEqualTo(FetchFailure.NOT_CONNECTED);
                    assertThat(failed.detail()).isEqualTo("Expected an address of mta-sts.nowhere.example, got none");
                });
        dns.fails("mta-sts.nowhere.example", DnsType.AAAA);
        assertThat(new HttpsPolicyFetcher(dns).fetch("nowhere.example"))
                .isInstanceOfSatisfying(PolicyFetcher.Failed.class, failed -> assertThat(failed.detail())
                        .endsWith("AAAA: the servers of it fail (SERVER_FAILURE)"));
        try (RefusingPort port = new RefusingPort()) {
            assertThat(new HttpsPolicyFetcher(dns).withPort(port.number()).fetch("example.org"))
                    .isInstanceOfSatisfying(PolicyFetcher.Failed.class, failed -> assertThat(failed.failure())
                            .isEqualTo(FetchFailure.NOT_CONNECTED));
        }
    }

    @Test
    void what_is_no_domain_is_not_fetched() {
        HttpsPolicyFetcher fetcher = new HttpsPolicyFetcher(dns);
        assertThatThrownBy(() -> fetcher.fetch("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThat(dns.asked()).isEmpty();
        assertThatThrownBy(() -> fetcher.withPort(65_536)).hasMessageContaining("1 to 65535, got 65536");
        assertThatThrownBy(() -> fetcher.withPort(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private HttpsPolicyFetcher fetcher(SSLServerSocket server) {
        return new HttpsPolicyFetcher(dns)
                .withTls(TlsSettings.builder().context(CERTIFICATES.client()).build())
                .withTimeout(Duration.ofSeconds(40))
                .withPort(server.getLocalPort());
    }

    private void failed(SSLServerSocket server, FetchFailure failure) {
        assertThat(fetcher(server).fetch("example.org"))
                .isInstanceOfSatisfying(PolicyFetcher.Failed.class, failed -> assertThat(failed.failure())
                        .isEqualTo(failure));
    }

    /** Serves one connection, on a thread of its own. */
    private static SSLServerSocket serve(TestCertificates.Issued identity, Conversation conversation)
            throws IOException {
        SSLServerSocket server = (SSLServerSocket) CERTIFICATES
                .server(identity)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(
                () -> {
                    try (SSLSocket client = (SSLSocket) server.accept()) {
                        conversation.hold(client.getInputStream(), client.getOutputStream());
                    } catch (IOException e) {
                        // The client has closed: it wants no more.
                    }
                },
                "https server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("Expected a whole request, got " + head);
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
