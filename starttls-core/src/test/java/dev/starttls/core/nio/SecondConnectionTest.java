package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.LineProtocolServer.Offer;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Proposal;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A host that does not take a ClientHello with the upgrade command is connected to again. */
@Timeout(120)
class SecondConnectionTest {

    private static final HostFacts TAKING =
            HostFacts.NONE.withUpgraded().withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN);

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

    private final HostMemory memory = HostMemory.inMemory(10);
    private final AtomicInteger connections = new AtomicInteger();
    private final Heard heard = new Heard();
    private RunningLoop running;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws Exception {
        running = new RunningLoop();
    }

    @AfterEach
    void stop() {
        running.close();
    }

    @ParameterizedTest
    @CsvSource({
        "BLOCKING, FAIL, REFUSED",
        "LOOP, FAIL, REFUSED",
        "LOOP_WITH_LOOKUP, FAIL, REFUSED",
        "BLOCKING, DISCARD, SILENT",
        "LOOP, DISCARD, SILENT"
    })
    void a_second_connection_asks_and_the_caller_and_the_listener_hear_of_no_failure(
            Driver driver, InjectionResponse response, Answer learnt) throws Exception {
        listen(response, Offer.OFFERED);
        try (StartTlsChannel channel = driver.connect(client(), running.loop())) {
            assertThat(channel.isSecure()).isTrue();
            assertThat(channel.report().proposal()).isEqualTo(Proposal.ASKED);
            assertThat(channel.report().roundTrips()).isEqualTo(5);
            assertThat(channel.report().phases().get(0).phase()).isEqualTo(Phase.CONNECT);
            UpgradeException first = channel.report().firstAttempt().orElseThrow();
            assertThat(first.reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
            assertThat(first.getCause()).isInstanceOf(UpgradeException.class);
            assertThat(channel.report().toString())
                    .contains("firstAttempt=DIRECT_NOT_TAKEN in phase ")
                    .hasLineCount(1);
        }
        assertThat(connections).hasValue(2);
        assertThat(heard.events).containsExactly("proposed", "proposed", "upgraded");
        assertThat(facts()).isEqualTo(TAKING.withClientHello(learnt));

        try (StartTlsChannel next = driver.connect(client(), running.loop())) {
            assertThat(next.report().proposal()).isEqualTo(Proposal.UNASKED);
            assertThat(next.report().roundTrips()).isEqualTo(4);
            assertThat(next.report().firstAttempt()).isEmpty();
        }
        assertThat(connections).as("tried no more").hasValue(3);
    }

    @ParameterizedTest
    @EnumSource
    void where_it_is_taken_there_is_one_connection_of_three_round_trips(Driver driver) throws Exception {
        listen(InjectionResponse.HANDSHAKE, Offer.OFFERED);
        try (StartTlsChannel channel = driver.connect(client(), running.loop())) {
            assertThat(channel.report().proposal()).isEqualTo(Proposal.UNASKED_WITH_HELLO);
            assertThat(channel.report().roundTrips()).isEqualTo(3);
        }
        assertThat(connections).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({
        "BLOCKING, ASKED_FOR_OR_HANGS_UP",
        "LOOP, ASKED_FOR_OR_HANGS_UP",
        "BLOCKING, ASKED_FOR_OR_LEAVES",
        "LOOP, ASKED_FOR_OR_LEAVES"
    })
    void a_server_that_ends_a_session_that_has_not_asked_is_asked_from_then_on(Driver driver, Offer offer)
            throws Exception {
        listen(InjectionResponse.FAIL, offer);
        memory.update("localhost", address.getPort(), known -> HostFacts.NONE
                .withUpgraded()
                .withClientHello(Answer.REFUSED));
        for (int i = 0; i < 2; i++) {
            try (StartTlsChannel channel = driver.connect(client(), running.loop())) {
                assertThat(channel.report().proposal()).isEqualTo(Proposal.ASKED);
                assertThat(channel.report().roundTrips()).isEqualTo(5);
            }
            assertThat(connections).hasValue(2 + i);
            assertThat(facts().command()).isEqualTo(Answer.REFUSED);
        }
        assertThat(heard.events.stream().filter(event -> event.startsWith("failed")))
                .isEmpty();
    }

    @Test
    void a_client_that_never_asks_hears_why_that_ends_at_such_a_server() throws Exception {
        listen(InjectionResponse.FAIL, Offer.ASKED_FOR_OR_HANGS_UP);
        UpgradeException why = catchThrowableOfType(UpgradeException.class, () -> client().direct(DirectUpgrade.ALWAYS)
                .connect());
        assertThat(why.reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(why)
                .hasMessageContaining("before it was asked")
                .hasMessageContaining("the connection was closed")
                .hasMessageContaining("DirectUpgrade.NEVER");
        assertThat(connections).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void what_the_second_fails_with_is_reported_and_has_the_first_beside_it(Driver driver) throws Exception {
        listen(InjectionResponse.FAIL, Offer.REFUSED);
        UpgradeException why =
                catchThrowableOfType(UpgradeException.class, () -> driver.connect(client(), running.loop()));
        assertThat(why.reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(why.getSuppressed())
                .singleElement()
                .isInstanceOfSatisfying(UpgradeException.class, first -> assertThat(first.reason())
                        .isEqualTo(FailureReason.DIRECT_NOT_TAKEN));
        assertThat(heard.events).containsExactly("proposed", "proposed", "failed REFUSED", "blocked REFUSED");
        assertThat(connections).hasValue(2);
    }

    @ParameterizedTest
    @EnumSource
    void a_memory_that_learns_nothing_leads_to_two_connections_each_time_and_to_no_third(Driver driver)
            throws Exception {
        listen(InjectionResponse.FAIL, Offer.OFFERED);
        HostMemory stubborn = new HostMemory() {
            @Override
            public HostFacts recall(String host, int port) {
                return TAKING;
            }

            @Override
            public void update(String host, int port, UnaryOperator<HostFacts> change) {
                // It learns nothing.
            }
        };
        try (StartTlsChannel channel = driver.connect(client().memory(stubborn), running.loop())) {
            assertThat(channel.isSecure()).isTrue();
        }
        assertThat(connections).hasValue(2);
    }

    @Test
    void a_connection_that_others_have_made_fails_and_says_to_make_another() throws Exception {
        listen(InjectionResponse.FAIL, Offer.OFFERED);
        SocketChannel made = SocketChannel.open(address);
        UpgradeException why = catchThrowableOfType(UpgradeException.class, () -> client().connect(made));
        assertThat(why.reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(why.hint().orElseThrow()).startsWith("Connect again");
        assertThat(made.isOpen()).isFalse();
        assertThat(heard.events).containsExactly("proposed", "failed DIRECT_NOT_TAKEN", "blocked DIRECT_NOT_TAKEN");
        try (StartTlsChannel channel = client().connect(SocketChannel.open(address))) {
            assertThat(channel.isSecure()).isTrue();
        }
    }

    @Test
    void a_session_that_was_given_up_meanwhile_has_no_second_connection() throws Exception {
        listen(InjectionResponse.FAIL, Offer.OFFERED);
        CompletableFuture<CompletableFuture<StartTlsChannel>> given = new CompletableFuture<>();
        HostMemory cancelling = new HostMemory() {
            @Override
            public HostFacts recall(String host, int port) {
                return TAKING;
            }

            @Override
            public void update(String host, int port, UnaryOperator<HostFacts> change) {
                given.join().cancel(false);
            }
        };
        given.complete(client().memory(cancelling).connect(running.loop()));
        assertThat(given.join()).failsWithin(Duration.ofSeconds(60));
        running.loop().close();
        running.stop();
        assertThat(connections).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"LOOP", "LOOP_WITH_LOOKUP"})
    void the_second_takes_the_place_of_the_first_in_a_loop_that_is_full_or_being_closed(Driver driver)
            throws Exception {
        listen(InjectionResponse.FAIL, Offer.OFFERED);
        try (RunningLoop full = new RunningLoop(1, Runnable::run)) {
            HostMemory closing = new HostMemory() {
                @Override
                public HostFacts recall(String host, int port) {
                    return TAKING;
                }

                @Override
                public void update(String host, int port, UnaryOperator<HostFacts> change) {
                    assertThat(full.loop().underway()).isEqualTo(1);
                    full.loop().close();
                }
            };
            try (StartTlsChannel channel = driver.connect(client().memory(closing), full.loop())) {
                assertThat(channel.isSecure()).isTrue();
                assertThat(channel.report().firstAttempt()).isPresent();
            }
            full.loop().stopped().get(60, TimeUnit.SECONDS);
            assertThat(full.loop().underway()).isZero();
            assertThat(full.faults()).isEmpty();
        }
        assertThat(connections).hasValue(2);
    }

    @Test
    void a_second_connection_has_half_of_the_time_at_least() {
        long now = System.nanoTime();
        Connector.Attempts early = new Connector.Attempts(Duration.ofHours(1), now);
        assertThat(early.again().deadline()).isEqualTo(early.deadline());
        Connector.Attempts late = new Connector.Attempts(
                Duration.ofHours(1), now - Duration.ofHours(2).toNanos());
        assertThat(late.again().deadline() - now)
                .isGreaterThanOrEqualTo(Duration.ofMinutes(30).toNanos());
    }

    @Test
    void where_no_caller_waits_for_a_second_connection_the_first_failure_is_reported() {
        UpgradeException why =
                new UpgradeException(FailureReason.DIRECT_NOT_TAKEN, Phase.COMMAND, "Expected it to be awaited");
        FirstAttempt first = new FirstAttempt(heard);
        first.failed(why);
        first.blocked(why);
        assertThat(first.repeatable(why, true)).isTrue();
        assertThat(heard.events).isEmpty();
        assertThat(first.repeatable(why, false)).isFalse();
        assertThat(heard.events).containsExactly("failed DIRECT_NOT_TAKEN", "blocked DIRECT_NOT_TAKEN");
    }

    @Test
    void what_a_listener_throws_of_it_does_not_hide_the_failure() {
        UpgradeException why = new UpgradeException(FailureReason.DIRECT_NOT_TAKEN, Phase.COMMAND, "Expected it");
        FirstAttempt first = new FirstAttempt(new UpgradeListener() {
            @Override
            public void failed(UpgradeException failure) {
                throw new IllegalStateException("no log");
            }
        });
        first.failed(why);
        assertThat(first.repeatable(why, false)).isFalse();
        assertThat(why.getSuppressed()).singleElement().hasToString("java.lang.IllegalStateException: no log");
    }

    private void listen(InjectionResponse response, Offer offer) throws Exception {
        ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort());
        address = (InetSocketAddress) server.getLocalAddress();
        running.loop()
                .listen(
                        server,
                        peer -> {
                            connections.incrementAndGet();
                            return new UpgradeConnection(
                                    new LineProtocolServer(offer),
                                    Pair.serverSettings().withInjection(response),
                                    peer);
                        },
                        channel -> {})
                .get(30, TimeUnit.SECONDS);
        memory.update("localhost", address.getPort(), known -> TAKING);
    }

    private HostFacts facts() {
        return memory.recall("localhost", address.getPort());
    }

    private Client client() {
        return new Client(address.getPort())
                .tls(Pair.clientSettings().tls())
                .direct(DirectUpgrade.REMEMBERED)
                .memory(memory)
                .listener(heard);
    }

    private static final class Client extends ClientSetup<Client, StartTlsChannel, LineProtocolClient> {

        Client(int port) {
            super("localhost", port, TlsPolicy.REQUIRED);
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

    /** What a listener of the client's hears; the thread is the loop's or the caller's. */
    private static final class Heard implements UpgradeListener {

        private final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();

        @Override
        public void proposed() {
            events.add("proposed");
        }

        @Override
        public void upgraded(UpgradeReport report) {
            events.add("upgraded");
        }

        @Override
        public void failed(UpgradeException why) {
            events.add("failed " + why.reason());
        }

        @Override
        public void blocked(UpgradeException why) {
            events.add("blocked " + why.reason());
        }
    }
}
