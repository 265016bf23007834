package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.DovecotServer;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.testing.TestSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapClient;
import dev.starttls.imap.ImapConnection;
import dev.starttls.imap.ImapLogin;
import dev.starttls.imap.ImapResponse;
import dev.starttls.imap.ImapServer;
import dev.starttls.imap.ImapSession;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stays on a loop after its upgrade. */
@Timeout(180)
class LoopExamplesTest {

    private static final int SESSIONS = 1_000;
    private static final int DOVECOT_SESSIONS = 200;
    /** Together more than all buffers of a proxy. */
    private static final int LINES = 2_000;

    private static final int LINE = 1_000;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final ConcurrentLinkedQueue<ImapSession> idling = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private UpgradeLoop servers;
    private UpgradeLoop clients;

    @BeforeEach
    void start() throws IOException {
        servers = running("servers");
        clients = running("clients");
    }

    @AfterEach
    void stop() throws Exception {
        for (UpgradeLoop loop : List.of(clients, servers)) {
            loop.closeNow();
            loop.stopped().get(30, TimeUnit.SECONDS);
        }
        assertThat(faults).isEmpty();
    }

    private UpgradeLoop running(String name) throws IOException {
        UpgradeLoop loop = UpgradeLoop.open(2 * SESSIONS, Runnable::run);
        Thread thread = new Thread(loop, name);
        thread.setUncaughtExceptionHandler((where, fault) -> faults.add(fault));
        thread.start();
        return loop;
    }

    @Test
    void a_thousand_sessions_log_in_idle_and_hear_of_mail_on_one_loop() throws Exception {
        ImapClient client = client(serve(TlsPolicy.REQUIRED));
        List<LoopImapSession> sessions =
                all(SESSIONS, number -> LoopImapSession.open(client, clients, "mary", "secret"));
        assertThat(clients.underway()).isEqualTo(SESSIONS);
        all(SESSIONS, number -> sessions.get(number).command("SELECT INBOX"));
        all(SESSIONS, number -> sessions.get(number).idle());
        assertThat(idling).hasSize(SESSIONS);
        for (ImapSession session : idling) {
            assertThat(session.push(new ImapResponse.Data("5 EXISTS"))).isTrue();
        }
        for (List<String> heard : all(SESSIONS, number -> sessions.get(number).hear("EXISTS"))) {
            assertThat(heard).containsExactly("* 5 EXISTS");
        }
        all(SESSIONS, number -> sessions.get(number).done());
        all(SESSIONS, number -> sessions.get(number).logOut());
    }

    @Test
    @Tag("peers")
    void hundreds_of_sessions_idle_on_one_loop_with_dovecot() throws Exception {
        try (DovecotServer dovecot =
                DovecotServer.start(TestCertificates.shared().localhost(KeyKind.EC))) {
            ImapClient client = client(dovecot.imap());
            // One user may have ten sessions from one address.
            List<LoopImapSession> sessions =
                    all(DOVECOT_SESSIONS, n -> LoopImapSession.open(client, clients, "user" + n, "secret"));
            for (List<String> selected :
                    all(DOVECOT_SESSIONS, n -> sessions.get(n).command("SELECT INBOX"))) {
                assertThat(selected).contains("* 0 EXISTS");
            }
            all(DOVECOT_SESSIONS, n -> sessions.get(n).idle());
            all(DOVECOT_SESSIONS, n -> sessions.get(n).done());
            all(DOVECOT_SESSIONS, n -> sessions.get(n).command("NOOP"));
            all(DOVECOT_SESSIONS, n -> sessions.get(n).logOut());
        }
    }

    @Test
    void a_proxy_passes_a_session_on_in_both_directions() throws Exception {
        int port = proxied(serve(TlsPolicy.IMPLICIT));
        try (ImapConnection mail = client(port).policy(TlsPolicy.IMPLICIT).connect()) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(mail.inputStream(), StandardCharsets.US_ASCII));
            mail.outputStream()
                    .write("a LOGIN mary secret\r\nb MUCH\r\nc LOGOUT\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(lines.readLine()).isEqualTo("a OK Logged in");
            for (int i = 0; i < LINES; i++) {
                assertThat(lines.readLine()).hasSize(LINE + 2);
            }
            assertThat(lines.readLine()).startsWith("b OK");
            assertThat(lines.readLine()).startsWith("* BYE");
            assertThat(lines.readLine()).startsWith("c OK");
            assertThat(lines.readLine()).as("close_notify").isNull();
        }
    }

    @Test
    @Tag("peers")
    void a_proxy_passes_a_session_with_dovecot_on() throws Exception {
        try (DovecotServer dovecot =
                DovecotServer.start(TestCertificates.shared().localhost(KeyKind.EC))) {
            int port = proxied(dovecot.imaps());
            LoopImapSession session = LoopImapSession.open(
                            client(port).policy(TlsPolicy.IMPLICIT), clients, "mary", "secret")
                    .get(30, TimeUnit.SECONDS);
            assertThat(session.command("SELECT INBOX").get(30, TimeUnit.SECONDS))
                    .contains("* 0 EXISTS");
            session.logOut().get(30, TimeUnit.SECONDS);
        }
    }

    /** The same of many at once, by its number. */
    private static <T> List<T> all(int count, IntFunction<CompletableFuture<T>> each) throws Exception {
        List<CompletableFuture<T>> underway = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            underway.add(each.apply(number));
        }
        List<T> results = new ArrayList<>();
        for (CompletableFuture<T> one : underway) {
            results.add(one.get(120, TimeUnit.SECONDS));
        }
        return results;
    }

    private int serve(TlsPolicy policy) throws IOException {
        ImapLogin login = new ImapLogin((user, password) -> password.equals("secret"), (command, session) -> {
            if (command.name().equals("MUCH")) {
                ImapResponse.Data line = new ImapResponse.Data("x".repeat(LINE));
                return ImapAnswer.ok("done", Collections.nCopies(LINES, line).toArray(ImapResponse.Data[]::new));
            }
            idling.add(session);
            return ImapAnswer.ok("done");
        });
        ImapServer server = ImapServer.named("mail.example.org", login)
                .capabilities(List.of("IMAP4rev1", "IDLE", "AUTH=PLAIN"))
                .policy(policy)
                .limits(UpgradeLimits.DEFAULT.withTimePerPhase(PATIENCE).withTimePerCommand(PATIENCE))
                .sslContext(TestSettings.SERVER_CONTEXT);
        return server.listen(servers, Loopback.anyPort()).socket().getLocalPort();
    }

    private int proxied(int port) throws Exception {
        LoopProxy proxy = new LoopProxy(
                servers, clients, new InetSocketAddress("localhost", port), TestSettings.client(TlsPolicy.IMPLICIT));
        ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort());
        proxy.listen(listening, TestSettings.server(TlsPolicy.IMPLICIT)).get(30, TimeUnit.SECONDS);
        return listening.socket().getLocalPort();
    }

    private static ImapClient client(int port) {
        return ImapClient.to("localhost", port)
                .sslContext(TestSettings.CLIENT_CONTEXT)
                .timeout(PATIENCE);
    }
}
