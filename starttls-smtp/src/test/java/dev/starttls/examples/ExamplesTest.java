package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** The ways to embed a client, one test each: start reading here. */
@Timeout(600)
class ExamplesTest {

    private static final int VIRTUAL_THREADS = 10_000;
    /** What the files of a process and the heap of the tests allow at once. */
    private static final int OPEN_AT_ONCE = 200;

    private ExampleServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ExampleServer(2 * OPEN_AT_ONCE);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void blocking_streams_are_those_of_any_channel() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        SmtpClientExample.talk(server.client(), new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("TLSv1.3 TLS_AES_256_GCM_SHA384", "250 2.0.0 Ok", "221 2.0.0 Bye");
    }

    @Test
    void a_client_looks_at_the_reason_of_a_failure() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        SmtpClient distrusting =
                server.client().sslContext(TestCertificates.withOwnRoot().client());
        SmtpClientExample.talk(distrusting, new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .satisfiesExactly(
                        blocked -> assertThat(blocked).isEqualTo("blocked: certificate-not-trusted"),
                        why -> assertThat(why).startsWith("give up: CERTIFICATE_UNTRUSTED in phase HANDSHAKE"));
    }

    @Test
    void a_server_of_a_few_lines_serves_with_keys_from_files(@TempDir Path folder) throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        Issued identity = certificates.localhost(KeyKind.EC);
        Path chain = PemFiles.write(folder.resolve("chain.pem"), identity.chain());
        Path key = PemFiles.write(folder.resolve("key.pem"), List.of(identity.key()));
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        SmtpServer few = SmtpServerExample.server(chain, key, new PrintStream(log, true, StandardCharsets.UTF_8));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
                ServerSocketChannel listening = few.listen(loop, Loopback.anyPort())) {
            new Thread(loop, "few lines").start();
            int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
            SmtpClientExample.talk(
                    SmtpClient.to("localhost", port).sslContext(certificates.client()),
                    new PrintStream(printed, true, StandardCharsets.UTF_8));
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .startsWith("TLSv1.3")
                .contains("221 2.0.0 Bye");
        assertThat(log.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void an_authors_own_selector_loop_runs_the_connection_without_io() throws Exception {
        List<NoopSession> sessions = new ArrayList<>();
        try (OwnSelectorLoop loop = new OwnSelectorLoop()) {
            for (int i = 0; i < 50; i++) {
                sessions.add(new NoopSession());
                loop.connect(server.address(), server.client().connection(), sessions.get(i));
            }
            loop.run();
        }
        assertThat(sessions).allSatisfy(session -> {
            assertThat(session.failure).isEmpty();
            assertThat(session.replies.toString()).startsWith("250 ").contains("\r\n221 ");
            assertThat(session.ended).isTrue();
        });
    }

    @Test
    void an_authors_own_selector_loop_hears_of_failures() throws Exception {
        NoopSession session = new NoopSession();
        try (OwnSelectorLoop loop = new OwnSelectorLoop()) {
            SmtpClient distrusting =
                    server.client().sslContext(TestCertificates.withOwnRoot().client());
            loop.connect(server.address(), distrusting.connection(), session);
            loop.run();
        }
        assertThat(session.replies.toString()).isEmpty();
        assertThat(session.failure).singleElement().isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(
                        why.reason())
                .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED));
    }

    @Test
    void futures_run_many_upgrades_on_one_thread() throws Exception {
        try (UpgradeLoop loop = UpgradeLoop.open(OPEN_AT_ONCE, Runnable::run)) {
            new Thread(loop, "upgrades").start();
            List<CompletableFuture<String>> versions = new ArrayList<>();
            for (int i = 0; i < OPEN_AT_ONCE; i++) {
                versions.add(server.client().connect(loop).thenApply(ExamplesTest::versionOf));
            }
            for (CompletableFuture<String> version : versions) {
                assertThat(version.get(60, TimeUnit.SECONDS)).isEqualTo("TLSv1.3");
            }
        }
    }

    @Test
    void a_future_fails_with_what_the_upgrade_failed_with() throws Exception {
        try (UpgradeLoop loop = UpgradeLoop.open(1, Runnable::run)) {
            new Thread(loop, "upgrades").start();
            CompletableFuture<SmtpConnection> mail = server.client()
                    .sslContext(TestCertificates.withOwnRoot().client())
                    .connect(loop);
            assertThatThrownBy(() -> mail.get(60, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.reason())
                            .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED));
        }
    }

    /** All of the threads live at once, and block; Java 17, which this is compiled for, has no name for them. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads before Java 21")
    void ten_thousand_virtual_threads_block_in_an_upgrade_each() throws Exception {
        CountDownLatch all = new CountDownLatch(VIRTUAL_THREADS);
        Semaphore open = new Semaphore(OPEN_AT_ONCE);
        SmtpClient client = server.client();
        List<CompletableFuture<String>> versions = new ArrayList<>();
        for (int i = 0; i < VIRTUAL_THREADS; i++) {
            CompletableFuture<String> version = new CompletableFuture<>();
            versions.add(version);
            Runnable work = () -> {
                try {
                    all.countDown();
                    all.await();
                    open.acquire();
                    try {
                        version.complete(versionOf(client.connect()));
                    } finally {
                        open.release();
                    }
                } catch (IOException | InterruptedException e) {
                    version.completeExceptionally(e);
                }
            };
            Object unused =
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
        }
        for (CompletableFuture<String> version : versions) {
            assertThat(version.get(540, TimeUnit.SECONDS)).isEqualTo("TLSv1.3");
        }
    }

    private static String versionOf(SmtpConnection mail) {
        try (mail) {
            return mail.report().tls().orElseThrow().version();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Says NOOP, and QUIT once that was answered. */
    private static final class NoopSession implements OwnSelectorLoop.Session {

        private final StringBuilder replies = new StringBuilder();
        private final List<IOException> failure = new ArrayList<>();
        private boolean ended;

        @Override
        public ByteBuffer upgraded() {
            return StandardCharsets.US_ASCII.encode("NOOP\r\n");
        }

        @Override
        public ByteBuffer received(ByteBuffer octets) {
            boolean first = replies.length() == 0;
            replies.append(StandardCharsets.US_ASCII.decode(octets));
            return StandardCharsets.US_ASCII.encode(first ? "QUIT\r\n" : "");
        }

        @Override
        public void ended() {
            ended = true;
        }

        @Override
        public void failed(IOException why) {
            failure.add(why);
        }
    }
}
