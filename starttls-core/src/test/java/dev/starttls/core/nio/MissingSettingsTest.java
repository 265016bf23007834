package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.keys.ReloadingKeys;
import dev.starttls.core.keys.ServerKeys;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.testing.TinyClient;
import dev.starttls.core.testing.TinyServer;
import dev.starttls.core.testing.TinyServer.HandOver;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That what is missing or wrong in the settings is said where it is set, or once before a server serves, and not to each client. */
@Timeout(60)
class MissingSettingsTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    @ParameterizedTest
    @MethodSource
    void nothing_may_be_null(ThrowingCallable set) {
        assertThatThrownBy(set)
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining(": expected ")
                .hasMessageContaining("got null");
    }

    static Stream<Named<ThrowingCallable>> nothing_may_be_null() {
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED);
        UpgradeLimits limits = UpgradeLimits.DEFAULT;
        Client client = new Client("localhost");
        Server server = new Server();
        return Stream.of(
                named("UpgradeSettings.of", () -> UpgradeSettings.of(null)),
                named("withPolicy", () -> settings.withPolicy(null)),
                named("withTls", () -> settings.withTls(null)),
                named("withLimits", () -> settings.withLimits(null)),
                named("withListener", () -> settings.withListener(null)),
                named("withPreparation", () -> settings.withPreparation(null)),
                named("withInjection", () -> settings.withInjection(null)),
                named("withTimePerPhase", () -> limits.withTimePerPhase(null)),
                named("withTimePerCommand", () -> limits.withTimePerCommand(null)),
                named("withTimeToClose", () -> limits.withTimeToClose(null)),
                named("context", () -> TlsSettings.builder().context(null)),
                named("engines", () -> TlsSettings.builder().engines(null)),
                named("versions", () -> TlsSettings.builder().versions((String) null)),
                named("all versions", () -> TlsSettings.builder().versions((String[]) null)),
                named("suites", () -> TlsSettings.builder().suites((String) null)),
                named("protocols", () -> TlsSettings.builder().applicationProtocols((String) null)),
                named("clientCertificate", () -> TlsSettings.builder().clientCertificate(null)),
                named("verification", () -> TlsSettings.builder().verification(null)),
                named("pins", () -> TlsSettings.builder().pins((String) null)),
                named("sni", () -> TlsSettings.builder().sni(null)),
                named("truncation", () -> TlsSettings.builder().truncation(null)),
                named("contextByServerName", () -> TlsSettings.builder().contextByServerName(null)),
                named("client host", () -> new Client(null)),
                named("client policy", () -> client.policy(null)),
                named("client sslContext", () -> client.sslContext(null)),
                named("client trust", () -> client.trust(null)),
                named("client tls", () -> client.tls(null)),
                named("client serverName", () -> client.serverName(null)),
                named("client listener", () -> client.listener(null)),
                named("client limits", () -> client.limits(null)),
                named("client timeout", () -> client.timeout(null)),
                named("client totalTimeout", () -> client.totalTimeout(null)),
                named("client readTimeout", () -> client.readTimeout(null)),
                named("client writeTimeout", () -> client.writeTimeout(null)),
                named("client lookup", () -> client.lookup(null)),
                named("client preparation", () -> client.preparation((Executor) null)),
                named("server policy", () -> server.policy(null)),
                named("server sslContext", () -> server.sslContext(null)),
                named("server tls", () -> server.tls(null)),
                named("server listener", () -> server.listener(null)),
                named("server limits", () -> server.limits(null)),
                named("server injection", () -> server.injection(null)),
                named("server handOver", () -> server.handOver(null)),
                named("client direct", () -> client.direct(null)),
                named("client memory", () -> client.memory(null)),
                named("client reported downgrades", () -> client.reportDowngrades(null)),
                named("client blocked downgrades", () -> client.blockDowngrades(null)),
                named("client downgrades", () -> client.downgrades(null)),
                named("client channel", () -> client.connect((SocketChannel) null)),
                named("proxy", () -> client.proxy(null, 1, to -> null)),
                named("proxy dialogues", () -> client.proxy("localhost", 1, null)),
                named("client loop", () -> client.connect((UpgradeLoop) null)),
                named("facts", () -> HostFacts.of(null)),
                named("a fact's name", () -> HostFacts.NONE.with(null, "word")),
                named("a fact", () -> HostFacts.NONE.with("name", null)),
                named("withCommand", () -> HostFacts.NONE.withCommand(null)),
                named("withClientHello", () -> HostFacts.NONE.withClientHello(null)),
                named("chain file", () -> ServerKeys.pem((Path) null, Path.of("key"))),
                named("key file", () -> ServerKeys.pem(Path.of("chain"), (Path) null)),
                named("chain text", () -> ServerKeys.pem((String) null, "key")),
                named("key text", () -> ServerKeys.pem("chain", (String) null)),
                named("key's password", () -> ServerKeys.pem(Path.of("chain"), Path.of("key"), null)),
                named("store", () -> ServerKeys.pkcs12(null, new char[0])),
                named("store's password", () -> ServerKeys.pkcs12(Path.of("store"), null)),
                named("key", () -> ServerKeys.of(null, List.of())),
                named("loader", () -> ReloadingKeys.of(null)),
                named("loaded", () -> ReloadingKeys.of(() -> null)),
                named("loop executor", () -> UpgradeLoop.open(1, null)));
    }

    @ParameterizedTest
    @MethodSource
    void a_server_that_can_make_no_engine_says_so_before_it_serves(TlsSettings wrong) throws Exception {
        Server server = new Server().policy(TlsPolicy.OPPORTUNISTIC).tls(wrong);
        try (RunningLoop running = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            List<ThrowingCallable> beginnings = List.of(
                    () -> server.listen(running.loop(), Loopback.anyPort()),
                    () -> server.serve(sockets.server()),
                    () -> server.connection(new Peer("127.0.0.1", 1)));
            for (ThrowingCallable beginning : beginnings) {
                IllegalStateException said = catchThrowableOfType(IllegalStateException.class, beginning);
                assertThat(said).hasMessageContaining("Expected a TLS engine").hasMessageContaining("versions");
                assertThat(said.getCause()).isNotNull();
            }
            assertThat(sockets.server().isOpen()).isFalse();
        }
        server.policy(TlsPolicy.DISABLED).connection(new Peer("127.0.0.1", 1));
    }

    static Stream<Named<TlsSettings>> a_server_that_can_make_no_engine_says_so_before_it_serves() throws Exception {
        TlsSettings.Builder good = TlsSettings.builder().context(context());
        return Stream.of(
                Named.of(
                        "a version that no engine knows", good.versions("TLSv9").build()),
                Named.of(
                        "a suite that no engine knows",
                        good.versions("TLSv1.3").suites("TLS_NONE").build()),
                Named.of(
                        "a context that is not initialised",
                        TlsSettings.builder()
                                .context(SSLContext.getInstance("TLS"))
                                .build()),
                Named.of(
                        "a source that makes none",
                        TlsSettings.builder().engines((host, port) -> null).build()));
    }

    @Test
    void a_server_tries_its_settings_once() {
        List<String> made = new ArrayList<>();
        SSLContext context = context();
        Server server = new Server()
                .tls(TlsSettings.builder()
                        .engines((host, port) -> {
                            made.add(host);
                            return context.createSSLEngine(host, port);
                        })
                        .build());
        server.connection(new Peer("192.0.2.1", 1));
        server.connection(new Peer("192.0.2.2", 1));
        assertThat(made).containsExactly("localhost");
    }

    @Test
    void a_context_that_depends_on_the_name_is_not_asked_for_before_there_is_one() {
        TlsSettings byName = TlsSettings.builder()
                .contextByServerName(name -> {
                    throw new AssertionError("Expected no question about " + name);
                })
                .versions("TLSv9")
                .build();
        assertThat(new Server().tls(byName).connection(new Peer("192.0.2.1", 1)).ready())
                .isFalse();
    }

    private static Named<ThrowingCallable> named(String name, ThrowingCallable set) {
        return Named.of(name, set);
    }

    private static SSLContext context() {
        return CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));
    }

    private static final class Client extends ClientSetup<Client, StartTlsChannel, TinyClient> {

        Client(String host) {
            super(host, 25, TlsPolicy.REQUIRED);
        }

        @Override
        protected TinyClient dialogue() {
            return new TinyClient();
        }

        @Override
        protected StartTlsChannel session(StartTlsChannel channel, TinyClient dialogue) {
            return channel;
        }

        @Override
        protected Client self() {
            return this;
        }
    }

    private static final class Server extends ServerSetup<Server> {

        @Override
        protected Dialogue dialogue(TlsPolicy policy) {
            return new TinyServer(policy, HandOver.INSIDE_TLS);
        }

        @Override
        protected Server self() {
            return this;
        }
    }
}
