package dev.starttls.conformance.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.core.testing.LaunchedByTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** A test of a client with one server. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@StartTlsServer(protocol = Protocol.IMAP)
class StartTlsServerTest {
    private static final AtomicInteger LAST_PORT = new AtomicInteger();

    private static void send(FunctionUnderTest client, TestMailServer to) throws Exception {
        client.run(to.host(), to.port(), to.user(), to.password(), to.trust());
    }

    @Test
    void the_class_says_which_server_its_tests_have(TestMailServer server) throws Exception {
        send(FunctionUnderTest.good(Protocol.IMAP), server);
        assertThat(server.plaintext()).containsExactly("a1 CAPABILITY", "a2 STARTTLS");
        assertThat(server.inside()).contains("a4 LOGIN " + server.user() + " " + server.password());
        assertThat(server.transcript()).noneMatch(line -> line.contains(server.password()));
        server.assertPasses();
    }

    @Test
    @StartTlsServer
    void a_method_says_more_than_its_class(TestMailServer server) throws Exception {
        send(FunctionUnderTest.good(Protocol.SMTP), server);
        assertThat(server.plaintext()).containsExactly("EHLO client.example.org", "STARTTLS");
        assertThat(server.verdict().status()).isEqualTo(Status.PASS);
    }

    @Test
    @StartTlsServer("UP-C-01a")
    void a_hostile_server_is_one_of_a_case(TestMailServer server) {
        assertThatThrownBy(() -> send(FunctionUnderTest.good(Protocol.SMTP), server))
                .isInstanceOf(IOException.class);
        assertThat(server.inside()).isEmpty();
        server.assertPasses();
    }

    @Test
    @StartTlsServer("UP-C-01a")
    void a_client_that_does_wrong_fails_with_clause_and_transcript(TestMailServer server) throws Exception {
        send(FunctionUnderTest.stripped(Protocol.SMTP), server);
        assertThat(server.verdict().status()).isEqualTo(Status.FAIL);
        assertThatThrownBy(server::assertPasses)
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("  clause  RFC 3207")
                .hasMessageContaining("AUTH PLAIN (concealed)");
    }

    @Test
    @StartTlsServer(value = "UP-C-01a", policy = ClientPolicy.OPPORTUNISTIC)
    void the_policy_decides_what_is_allowed(TestMailServer server) throws Exception {
        send(FunctionUnderTest.stripped(Protocol.SMTP), server);
        assertThat(server.verdict().status()).isEqualTo(Status.WARN);
    }

    @Test
    @StartTlsServer(value = "UP-C-04a", protocol = Protocol.POP3)
    void a_case_of_two_runs_has_a_server_for_each(TestMailServer server) {
        FunctionUnderTest client = FunctionUnderTest.injected(Protocol.POP3);
        assertThat(server.runs()).isEqualTo(2);
        String first = server.user();
        assertThatThrownBy(() -> send(client, server)).isInstanceOf(IOException.class);
        server.nextRun();
        assertThat(server.user()).isNotEqualTo(first);
        assertThatThrownBy(() -> send(client, server)).isInstanceOf(IOException.class);
        assertThatThrownBy(server::nextRun).hasMessageContaining("expected at most 2 runs");
        assertThat(server.verdict().detail()).contains("an answer that had come in plaintext");
        assertThatThrownBy(server::port).hasMessageContaining("the server is closed");
    }

    @Test
    @StartTlsServer("UP-C-04a")
    void without_all_runs_there_is_no_verdict(TestMailServer server) {
        assertThatThrownBy(() -> send(FunctionUnderTest.good(Protocol.SMTP), server))
                .isInstanceOf(IOException.class);
        assertThat(server.verdict().status()).isEqualTo(Status.INCONCLUSIVE);
        assertThatThrownBy(server::assertPasses)
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("expected 2 runs of the client");
    }

    @Test
    @StartTlsServer("UP-C-02a")
    void what_the_client_does_with_a_well_behaved_server_has_to_be_seen(TestMailServer server) {
        assertThatThrownBy(() -> send(FunctionUnderTest.good(Protocol.SMTP), server))
                .isInstanceOf(IOException.class);
        assertThat(server.verdict().detail()).contains("never finished a handshake");
    }

    @Test
    @StartTlsServer("UP-C-02a")
    void a_well_behaved_server_stands_beside_the_hostile_one(TestMailServer server) throws Exception {
        send(FunctionUnderTest.good(Protocol.SMTP), server.wellBehaved());
        assertThatThrownBy(() -> send(FunctionUnderTest.good(Protocol.SMTP), server))
                .isInstanceOf(IOException.class);
        assertThat(server.verdict().status()).isEqualTo(Status.PASS);
    }

    @Test
    @StartTlsServer(value = "POP3-C-19c", protocol = Protocol.POP3)
    void what_only_the_client_could_say_is_inconclusive(TestMailServer server) throws Exception {
        send(FunctionUnderTest.good(Protocol.POP3), server.wellBehaved());
        send(FunctionUnderTest.good(Protocol.POP3), server);
        assertThat(server.verdict().status()).isEqualTo(Status.INCONCLUSIVE);
    }

    @Test
    @StartTlsServer("SMTP-C-20d")
    void to_end_the_session_by_a_size_before_tls_is_no_use_of_it_inside(TestMailServer server) throws Exception {
        send(FunctionUnderTest.good(Protocol.SMTP), server.wellBehaved());
        send(FunctionUnderTest.good(Protocol.SMTP), server);
        server.nextRun();
        try (Socket client = new Socket(server.host(), server.port())) {
            client.getOutputStream().write("EHLO client.example.org\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readAllBytes()).asString().contains("SIZE 1");
        }
        assertThat(server.verdict().status()).isEqualTo(Status.WARN);
    }

    @Test
    @StartTlsServer("UP-C-01a")
    void a_client_that_did_not_come_is_inconclusive(TestMailServer server) {
        int port = server.port();
        assertThat(server.verdict().detail()).isEqualTo("the client never connected to port " + port);
    }

    @LaunchedByTest
    static class Closing {
        @Test
        @StartTlsServer("UP-C-01a")
        void opens(TestMailServer server) {
            LAST_PORT.set(server.port());
        }
    }

    @LaunchedByTest
    static class Wrong {
        @Test
        @StartTlsServer("UP-C-99")
        void opens(TestMailServer server) {
            LAST_PORT.set(server.port());
        }
    }

    @Test
    void the_server_is_closed_after_the_test() {
        LaunchedTests.of(Closing.class);
        assertThat(LAST_PORT.get()).isPositive();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), LAST_PORT.get()).close())
                .isInstanceOf(IOException.class);
    }

    @Test
    void an_id_of_no_case_is_a_mistake_and_reported() {
        assertThat(LaunchedTests.of(Wrong.class).message("opens"))
                .contains("expected the id of a case for SMTP, such as UP-C-01a, or benign; got UP-C-99");
    }
}
