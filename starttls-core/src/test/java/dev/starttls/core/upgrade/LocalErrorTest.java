package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Invariant 11: what this side's own code throws ends its connection, typed and with its events, and nothing else. */
@Timeout(120)
class LocalErrorTest {

    static Stream<Arguments> throwing() {
        return Stream.of("TLSv1.2", "TLSv1.3")
                .flatMap(version -> Stream.of(new IllegalStateException("mine"), new AssertionError("mine"))
                        .map(thrown -> Arguments.of(version, thrown)));
    }

    @ParameterizedTest
    @MethodSource("throwing")
    void what_a_trust_manager_throws_is_this_sides_own_error(String version, Throwable thrown) throws Exception {
        Connections.Events events = new Connections.Events();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new ThrowingTrust(thrown)}, null);
        UpgradeConnection connection = client(clientSettings(TlsPolicy.REQUIRED)
                .withListener(events)
                .withTls(
                        TlsSettings.builder().context(context).versions(version).build()));
        MemoryLink link =
                MemoryLink.between(connection, server(TlsPolicy.REQUIRED)).run();

        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(why.hint()).get().asString().contains("a trust manager, a chooser of contexts");
        assertThat(why).hasRootCauseMessage("mine").hasMessageContaining(thrown.toString());
        assertThat(connection.failure()).containsSame(why);
        assertThat(events.heard()).containsExactly("proposed", "failed LOCAL_ERROR", "blocked LOCAL_ERROR");
        link.server().arriveEnd().run();
        assertThat(link.server().failure())
                .as("the server hears an alert, unless the engine still waits for the task")
                .get()
                .asString()
                .contains(thrown instanceof Error ? "the end of the connection" : "alert");
    }

    @ParameterizedTest
    @MethodSource("throwing")
    void what_a_trust_manager_refuses_is_no_error_of_its_own(String version, Throwable thrown) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {new ThrowingTrust(new CertificateException("not one of ours", thrown))},
                null);
        MemoryLink link = MemoryLink.between(
                        client(clientSettings(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .context(context)
                                        .versions(version)
                                        .build())),
                        server(TlsPolicy.REQUIRED))
                .run();
        assertThat(link.client().upgradeFailure().reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
    }

    @Test
    void what_a_chooser_of_contexts_throws_is_let_through_and_reported() throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException("mine"), new AssertionError("mine"))) {
            Connections.Events events = new Connections.Events();
            UpgradeConnection connection = server(UpgradeSettings.of(TlsPolicy.IMPLICIT)
                    .withListener(events)
                    .withTls(TlsSettings.builder()
                            .context(Connections.SERVING)
                            .contextByServerName(name -> {
                                throw sneak(thrown);
                            })
                            .build()));
            connection.begin(0);
            byte[] hello = hello();
            Throwable seen = catchThrowable(() -> connection.receive(ByteBuffer.wrap(hello), Connections.NOTHING));
            assertThat(seen).isSameAs(thrown);
            requireToldOnce(connection, thrown, events.heard(), "failed LOCAL_ERROR");
        }
    }

    @Test
    void what_a_source_of_engines_throws_is_let_through_and_reported() throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException("mine"), new AssertionError("mine"))) {
            Connections.Events events = new Connections.Events();
            UpgradeConnection connection = client(UpgradeSettings.of(TlsPolicy.IMPLICIT)
                    .withListener(events)
                    .withTls(TlsSettings.builder()
                            .engines((host, port) -> {
                                throw sneak(thrown);
                            })
                            .build()));
            assertThat(catchThrowable(() -> connection.begin(0))).isSameAs(thrown);
            requireToldOnce(connection, thrown, events.heard(), "failed LOCAL_ERROR", "blocked LOCAL_ERROR");
        }
    }

    @Test
    void what_a_key_manager_throws_is_this_sides_own_error() throws Exception {
        UncheckedIOException thrown =
                new UncheckedIOException(new IOException("the box with the keys does not answer"));
        X509ExtendedKeyManager faulty = mock(X509ExtendedKeyManager.class, call -> {
            throw thrown;
        });
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {faulty}, null, null);
        MemoryLink link = MemoryLink.between(
                        client(TlsPolicy.IMPLICIT),
                        server(UpgradeSettings.of(TlsPolicy.IMPLICIT)
                                .withTls(TlsSettings.builder().context(context).build())))
                .run();
        UpgradeException why = link.server().upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why).hasMessageContaining("java.io.UncheckedIOException");
        assertThat(why).rootCause().isSameAs(thrown.getCause());
    }

    @Test
    void settings_that_no_engine_can_have_are_named_on_a_client() {
        for (TlsSettings wrong : List.of(
                TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .versions("TLSv9")
                        .build(),
                TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .suites("TLSv9")
                        .build())) {
            for (boolean early : List.of(true, false)) {
                UpgradeConnection connection =
                        client(UpgradeSettings.of(TlsPolicy.IMPLICIT).withTls(wrong));
                if (early) {
                    connection.preparation().orElseThrow().run();
                }
                Throwable seen = catchThrowable(() -> {
                    connection.begin(0);
                    connection.transmit(Connections.NOTHING, ByteBuffer.allocate(40_000));
                });
                UpgradeException why = connection.failure().orElseThrow();
                assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
                assertThat(why).hasCause(seen).hasMessageContaining("TLSv9");
                assertThat(why.hint()).get().asString().contains("versions and suites");
            }
        }
    }

    @Test
    void a_servers_listener_that_throws_at_the_upgrade_hears_of_the_failure() throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException("mine"), new AssertionError("mine"))) {
            List<String> heard = new ArrayList<>();
            UpgradeConnection connection =
                    server(serverSettings(TlsPolicy.IMPLICIT).withListener(new UpgradeListener() {
                        @Override
                        public void upgraded(UpgradeReport report) {
                            throw sneak(thrown);
                        }

                        @Override
                        public void failed(UpgradeException why) {
                            heard.add("failed " + why.reason());
                        }
                    }));
            connection.begin(0);
            BareTls tls = BareTls.client(Connections.TRUSTING).begin();
            Throwable seen = null;
            for (int turn = 0; turn < 10 && seen == null; turn++) {
                byte[] flight = tls.take();
                seen = catchThrowable(() -> connection.receive(ByteBuffer.wrap(flight), Connections.NOTHING));
                connection.task().ifPresent(Runnable::run);
                ByteBuffer out = ByteBuffer.allocate(20_000);
                if (seen == null) {
                    seen = catchThrowable(() -> connection.transmit(Connections.NOTHING, out));
                    byte[] made = new byte[out.flip().remaining()];
                    out.get(made);
                    tls.feed(made);
                }
            }
            assertThat(seen).isSameAs(thrown);
            requireToldOnce(connection, thrown, heard, "failed LOCAL_ERROR");
        }
    }

    @Test
    void a_listener_that_throws_at_a_failure_does_not_hide_it() {
        for (Throwable thrown : List.of(new IllegalStateException("mine"), new AssertionError("mine"))) {
            UpgradeConnection connection =
                    client(clientSettings(TlsPolicy.REQUIRED).withListener(new UpgradeListener() {
                        @Override
                        public void failed(UpgradeException why) {
                            throw sneak(thrown);
                        }
                    }));
            Endpoint side = Endpoint.of(connection).arriveEnd().run();
            assertThat(side.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
            assertThat(side.upgradeFailure()).hasSuppressedException(thrown);
        }
    }

    @Test
    void what_a_dialogue_throws_is_let_through_and_reported_without_its_message() throws Exception {
        Connections.Events events = new Connections.Events();
        AssertionError thrown = new AssertionError("PASS secret");
        Dialogue dialogue = new Dialogue() {
            private final LineProtocolServer sound = new LineProtocolServer();

            @Override
            public String protocol() {
                return sound.protocol();
            }

            @Override
            public Role role() {
                return sound.role();
            }

            @Override
            public Step opened() {
                return sound.opened();
            }

            @Override
            public Step received(String line) {
                throw thrown;
            }

            @Override
            public Step secured() {
                return sound.secured();
            }
        };
        UpgradeConnection connection =
                server(dialogue, serverSettings(TlsPolicy.REQUIRED).withListener(events));
        connection.begin(0);
        assertThat(catchThrowable(() -> connection.receive(Connections.octets("PASS secret\r\n"), Connections.NOTHING)))
                .isSameAs(thrown);
        requireToldOnce(connection, thrown, events.heard(), "failed LOCAL_ERROR");
        assertThat(connection.failure().orElseThrow().getMessage()).doesNotContain("secret");
    }

    @Test
    void an_exception_of_an_engine_over_what_it_was_sent_is_not_this_sides_error() {
        RuntimeException ofEngine = catchRuntime(() -> ByteBuffer.allocate(0).get());
        StackTraceElement buffer = new StackTraceElement("java.nio.Buffer", "nextGetIndex", "Buffer.java", 1);
        for (String engine : List.of("sun.security.ssl.Record", "org.conscrypt.ConscryptEngine", "io.netty.X")) {
            ofEngine.setStackTrace(new StackTraceElement[] {
                buffer, new StackTraceElement(engine, "read", "", 1), new StackTraceElement("mine.Loop", "run", "", 1)
            });
            assertThat(LocalError.in(new SSLException("x", ofEngine))).isEmpty();
        }
        ofEngine.setStackTrace(
                new StackTraceElement[] {buffer, new StackTraceElement("mine.TrustManager", "check", "", 1)});
        assertThat(LocalError.in(new SSLException("x", ofEngine))).contains(ofEngine);
    }

    @Test
    void what_is_seen_first_from_the_outside_decides() {
        IOException deepest = new IOException("mine");
        for (Throwable local : List.of(
                new ExceptionInInitializerError(deepest),
                new UncheckedIOException(deepest),
                new IllegalStateException(new CertificateException("of another connection")),
                deepest,
                new ClosedChannelException())) {
            assertThat(LocalError.in(new SSLException("x", local))).containsSame(local);
            assertThat(LocalError.in(new SSLException("x", ofEngine(new CertificateException(local)))))
                    .as("wrapped by an engine")
                    .containsSame(local);
            assertThat(LocalError.in(new SSLException("x", new CertificateException(local))))
                    .as("refused by a trust manager")
                    .isEmpty();
        }
        for (Throwable peers : List.of(
                ofEngine(new IOException("what came")),
                ofEngine(new ArithmeticException("what came")),
                ofEngine(new CertificateException("x", ofEngine(new CertPathValidatorException("expired")))),
                new GeneralSecurityException("what came"),
                new CertPathBuilderException("x", deepest))) {
            assertThat(LocalError.in(new SSLException("x", peers))).isEmpty();
        }
    }

    private static <T extends Throwable> T ofEngine(T thrown) {
        thrown.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("java.math.BigInteger", "add", "", 1),
            new StackTraceElement("jdk.internal.Intrinsics", "add", "", 1),
            new StackTraceElement("sun.security.ssl.Handshake", "read", "", 1),
            new StackTraceElement("mine.Loop", "run", "", 1)
        });
        return thrown;
    }

    @Test
    void an_error_in_a_task_does_not_reach_the_thread_that_runs_it() throws Exception {
        for (EngineMaker maker : EngineMaker.values()) {
            UpgradeConnection connection = server(UpgradeSettings.of(TlsPolicy.IMPLICIT)
                    .withTls(TlsSettings.builder()
                            .engines(maker.with(TestCertificates.shared().localhost(KeyKind.EC)))
                            .build()));
            assertThat(connection.failure()).isEmpty();
            MemoryLink link =
                    MemoryLink.between(client(TlsPolicy.IMPLICIT), connection).run();
            link.client().requireNoFailure();
            assertThat(connection.failure()).as("%s", maker).isEmpty();
        }
    }

    private static void requireToldOnce(
            UpgradeConnection connection, Throwable thrown, List<String> heard, String... expected) {
        UpgradeException why = connection.failure().orElseThrow();
        assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why).hasCause(thrown);
        assertThat(heard).containsExactly(expected);
        assertThat(connection.state()).isEqualTo(State.FAILED);
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        assertThat(catchThrowable(connection::endOfInput)).isInstanceOf(UpgradeException.class);
        assertThat(heard).hasSize(expected.length);
    }

    private static byte[] hello() throws Exception {
        // One that resumes no session, whose name it would take.
        BareTls tls = BareTls.client(TestCertificates.shared().client());
        SSLParameters parameters = tls.engine().getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("mail.example.org")));
        tls.engine().setSSLParameters(parameters);
        return tls.begin().take();
    }

    private static RuntimeException catchRuntime(Runnable runnable) {
        return (RuntimeException) catchThrowable(runnable::run);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
