package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several addresses of one host (RFC 8305): a dead one costs a quarter of a second, not the time for a connection. */
@Timeout(60)
class AddressRaceTest {

    private static final long MILLI = 1_000_000;
    private static final Duration TIME = Duration.ofSeconds(30);

    private Silent silent;
    private ServerSocketChannel listening;
    private Selector selector;

    @BeforeEach
    void open() throws IOException {
        silent = new Silent();
        listening = ServerSocketChannel.open().bind(Loopback.anyPort());
        selector = Selector.open();
    }

    @AfterEach
    void close() throws IOException {
        selector.close();
        listening.close();
        silent.close();
    }

    @ParameterizedTest
    @CsvSource({
        "'4a 4b 6a 6b', '4a 6a 4b 6b'",
        "'6a 6b 6c 4a', '6a 4a 6b 6c'",
        "'4a 6a 6b 6c', '4a 6a 6b 6c'",
        "'4a 4b', '4a 4b'",
        "'6a', '6a'"
    })
    void the_families_take_turns_beginning_with_the_first(String found, String tried) throws Exception {
        List<InetSocketAddress> addresses = Connector.resolve(
                new Peer("host.example", 25),
                name -> words(found).map(AddressRaceTest::address).toArray(InetAddress[]::new));
        assertThat(addresses)
                .containsExactlyElementsOf(words(tried)
                        .map(word -> new InetSocketAddress(address(word), 25))
                        .toList());
    }

    @Test
    void the_next_address_is_tried_beside_the_first_after_250_ms_and_wins() throws Exception {
        Connector.Attempts attempts = new Connector.Attempts(TIME, 0);
        AddressRace race = race(attempts, silent.address(), silent.address(), reachable());

        assertThat(race.advance(0)).isEmpty();
        assertThat(selector.keys()).hasSize(1);
        assertThat(race.due()).isEqualTo(250 * MILLI);
        assertThat(race.advance(249 * MILLI)).isEmpty();
        assertThat(selector.keys()).hasSize(1);

        assertThat(race.advance(250 * MILLI)).isEmpty();
        assertThat(selector.keys()).hasSize(2);
        assertThat(race.due()).isEqualTo(500 * MILLI);

        SelectionKey winner = winner(race, race.advance(500 * MILLI), 500 * MILLI);
        assertThat(((SocketChannel) winner.channel()).getRemoteAddress()).isEqualTo(reachable());
        race.close();
        selector.selectNow();
        assertThat(selector.keys()).containsExactly(winner);
        winner.channel().close();
    }

    @Test
    void an_address_that_refuses_costs_nothing_and_one_that_cannot_be_tried_neither() throws Exception {
        try (SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort())) {
            Connector.Attempts attempts = new Connector.Attempts(TIME, 0);
            AddressRace race = race(attempts, (InetSocketAddress) deaf.getLocalAddress(), null, reachable());
            SelectionKey winner = winner(race, race.advance(0), 0);
            assertThat(((SocketChannel) winner.channel()).getRemoteAddress()).isEqualTo(reachable());
            winner.channel().close();
        }
    }

    @Test
    void when_the_time_is_over_each_address_is_named_with_what_became_of_it() throws Exception {
        Connector.Attempts attempts = new Connector.Attempts(Duration.ofMillis(400), 0);
        AddressRace race = race(attempts, silent.address(), silent.address(), reachable());
        assertThat(race.advance(0)).isEmpty();
        assertThat(race.advance(250 * MILLI)).isEmpty();
        assertThat(race.due()).isEqualTo(400 * MILLI);
        assertThat(race.advance(400 * MILLI)).isEmpty();
        assertThat(race.lost()).isTrue();
        assertThat(attempts.failure())
                .hasMessageContaining(silent.address() + ": no answer in time; " + silent.address() + ": no answer")
                .hasMessageContaining(reachable() + ": not tried");
        selector.selectNow();
        assertThat(selector.keys()).isEmpty();
    }

    @Test
    void of_a_name_with_many_addresses_the_oldest_are_given_up_for_others() throws Exception {
        Connector.Attempts attempts = new Connector.Attempts(TIME, 0);
        AddressRace race =
                race(attempts, Collections.nCopies(100, silent.address()).toArray(InetSocketAddress[]::new));
        for (int i = 0; i < 40; i++) {
            assertThat(race.advance(i * AddressRace.DELAY_NANOS)).isEmpty();
            selector.selectNow();
            assertThat(selector.keys()).hasSize(Math.min(i + 1, AddressRace.MAX_UNDERWAY));
        }
        assertThat(attempts.failure()).hasMessageContaining("no answer in 4 s");
        race.close();
        selector.selectNow();
        assertThat(selector.keys()).isEmpty();
    }

    @Test
    void sockets_that_share_a_port_are_tried_one_after_the_other_each_with_its_share_of_the_time() throws Exception {
        Connector.Attempts attempts = new Connector.Attempts(Duration.ofSeconds(30), 0).on(onOnePort());
        AddressRace race = race(attempts, silent.address(), silent.address(), reachable());
        assertThat(race.advance(0)).isEmpty();
        assertThat(race.advance(250 * MILLI)).isEmpty();
        assertThat(selector.keys()).hasSize(1);

        // A third of what is left, for three addresses.
        long second = 250 * MILLI + (30_000 - 250) * MILLI / 3;
        assertThat(race.due()).isEqualTo(second);
        assertThat(race.advance(second)).isEmpty();
        assertThat(race.lost()).isFalse();
        assertThat(race.due()).as("when the selector has forgotten the first").isEqualTo(second);
        selector.selectNow();
        assertThat(race.advance(second)).isEmpty();
        assertThat(selector.keys()).hasSize(1);

        long third = second + (30_000 * MILLI - second) / 2;
        assertThat(race.due()).isEqualTo(third);
        assertThat(race.advance(third)).isEmpty();
        selector.selectNow();
        SelectionKey winner = winner(race, race.advance(third), third);
        assertThat(((SocketChannel) winner.channel()).getRemoteAddress()).isEqualTo(reachable());
        assertThat(attempts.failure().getMessage().split("no answer in its share of the time", -1))
                .hasSize(3);
        winner.channel().close();
    }

    @Test
    void a_socket_whose_port_another_program_has_is_not_tried_again() throws Exception {
        try (SocketChannel other = SocketChannel.open().bind(Loopback.anyPort())) {
            SocketAddress taken = other.getLocalAddress();
            Connector.Attempts attempts = new Connector.Attempts(TIME, 0).on(address -> bound(taken));
            AddressRace race = race(attempts, reachable(), reachable());
            assertThat(race.advance(0)).isEmpty();
            assertThat(race.lost()).isTrue();
            assertThat(attempts.failure()).hasCauseInstanceOf(BindException.class);
        }
    }

    @Test
    void both_drivers_reach_the_second_address_on_a_port_of_their_own_when_the_first_refuses() throws Exception {
        try (RunningLoop running = new RunningLoop();
                SocketChannel deaf = SocketChannel.open().bind(Loopback.anyPort())) {
            InetSocketAddress server = (InetSocketAddress) running.listen().getLocalAddress();
            List<InetSocketAddress> addresses =
                    List.of((InetSocketAddress) deaf.getLocalAddress(), silent.address(), server);
            Duration time = Duration.ofSeconds(3);
            try (SocketChannel connected =
                    Connector.connect(addresses, new Connector.Attempts(time, System.nanoTime()).on(onOnePort()))) {
                assertThat(connected.getRemoteAddress()).isEqualTo(server);
            }
            assertThat(running.loop()
                            .connect(
                                    addresses,
                                    Pair.clientConnection(Pair.clientSettings()),
                                    new Connector.Attempts(time, System.nanoTime()).on(onOnePort()),
                                    System.nanoTime())
                            .get(30, TimeUnit.SECONDS)
                            .isSecure())
                    .isTrue();
            assertThat(running.faults()).isEmpty();
        }
    }

    private static Connector.Opening onOnePort() throws IOException {
        SocketAddress local;
        try (SocketChannel any = SocketChannel.open().bind(Loopback.anyPort())) {
            local = any.getLocalAddress();
        }
        return address -> bound(local);
    }

    /** Closed if it cannot be bound. */
    private static SocketChannel bound(SocketAddress local) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            return channel.bind(local);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Test
    void a_blocking_connect_and_a_loop_reach_the_second_address_when_the_first_says_nothing() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            InetSocketAddress server = (InetSocketAddress) running.listen().getLocalAddress();
            List<InetSocketAddress> addresses = List.of(silent.address(), server);
            long began = System.nanoTime();
            Connector.Attempts attempts = new Connector.Attempts(Duration.ofMinutes(10), began);
            try (SocketChannel socket = Connector.connect(addresses, attempts)) {
                assertThat(socket.getRemoteAddress()).isEqualTo(server);
                assertThat(socket.isBlocking()).isTrue();
                assertThat(socket.isRegistered()).isFalse();
            }
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(AddressRace.DELAY_NANOS);
            assertThat(running.loop()
                            .connect(
                                    addresses,
                                    Pair.clientConnection(Pair.clientSettings()),
                                    new Connector.Attempts(Duration.ofMinutes(10), System.nanoTime()),
                                    System.nanoTime())
                            .get(30, TimeUnit.SECONDS)
                            .isSecure())
                    .isTrue();
            assertThat(running.faults()).isEmpty();
        }
    }

    @Test
    void when_none_answers_both_drivers_give_up_in_time() throws Exception {
        List<InetSocketAddress> addresses = List.of(silent.address(), silent.address());
        // Long beside the delay of the second one, so that a thread that is kept waiting still begins it in time.
        Duration time = Duration.ofSeconds(2);
        UpgradeException blocking = catchThrowableOfType(
                UpgradeException.class,
                () -> Connector.connect(addresses, new Connector.Attempts(time, System.nanoTime())));
        UpgradeException looped;
        try (RunningLoop running = new RunningLoop()) {
            long began = System.nanoTime();
            looped = RunningLoop.failure(running.loop()
                    .connect(
                            addresses,
                            Pair.clientConnection(Pair.clientSettings()),
                            new Connector.Attempts(time, began),
                            began));
            assertThat(running.loop().underway()).isZero();
        }
        for (UpgradeException failed : List.of(blocking, looped)) {
            assertThat(failed.reason()).isEqualTo(FailureReason.CONNECT_FAILED);
            assertThat(failed.phase()).isEqualTo(Phase.CONNECT);
            assertThat(failed.getMessage().split("no answer in time", -1)).hasSize(3);
        }
    }

    @Test
    void an_interrupt_ends_a_race_with_its_cause() {
        Thread.currentThread().interrupt();
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class,
                () -> Connector.connect(
                        List.of(silent.address(), silent.address()),
                        new Connector.Attempts(Duration.ofMinutes(10), System.nanoTime())));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failed.reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(failed).hasCauseInstanceOf(ClosedByInterruptException.class);
    }

    @Test
    void a_future_that_is_cancelled_ends_a_race() throws Exception {
        try (RunningLoop running = new RunningLoop()) {
            CompletableFuture<StartTlsChannel> future = running.loop()
                    .connect(
                            List.of(silent.address(), silent.address()),
                            Pair.clientConnection(Pair.clientSettings()),
                            new Connector.Attempts(Duration.ofMinutes(10), System.nanoTime()),
                            System.nanoTime());
            future.cancel(false);
            UpgradeLoopFailureTest.awaitNobodyUnderway(running);
            assertThat(running.faults()).isEmpty();
        }
    }

    private AddressRace race(Connector.Attempts attempts, InetSocketAddress... addresses) {
        return new AddressRace(Arrays.asList(addresses), attempts, selector, this);
    }

    private InetSocketAddress reachable() throws IOException {
        return (InetSocketAddress) listening.getLocalAddress();
    }

    /** The time stands still until one is connected. */
    private SelectionKey winner(AddressRace race, Optional<SelectionKey> made, long now) throws IOException {
        Optional<SelectionKey> winner = made;
        while (winner.isEmpty()) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                winner = winner.isPresent() ? winner : race.selected(key, now);
            }
            selector.selectedKeys().clear();
        }
        return winner.get();
    }

    private static Stream<String> words(String text) {
        return Arrays.stream(text.split(" ", -1));
    }

    private static InetAddress address(String word) {
        String octet = Integer.toString(word.charAt(1));
        try {
            return InetAddress.getByName(word.startsWith("4") ? "192.0.2." + octet : "2001:db8::" + octet);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A port that answers no SYN: its backlog is full, and nothing is accepted. */
    private static final class Silent implements AutoCloseable {

        private final List<SocketChannel> waiting = new ArrayList<>();
        private final ServerSocketChannel server;

        Silent() throws IOException {
            server = ServerSocketChannel.open().bind(Loopback.anyPort(), 1);
            // More than any system has in a backlog of one.
            for (int i = 0; i < 16; i++) {
                SocketChannel socket = SocketChannel.open();
                socket.configureBlocking(false);
                boolean unusedMade = socket.connect(server.getLocalAddress());
                waiting.add(socket);
            }
        }

        InetSocketAddress address() {
            try {
                return (InetSocketAddress) server.getLocalAddress();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel socket : waiting) {
                socket.close();
            }
            server.close();
        }
    }
}
