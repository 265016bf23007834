package dev.starttls.conformance.reach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.DeadPort;
import dev.starttls.conformance.embedded.Authority;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapServer;
import dev.starttls.pop3.Pop3Answer;
import dev.starttls.pop3.Pop3Server;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ReachTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final TargetSettings SETTINGS = TargetSettings.standard().withAnswer(LONG);
    private static final Duration SHORT = Duration.ofSeconds(2);

    private static SSLContext context;
    private static UpgradeLoop servers;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        context = Authority.create().serverContext("localhost");
        servers = UpgradeLoop.open(100, Runnable::run);
        Thread thread = new Thread(servers);
        thread.setDaemon(true);
        thread.start();
    }

    @AfterAll
    static void stop() {
        servers.closeNow();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private Reach reach(Duration answer) throws IOException {
        Reach reach = Reach.open(2000, TargetSettings.standard().withAnswer(answer));
        open.add(reach);
        return reach;
    }

    private static Target at(Scheme scheme, int port) {
        return new Target(scheme, "localhost", port);
    }

    private static Target listen(Scheme scheme, ServerSetup<?> server, TlsPolicy policy) throws IOException {
        server.sslContext(context);
        server.policy(policy);
        return at(
                scheme,
                server.listen(servers, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .socket()
                        .getLocalPort());
    }

    private static ServerSetup<?> server(Scheme scheme) {
        return switch (scheme.protocol()) {
            case SMTP -> SmtpServer.named("localhost", (command, session) -> SmtpAnswer.of(250, "2.0.0 Fine"));
            case IMAP -> ImapServer.named("localhost", (command, session) -> ImapAnswer.ok("Fine"));
            case POP3 -> Pop3Server.named("localhost", (command, session) -> Pop3Answer.ok("Fine"));
        };
    }

    /** Takes connections into its backlog, or more than that, and never says anything. */
    private ServerSocket silent(int backlog) throws IOException {
        ServerSocket silent = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
        open.add(silent);
        return silent;
    }

    /** Sends the same to every client and closes the connection. */
    private int saying(String greeting) throws IOException {
        ServerSocket server = silent(10);
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(greeting.getBytes(StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    // The client hung up, or the test is over.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server.getLocalPort();
    }

    @Test
    void a_target_at_an_address_is_asked_there_and_its_name_is_not_looked_up() throws IOException {
        Target listening = listen(Scheme.IMAP, server(Scheme.IMAP), TlsPolicy.OPPORTUNISTIC);
        Target target =
                new Target(Scheme.IMAP, "nobody.invalid", listening.port()).at(InetAddress.getLoopbackAddress());
        assertThat(reach(LONG).ask(target).join()).isEqualTo(new Contact.Made());
        assertThat(Addresses.settled(target, SETTINGS, ConnectionRate.unlimited()))
                .isEqualTo(target);
    }

    @Test
    void a_name_with_one_address_is_settled_and_one_with_none_is_left_for_the_check() {
        assertThat(Addresses.settled(
                                new Target(Scheme.IMAP, "nobody.invalid", 143), SETTINGS, ConnectionRate.unlimited())
                        .address())
                .isEmpty();
        assertThat(Addresses.settled(new Target(Scheme.IMAP, "127.0.0.1", 143), SETTINGS, ConnectionRate.unlimited())
                        .address())
                .isEmpty();
        assertThat(Addresses.ALL.of(new Target(Scheme.IMAP, "nobody.invalid", 143)))
                .containsExactly(new Target(Scheme.IMAP, "nobody.invalid", 143));
    }

    @ParameterizedTest
    @EnumSource
    void a_server_that_does_what_its_scheme_says_answers(Scheme scheme) throws IOException {
        Target target =
                listen(scheme, server(scheme), scheme.implicitTls() ? TlsPolicy.IMPLICIT : TlsPolicy.OPPORTUNISTIC);
        assertThat(reach(LONG).ask(target).join()).isInstanceOf(Contact.Made.class);
    }

    @Test
    void a_server_without_tls_answers() throws IOException {
        Target target = listen(Scheme.SMTP, server(Scheme.SMTP), TlsPolicy.DISABLED);
        assertThat(reach(LONG).ask(target).join()).isInstanceOf(Contact.Made.class);
    }

    @Test
    void a_port_without_a_listener_is_reported_at_once_and_by_its_reason() throws IOException {
        int port = DeadPort.shared().number();
        Contact contact = reach(LONG).ask(at(Scheme.SMTP, port)).join();
        assertThat(contact).isInstanceOfSatisfying(Contact.Failed.class, failed -> {
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
            assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
            assertThat(failed.description())
                    .startsWith("cannot connect to smtp://localhost:" + port + ": CONNECT_FAILED");
        });
    }

    @Test
    void a_name_without_an_address_is_reported() throws IOException {
        Contact contact =
                reach(LONG).ask(new Target(Scheme.IMAP, "nobody.invalid", 143)).join();
        assertThat(contact).isInstanceOfSatisfying(Contact.Failed.class, failed -> assertThat(failed.description())
                .contains("nobody.invalid")
                .contains("found none"));
    }

    @ParameterizedTest
    @EnumSource(names = {"SMTP", "IMAPS"})
    void a_port_that_is_silent_whichever_way_it_is_asked_is_reported(Scheme scheme) throws IOException {
        Contact contact =
                reach(SHORT).ask(at(scheme, silent(10).getLocalPort())).join();
        assertThat(contact).isInstanceOfSatisfying(Contact.Failed.class, failed -> {
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(failed.phase()).isEqualTo(scheme.implicitTls() ? Phase.HANDSHAKE : Phase.GREETING);
            assertThat(failed.description()).contains("either").contains("--timeout");
        });
    }

    @Test
    void a_port_that_waits_for_tls_is_for_the_checks_to_report_though_the_url_says_otherwise() throws IOException {
        Target target = listen(Scheme.SMTP, server(Scheme.SMTP), TlsPolicy.IMPLICIT);
        assertThat(reach(Duration.ofSeconds(8)).ask(target).join()).isInstanceOf(Contact.Made.class);
    }

    @Test
    void a_port_that_greets_in_plaintext_is_for_the_checks_to_report_though_the_url_says_tls() throws IOException {
        Target target = listen(Scheme.POP3S, server(Scheme.POP3), TlsPolicy.OPPORTUNISTIC);
        assertThat(reach(LONG).ask(target).join()).isInstanceOf(Contact.Made.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-other\r\n", "* OK another protocol\r\n", "554 not you\r\n", "", "\u0000\u0001"})
    void a_server_that_says_something_else_or_hangs_up_is_for_the_checks_to_report(String greeting) throws IOException {
        assertThat(reach(LONG).ask(at(Scheme.SMTP, saying(greeting))).join()).isInstanceOf(Contact.Made.class);
    }

    @Test
    void hundreds_of_silent_hosts_cost_hundreds_of_connections_and_no_thread_each() throws IOException {
        Reach reach = reach(LONG);
        ServerSocket silent = silent(1000);
        List<CompletableFuture<Contact>> asked = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            asked.add(reach.ask(at(Scheme.SMTP, silent.getLocalPort())));
        }
        // All of them are connected: this takes them out of the backlog.
        List<Socket> accepted = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            accepted.add(silent.accept());
        }
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .filteredOn(name -> name.matches("(reach|handshake).*"))
                .hasSizeBetween(1, 50);
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        for (Socket one : accepted) {
            one.getOutputStream().write("554 not today\r\n".getBytes(StandardCharsets.US_ASCII));
            one.close();
        }
        assertThat(asked).allSatisfy(contact -> assertThat(contact.join()).isInstanceOf(Contact.Made.class));
    }
}
