package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.nio.ProxyTest.Driver;
import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.examples.HttpConnectDialogue;
import dev.starttls.examples.Socks5Dialogue;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The dialogues of the examples against proxies that we did not write. */
@Tag("peers")
@Timeout(120)
class RealProxiesTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** A proxy of Debian. */
    enum Proxy {
        MICROSOCKS {
            @Override
            Function<Peer, ProxyDialogue> plain() {
                return Socks5Dialogue::new;
            }

            @Override
            Function<Peer, ProxyDialogue> login(String password) {
                return server -> new Socks5Dialogue(server, "mary", password);
            }

            @Override
            ServerProcess start(int port, boolean login) throws Exception {
                List<String> arguments =
                        new ArrayList<>(List.of("-i", ServerProcess.ADDRESS, "-p", String.valueOf(port)));
                if (login) {
                    arguments.addAll(List.of("-u", "mary", "-P", "three"));
                }
                ExternalProgram program = ExternalProgram.named("microsocks");
                return new ServerProcess(
                        "microsocks",
                        ServerProcess.folder("microsocks"),
                        program.start(arguments.toArray(String[]::new)));
            }
        },
        TINYPROXY {
            @Override
            Function<Peer, ProxyDialogue> plain() {
                return HttpConnectDialogue::new;
            }

            @Override
            Function<Peer, ProxyDialogue> login(String password) {
                return server -> new HttpConnectDialogue(server, "mary", password);
            }

            @Override
            ServerProcess start(int port, boolean login) throws Exception {
                ExternalProgram program = ExternalProgram.named("tinyproxy");
                Path folder = ServerProcess.folder("tinyproxy");
                Path configuration = Files.writeString(
                        folder.resolve("tinyproxy.conf"),
                        "Listen " + ServerProcess.ADDRESS + "\nPort " + port + "\nTimeout 60\nMaxClients 20\n"
                                + (login ? "BasicAuth mary three\n" : ""));
                return new ServerProcess("tinyproxy", folder, program.start("-d", "-c", configuration.toString()));
            }
        };

        abstract Function<Peer, ProxyDialogue> plain();

        abstract Function<Peer, ProxyDialogue> login(String password);

        abstract ServerProcess start(int port, boolean login) throws Exception;
    }

    private final LinkedBlockingQueue<StartTlsChannel> served = new LinkedBlockingQueue<>();
    private RunningLoop running;
    private ServerSocketChannel listening;
    private ServerProcess process;
    private int port;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
        listening = new TinyServerSetup()
                .sslContext(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                .handOver(served::add)
                .listen(running.loop(), Loopback.anyPort());
        port = ServerProcess.freePorts(1).get(0);
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            process.stop();
            process.deleteFolder();
        }
        running.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_server_is_reached_through_it(Proxy proxy) throws Exception {
        process = proxy.start(port, false);
        process.awaitPort(port);
        for (Driver driver : Driver.values()) {
            for (String host : List.of("localhost", "127.0.0.1")) {
                reach(driver, host, proxy.plain());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_user_and_a_password_are_taken_and_wrong_ones_are_not(Proxy proxy) throws Exception {
        process = proxy.start(port, true);
        process.awaitPort(port);
        for (Driver driver : Driver.values()) {
            reach(driver, "localhost", proxy.login("three"));
            assertThat(refused(driver, listening.socket().getLocalPort(), proxy.login("four")))
                    .hasMessageContaining("user name and password");
            assertThat(refused(driver, listening.socket().getLocalPort(), proxy.plain()))
                    .hasMessageContaining("user name and password");
        }
    }

    @ParameterizedTest
    @CsvSource({"MICROSOCKS, connection refused", "TINYPROXY, HTTP/1."})
    void a_server_that_is_not_there_is_reported_as_the_proxy_says_it(Proxy proxy, String said) throws Exception {
        process = proxy.start(port, false);
        process.awaitPort(port);
        try (SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort())) {
            for (Driver driver : Driver.values()) {
                assertThat(refused(driver, deaf.socket().getLocalPort(), proxy.plain()))
                        .hasMessageContaining(said);
            }
        }
    }

    private void reach(Driver driver, String host, Function<Peer, ProxyDialogue> dialogues) throws Exception {
        try (StartTlsChannel channel =
                driver.connect(client(host, listening.socket().getLocalPort(), dialogues), running.loop())) {
            assertThat(channel.isSecure()).isTrue();
            ((SocketChannel) channel.transport()).configureBlocking(true);
            served.take().write(Octets.of("abc"));
            assertThat(Octets.text(channel, 3)).isEqualTo("abc");
        }
    }

    private UpgradeException refused(Driver driver, int at, Function<Peer, ProxyDialogue> dialogues) {
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class, () -> driver.connect(client("localhost", at, dialogues), running.loop()));
        assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
        return failed;
    }

    private TinyClientSetup client(String host, int at, Function<Peer, ProxyDialogue> dialogues) {
        return new TinyClientSetup(host, at)
                .sslContext(CERTIFICATES.client())
                .proxy(ServerProcess.ADDRESS, port, dialogues);
    }
}
