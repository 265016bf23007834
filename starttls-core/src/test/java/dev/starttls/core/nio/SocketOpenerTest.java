package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.nio.ProxyTest.Driver;
import dev.starttls.core.nio.SetupTest.TinyClientSetup;
import dev.starttls.core.nio.SetupTest.TinyServerSetup;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sockets that the application opens for a client. */
@Timeout(120)
class SocketOpenerTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private final LinkedBlockingQueue<StartTlsChannel> served = new LinkedBlockingQueue<>();
    private RunningLoop running;
    private TinyServerSetup server;
    private ServerSocketChannel listening;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
        server = new TinyServerSetup()
                .sslContext(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                .handOver(served::add);
        listening = server.listen(running.loop(), Loopback.anyPort());
    }

    @AfterEach
    void stop() {
        assertThat(running.faults()).isEmpty();
        running.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_client_connects_from_the_address_that_its_socket_is_bound_to(Driver driver) throws Exception {
        List<SocketAddress> asked = new ArrayList<>();
        List<SocketAddress> bound = new ArrayList<>();
        TinyClientSetup client = client().sockets(address -> {
            asked.add(address);
            SocketChannel channel = SocketChannel.open().bind(Loopback.anyPort());
            bound.add(channel.getLocalAddress());
            return channel;
        });
        try (StartTlsChannel channel = driver.connect(client, running.loop())) {
            assertThat(channel.isSecure()).isTrue();
            SocketChannel accepted =
                    (SocketChannel) served.poll(30, TimeUnit.SECONDS).transport();
            assertThat(bound).contains(accepted.getRemoteAddress());
        }
        assertThat(asked).contains(listening.getLocalAddress());
    }

    @ParameterizedTest
    @EnumSource
    void a_client_connects_over_a_unix_domain_socket_to_a_server_of_its_name(Driver driver, @TempDir Path folder)
            throws Exception {
        UnixDomainSocketAddress path = UnixDomainSocketAddress.of(folder.resolve("mail"));
        try (ServerSocketChannel local =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(path)) {
            running.loop().listen(local, server::connection, served::add).get(30, TimeUnit.SECONDS);
            TinyClientSetup client = client().sockets(new SocketOpener() {
                @Override
                public List<SocketAddress> addresses(String host, int port) {
                    return List.of(path);
                }

                @Override
                public SocketChannel open(SocketAddress address) throws IOException {
                    return SocketChannel.open(StandardProtocolFamily.UNIX);
                }
            });
            try (StartTlsChannel channel = driver.connect(client, running.loop())) {
                assertThat(channel.isSecure()).isTrue();
                assertThat(((SocketChannel) channel.transport()).getRemoteAddress())
                        .isEqualTo(path);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void addresses_that_the_client_was_given_go_before_those_that_are_found(Driver driver) throws Exception {
        List<SocketAddress> tried = new ArrayList<>();
        TinyClientSetup client = client().addresses(List.of(InetAddress.getLoopbackAddress()))
                .sockets(new SocketOpener() {
                    @Override
                    public List<SocketAddress> addresses(String host, int port) throws IOException {
                        throw new IOException("asked for " + host + ", which was known");
                    }

                    @Override
                    public SocketChannel open(SocketAddress address) throws IOException {
                        tried.add(address);
                        return SocketChannel.open();
                    }
                });
        driver.connect(client, running.loop()).close();
        assertThat(tried).containsExactly(listening.getLocalAddress());
    }

    @ParameterizedTest
    @EnumSource
    void addresses_of_the_application_s_own_are_tried_in_its_order(Driver driver) throws Exception {
        List<SocketAddress> tried = new ArrayList<>();
        try (SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort())) {
            SocketAddress refusing = deaf.getLocalAddress();
            SocketAddress answering = listening.getLocalAddress();
            TinyClientSetup client = client().sockets(new SocketOpener() {
                @Override
                public List<SocketAddress> addresses(String host, int port) {
                    assertThat(host).isEqualTo("localhost");
                    return List.of(refusing, answering);
                }

                @Override
                public SocketChannel open(SocketAddress address) throws IOException {
                    tried.add(address);
                    return SocketChannel.open();
                }
            });
            driver.connect(client, running.loop()).close();
            assertThat(tried).containsExactly(refusing, answering);
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_it_throws_or_returns_besides_a_new_channel_fails_the_connection_with_words(Driver driver)
            throws Exception {
        assertThat(fault(driver, address -> null)).hasMessageEndingWith("got null");
        assertThat(fault(driver, address -> {
                    SocketChannel closed = SocketChannel.open();
                    closed.close();
                    return closed;
                }))
                .hasMessageContaining("got a closed one");
        List<SocketChannel> connected = new ArrayList<>();
        assertThat(fault(driver, address -> {
                    connected.add(SocketChannel.open(address));
                    return connected.get(connected.size() - 1);
                }))
                .hasMessageContaining("got a connected one");
        assertThat(connected).isNotEmpty().noneMatch(SocketChannel::isOpen);
        try (SocketChannel same = SocketChannel.open()) {
            same.configureBlocking(false);
            var unusedProgress = same.connect(new InetSocketAddress("192.0.2.1", 9));
            assertThat(fault(driver, address -> same)).hasMessageContaining("one that is connecting");
            assertThat(same.isOpen()).isTrue();
        }
        assertThat(fault(driver, address -> {
                    throw new IllegalArgumentException("a fault in an opener");
                }))
                .hasMessage("a fault in an opener");
        UpgradeLoopFailureTest.awaitNobodyUnderway(running);
    }

    @ParameterizedTest
    @EnumSource
    void a_socket_that_cannot_be_opened_is_a_connection_that_could_not_be_made(Driver driver) {
        UpgradeException failed = failure(driver, address -> {
            throw new IOException("no route");
        });
        assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(failed).hasMessageContaining("localhost/").hasMessageContaining("no route");
    }

    @ParameterizedTest
    @EnumSource
    void a_look_up_of_its_own_that_finds_nothing_is_an_unknown_host_and_one_that_throws_a_fault(Driver driver)
            throws Exception {
        assertThat(failure(driver, finding(() -> List.of())).reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        UpgradeException unknown = failure(driver, finding(() -> {
            throw new UnknownHostException("no such name");
        }));
        assertThat(unknown.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
        assertThat(unknown).hasMessageContaining("Expected an address for localhost");
        for (SocketOpener faulty :
                List.of(finding(() -> null), finding(() -> Collections.nCopies(2, null)), finding(() -> {
                    throw new IllegalStateException("a fault in a look-up");
                }))) {
            UpgradeException fault = failure(driver, faulty);
            assertThat(fault.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
            assertThat(fault.phase()).isEqualTo(Phase.CONNECT);
        }
        UpgradeLoopFailureTest.awaitNobodyUnderway(running);
    }

    private interface Finding {
        List<SocketAddress> find() throws IOException;
    }

    private static SocketOpener finding(Finding finding) {
        return new SocketOpener() {
            @Override
            public List<SocketAddress> addresses(String host, int port) throws IOException {
                return finding.find();
            }

            @Override
            public SocketChannel open(SocketAddress address) throws IOException {
                return SocketChannel.open();
            }
        };
    }

    private TinyClientSetup client() {
        return new TinyClientSetup("localhost", listening.socket().getLocalPort()).sslContext(CERTIFICATES.client());
    }

    private UpgradeException failure(Driver driver, SocketOpener opener) {
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class, () -> driver.connect(client().sockets(opener), running.loop()));
        assertThat(failed).isNotNull();
        return failed;
    }

    private Throwable fault(Driver driver, SocketOpener opener) {
        UpgradeException failed = failure(driver, opener);
        assertThat(failed.reason()).as(failed.getMessage()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
        return failed.getCause();
    }
}
