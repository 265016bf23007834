package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.RecentTlsUses;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.TlsUse;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.LineProtocolServer.Offer;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.Downgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that had TLS and has none any more, whichever driver connects. */
@Timeout(120)
class DowngradeOnSocketsTest {

    /** How a client connects. */
    enum Driver {
        BLOCKING,
        LOOP,
        LOOP_WITH_LOOKUP;

        StartTlsChannel connect(Client client, UpgradeLoop loop) throws Exception {
            if (this == BLOCKING) {
                return client.connect();
            }
            if (this == LOOP_WITH_LOOKUP) {
                client.lookup(task -> new Thread(task, "look-up").start());
            }
            try {
                return client.connect(loop).get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception why ? why : e;
            }
        }
    }

    private final RecentTlsUses history = TlsHistory.inMemory(10);
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    private volatile Offer offer = Offer.OFFERED;
    private RunningLoop running;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
        ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort());
        address = (InetSocketAddress) server.getLocalAddress();
        running.loop()
                .listen(
                        server,
                        peer -> new UpgradeConnection(
                                new LineProtocolServer(offer),
                                Pair.serverSettings().withPolicy(TlsPolicy.OPPORTUNISTIC),
                                peer),
                        channel -> {})
                .get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @ParameterizedTest
    @EnumSource
    void is_blocked_until_it_is_forgotten(Driver driver) throws Exception {
        try (StartTlsChannel channel = driver.connect(client(), running.loop())) {
            assertThat(channel.isSecure()).isTrue();
        }
        assertThat(history.uses()).containsOnlyKeys(service());
        offer = Offer.NOT_OFFERED;
        UpgradeException why =
                catchThrowableOfType(UpgradeException.class, () -> driver.connect(client(), running.loop()));
        assertThat(why.reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(heard).containsExactly("downgraded", "blocked NOT_OFFERED");

        history.forget(service());
        try (StartTlsChannel channel = driver.connect(client(), running.loop())) {
            assertThat(channel.isSecure()).isFalse();
        }
        assertThat(heard).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void is_reported_and_the_policy_decides(Driver driver) throws Exception {
        Instant now = Instant.now();
        history.used(service(), new TlsUse(now, now, "TLSv1.3", List.of(), Optional.empty()));
        offer = Offer.REFUSED;
        try (StartTlsChannel channel = driver.connect(client().reportDowngrades(history), running.loop())) {
            assertThat(channel.isSecure()).isFalse();
        }
        assertThat(heard).containsExactly("downgraded");
    }

    @ParameterizedTest
    @EnumSource
    void is_blocked_on_a_second_connection_too(Driver driver) throws Exception {
        Instant now = Instant.now();
        history.used(service(), new TlsUse(now, now, "TLSv1.3", List.of(), Optional.empty()));
        HostMemory memory = HostMemory.inMemory(1);
        memory.update("localhost", address.getPort(), facts -> facts.withUpgraded()
                .withCommand(Answer.TAKEN)
                .withClientHello(Answer.TAKEN));
        offer = Offer.REFUSED;
        Client client = client().direct(DirectUpgrade.REMEMBERED).memory(memory);
        UpgradeException why =
                catchThrowableOfType(UpgradeException.class, () -> driver.connect(client, running.loop()));
        assertThat(why.reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(heard).containsExactly("downgraded", "blocked REFUSED");
    }

    private HostService service() {
        return new HostService("localhost", address.getPort(), "lines");
    }

    private Client client() {
        return new Client(address.getPort())
                .tls(Pair.clientSettings().tls())
                .blockDowngrades(history)
                .listener(new UpgradeListener() {
                    @Override
                    public void downgraded(Downgrade how) {
                        heard.add("downgraded");
                    }

                    @Override
                    public void blocked(UpgradeException why) {
                        heard.add("blocked " + why.reason());
                    }
                });
    }

    private static final class Client extends ClientSetup<Client, StartTlsChannel, LineProtocolClient> {

        Client(int port) {
            super("localhost", port, TlsPolicy.OPPORTUNISTIC);
        }

        @Override
        protected LineProtocolClient dialogue() {
            return new LineProtocolClient();
        }

        @Override
        protected StartTlsChannel session(StartTlsChannel channel, LineProtocolClient dialogue) {
            return channel;
        }

        @Override
        protected Client self() {
            return this;
        }
    }
}
