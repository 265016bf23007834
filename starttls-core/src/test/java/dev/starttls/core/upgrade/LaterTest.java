package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.PromisingServer;
import dev.starttls.core.upgrade.Connections.Events;
import dev.starttls.core.upgrade.SessionEnd.Cause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dialogue that answers later: the connection waits for this side, takes nothing meanwhile, and keeps the order. */
class LaterTest {

    private static final String PIPELINED = "WAIT a\r\nECHO b\r\nQUIET c\r\nTWICE d\r\n";
    private static final String ANSWERS = "GOT a 1\r\nSAID ECHO b\r\nGOT 23\r\nSAID ECHO e\r\n";

    private final Events events = new Events();

    /** One server, what its client says to it in the clear or inside TLS, and what the client hears. */
    private final class Served {

        private final PromisingServer dialogue = new PromisingServer();
        private final StringBuilder heard = new StringBuilder();
        private final BareTls tls;
        private final boolean inside;
        private final Endpoint server;

        Served(boolean inside, Fragmentation fragmentation) {
            try {
                this.inside = inside;
                tls = BareTls.client(Connections.TRUSTING).begin();
                server = Endpoint.of(Connections.server(
                                dialogue,
                                Connections.serverSettings(TlsPolicy.OPPORTUNISTIC)
                                        .withListener(events)))
                        .fragmented(fragmentation);
                server.run().take();
                if (inside) {
                    server.arrive("UPGRADE\r\n").run().take();
                    while (!tls.established()) {
                        server.arrive(tls.take()).run();
                        tls.feed(server.take());
                    }
                    server.arrive(tls.take()).run();
                    tls.feed(server.take());
                }
                dialogue.taken().clear();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void say(String lines) {
            try {
                if (inside) {
                    tls.say(lines);
                    server.arrive(tls.take());
                } else {
                    server.arrive(lines);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        String heard() {
            try {
                if (inside) {
                    tls.feed(server.take());
                    heard.append(tls.heard());
                    return heard.toString();
                }
                return heard.append(server.takeText()).toString();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_follows_waits_for_the_answer(boolean inside) {
        Served it = new Served(inside, Fragmentation.WHOLE);
        it.say("WAIT a\r\nECHO b\r\n");
        it.server.run();
        assertThat(it.heard()).isEmpty();
        assertThat(it.dialogue.taken()).containsExactly("WAIT a");
        assertThat(it.server.connection().want()).isEqualTo(Want.ANSWER);

        it.dialogue.answer("a").complete("1");
        assertThat(it.server.connection().want()).isEqualTo(Want.AGAIN);
        it.server.run();
        assertThat(it.heard()).isEqualTo("GOT a 1\r\nSAID ECHO b\r\n");
        assertThat(it.server.connection().want()).isEqualTo(Want.READ);
    }

    /** The events of a session, each with what must have come before it. */
    private static List<List<Integer>> orders(int count, List<int[]> before) {
        List<List<Integer>> orders = new ArrayList<>();
        extend(new ArrayList<>(), count, before, orders);
        return orders;
    }

    /** Those of which each is tried: all in plaintext, and inside TLS, where each costs a handshake, some of them. */
    private static List<List<Integer>> tried(List<List<Integer>> orders, boolean inside) {
        return IntStream.range(0, orders.size())
                .filter(number -> !inside || number % 11 == 0)
                .mapToObj(orders::get)
                .toList();
    }

    private static void extend(List<Integer> begun, int count, List<int[]> before, List<List<Integer>> orders) {
        if (begun.size() == count) {
            orders.add(List.copyOf(begun));
            return;
        }
        for (int next = 0; next < count; next++) {
            int event = next;
            boolean due = before.stream().allMatch(pair -> pair[1] != event || begun.contains(pair[0]));
            if (due && !begun.contains(next)) {
                begun.add(next);
                extend(begun, count, before, orders);
                begun.remove(begun.size() - 1);
            }
        }
    }

    private static Runnable event(Served it, int number) {
        return switch (number) {
            case 0 -> () -> it.say(PIPELINED);
            case 1 -> () -> it.say("ECHO e\r\n");
            case 2 -> () -> it.dialogue.answer("a").complete("1");
            case 3 -> () -> it.dialogue.answer("c").complete("unsaid");
            case 4 -> () -> it.dialogue.answer("d").complete("2");
            case 5 -> () -> it.dialogue.answer("dd").complete("3");
            default -> throw new IllegalArgumentException("Expected an event, got " + number);
        };
    }

    static Stream<Boolean> insides() {
        return Stream.of(false, true);
    }

    @ParameterizedTest
    @MethodSource("insides")
    void the_answers_leave_in_the_order_of_the_lines_whatever_is_complete_first(boolean inside) {
        for (List<Integer> order : tried(orders(6, List.of(new int[] {0, 1})), inside)) {
            for (boolean driven : new boolean[] {false, true}) {
                Served it = new Served(inside, driven ? Fragmentation.WHOLE : Fragmentation.sizes(List.of(3, 1, 7)));
                for (int number : order) {
                    event(it, number).run();
                    if (driven) {
                        it.server.run();
                    }
                }
                it.server.run().requireNoFailure();
                assertThat(it.heard()).as("%s, driven %s", order, driven).isEqualTo(ANSWERS);
                assertThat(it.server.connection().want()).isEqualTo(Want.READ);
            }
        }
    }

    /** The ends of a session, one of which comes somewhere among the events of another. */
    private enum End {
        SHUTDOWN("LAST SHUTDOWN\r\n", Cause.SHUT_DOWN),
        TOO_LATE("LAST FAULT\r\n", Cause.FAULT),
        FAULT("LAST FAULT\r\n", Cause.FAULT),
        END_OF_INPUT("", Cause.PEER_CLOSED),
        ABORT("", Cause.SHUT_DOWN),
        DROP("", Cause.ABANDONED);

        private final String last;
        private final Cause cause;

        End(String last, Cause cause) {
            this.last = last;
            this.cause = cause;
        }

        void come(Served it) {
            switch (this) {
                case SHUTDOWN -> it.server.connection().shutDown();
                case TOO_LATE -> it.server.pass(PromisingServer.LIMIT);
                case FAULT -> it.dialogue.answer("a").completeExceptionally(new IllegalArgumentException("boom"));
                case END_OF_INPUT -> {
                    try {
                        it.server.connection().endOfInput();
                    } catch (IOException e) {
                        assertThat(e).isInstanceOf(UpgradeException.class);
                    }
                }
                case ABORT ->
                    it.server
                            .connection()
                            .abort(new UpgradeException(FailureReason.REJECTED, Phase.CAPABILITY, "cancelled"));
                case DROP -> it.server.connection().end();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("insides")
    void an_answer_that_comes_after_the_end_changes_nothing(boolean inside) {
        for (End end : End.values()) {
            Served it = new Served(inside, Fragmentation.WHOLE);
            AtomicInteger woken = new AtomicInteger();
            it.server.connection().onWake(woken::incrementAndGet);
            it.say("WAIT a\r\nECHO b\r\n");
            it.server.run();
            end.come(it);
            it.server.run();
            String said = it.heard();
            assertThat(said).as("%s", end).isEqualTo(end.last);
            State state = it.server.connection().state();
            int wakes = woken.get();

            it.dialogue.answer("a").complete("1");
            it.server.run();
            assertThat(it.heard()).as("%s", end).isEqualTo(said);
            assertThat(it.server.connection().state()).as("%s", end).isEqualTo(state);
            assertThat(it.dialogue.taken()).containsExactly("WAIT a");
            assertThat(it.dialogue.ends()).as("%s", end).hasSize(1);
            assertThat(it.dialogue.ends().get(0).cause()).as("%s", end).isEqualTo(end.cause);
            assertThat(woken).as("%s: wakes", end).hasValue(wakes);
        }
    }

    @ParameterizedTest
    @MethodSource("insides")
    void an_end_at_any_point_ends_it_once_and_what_was_said_is_a_prefix(boolean inside) {
        List<int[]> before = List.of(new int[] {0, 1}, new int[] {2, 3}, new int[] {4, 5});
        for (List<Integer> order : tried(orders(6, before), inside)) {
            for (End end : List.of(End.SHUTDOWN, End.END_OF_INPUT, End.DROP)) {
                for (int at = 0; at <= order.size(); at++) {
                    Served it = new Served(inside, Fragmentation.WHOLE);
                    for (int i = 0; i < order.size(); i++) {
                        if (i == at) {
                            end.come(it);
                        }
                        event(it, order.get(i)).run();
                        it.server.run();
                    }
                    if (at == order.size()) {
                        end.come(it);
                        it.server.run();
                    }
                    String said = it.heard();
                    assertThat(said).as("%s, %s at %s", order, end, at).endsWith(end.last);
                    assertThat(ANSWERS).startsWith(said.substring(0, said.length() - end.last.length()));
                    assertThat(it.dialogue.ends()).hasSize(1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_clients_time_does_not_run_meanwhile(boolean inside) {
        Served it = new Served(inside, Fragmentation.WHOLE);
        Duration silent = UpgradeLimits.DEFAULT.timePerCommand().minusSeconds(1);
        it.say("ECHO a\r\n");
        it.server.run();
        it.server.pass(silent);
        it.say("WAIT a\r\n");
        it.server.run();
        it.server.pass(PromisingServer.LIMIT.minusNanos(1));
        it.dialogue.answer("a").complete("1");
        it.server.run().requireNoFailure();
        it.server.pass(silent).run().requireNoFailure();
        it.say("ECHO b\r\n");
        it.server.run().requireNoFailure();
        assertThat(it.heard()).isEqualTo("SAID ECHO a\r\nGOT a 1\r\nSAID ECHO b\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_answer_that_does_not_come_is_a_local_error_and_the_client_hears_last_lines(boolean inside) {
        Served it = new Served(inside, Fragmentation.WHOLE);
        it.say("WAIT a\r\nECHO b\r\n");
        it.server.run();
        it.server.pass(PromisingServer.LIMIT.minusNanos(1)).run().requireNoFailure();
        it.server.pass(Duration.ofNanos(1)).run();
        assertThat(it.heard()).isEqualTo("LAST FAULT\r\n");
        assertThat(it.server.upgradeFailure().reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(it.server.upgradeFailure()).hasMessageContaining("within 7000 ms");
    }

    /** The peer does not read: that is its own time, once the answer is there. */
    @Test
    void an_answer_that_waits_for_room_costs_the_client_its_time() throws Exception {
        UpgradeConnection connection =
                Connections.server(new PromisingServer(), Connections.serverSettings(TlsPolicy.OPPORTUNISTIC));
        connection.begin(0);
        connection.receive(Connections.octets("ECHO a\r\nWAIT x\r\n"), Connections.NOTHING);
        assertThat(connection.want()).isEqualTo(Want.WRITE);
        long limit = PromisingServer.LIMIT.toNanos();
        connection.tick(limit - 1);
        assertThat(connection.deadline()).hasValue(limit);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_it_is_completed_with_exceptionally_ends_the_connection_as_a_fault(boolean inside) {
        for (Throwable thrown : List.of(
                new IllegalArgumentException("boom"),
                new IOException("disk"),
                new UpgradeException(FailureReason.TIMEOUT, Phase.CONNECT, "of another connection"),
                new StackOverflowError())) {
            Served it = new Served(inside, Fragmentation.WHOLE);
            it.say("WAIT a\r\n");
            it.server.run();
            // As a stage that depends on another has it.
            CompletableFuture<String> source = new CompletableFuture<>();
            var unused = source.thenApply(text -> text)
                    .whenComplete((text, why) -> it.dialogue.answer("a").completeExceptionally(why));
            source.completeExceptionally(thrown);
            try {
                it.server.run();
            } catch (StackOverflowError e) {
                assertThat(e).isSameAs(thrown);
            }
            assertThat(it.heard()).as("%s", thrown).isEqualTo("LAST FAULT\r\n");
            SessionEnd end = it.dialogue.ends().get(0);
            assertThat(end.cause()).isEqualTo(Cause.FAULT);
            Throwable cause = end.failure().orElseThrow().getCause();
            assertThat(cause == thrown || cause.getCause() == thrown).isTrue();
        }
    }

    @Test
    void what_is_made_of_it_may_throw_too() {
        Served it = new Served(true, Fragmentation.WHOLE);
        it.say("THEN a\r\nECHO b\r\n");
        it.server.run();
        it.dialogue.answer("a").complete("boom");
        it.server.run();
        assertThat(it.heard()).isEqualTo("LAST FAULT\r\n");
        assertThat(it.server.failure()).get().isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_upgrade_that_is_decided_on_later_looks_for_injected_octets() {
        Served it = new Served(false, Fragmentation.WHOLE);
        it.say("MAYBE a\r\nECHO b\r\n");
        it.server.run();
        it.dialogue.answer("a").complete("");
        it.server.run();
        assertThat(it.heard()).isEqualTo("INJECTED\r\n");
        assertThat(it.server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        assertThat(it.dialogue.taken()).containsExactly("MAYBE a");
    }

    @Test
    void a_hand_over_that_is_decided_on_later_gives_the_octets_that_followed_to_the_application() {
        Served it = new Served(true, Fragmentation.WHOLE);
        it.say("RAW a\r\nof the application");
        it.server.run();
        it.dialogue.answer("a").complete("");
        it.server.run().requireNoFailure();
        assertThat(it.server.connection().ready()).isTrue();
        assertThat(it.server.received()).isEqualTo("of the application");
        assertThat(it.heard()).isEqualTo("YOURS\r\n");
    }

    @Test
    void a_client_may_not_wait_for_itself_between_its_command_and_the_handshake() throws Exception {
        UpgradeConnection client = Connections.client(
                new Dialogue() {
                    private boolean proposed;

                    @Override
                    public String protocol() {
                        return "hasty";
                    }

                    @Override
                    public Role role() {
                        return Role.CLIENT;
                    }

                    @Override
                    public Step opened() {
                        return Step.await(Phase.GREETING);
                    }

                    @Override
                    public Step received(String line) {
                        if (proposed) {
                            return new Step.Later<>(
                                    new CompletableFuture<>(), unused -> Step.goAhead(), Duration.ofSeconds(1));
                        }
                        proposed = true;
                        return new Step.Propose("UPGRADE");
                    }

                    @Override
                    public Step secured() {
                        return Step.ready();
                    }
                },
                Connections.clientSettings(TlsPolicy.REQUIRED));
        Endpoint side = Endpoint.of(client).arrive("HELLO\r\n").run();
        side.arrive("GO\r\n").run();
        assertThat(side.failure())
                .get()
                .isInstanceOf(IllegalStateException.class)
                .asString()
                .contains("Step.Later", "PROPOSED");
        assertThat(client.state()).isEqualTo(State.FAILED);
    }

    @Test
    void a_driver_is_woken_once_by_the_thread_that_completes() throws Exception {
        Served it = new Served(true, Fragmentation.WHOLE);
        AtomicInteger woken = new AtomicInteger();
        it.server.connection().onWake(woken::incrementAndGet);
        it.say("WAIT a\r\n");
        it.server.run();
        assertThat(woken).hasValue(0);
        Thread other = new Thread(() -> it.dialogue.answer("a").complete("1"));
        other.start();
        other.join();
        assertThat(woken).hasValue(1);
        it.server.run();
        assertThat(it.heard()).isEqualTo("GOT a 1\r\n");
    }

    @Test
    void what_is_complete_already_makes_its_step_at_once() {
        CompletableFuture<String> there = CompletableFuture.completedFuture("now");
        Step step = Step.later(there, text -> Step.send(Phase.CAPABILITY, text), Duration.ofSeconds(1));
        assertThat(step).isEqualTo(Step.send(Phase.CAPABILITY, "now"));
        assertThat(Step.later(new CompletableFuture<String>(), text -> Step.ready(), Duration.ofSeconds(1)))
                .isInstanceOf(Step.Later.class);
    }

    @Test
    void a_limit_is_positive() {
        assertThatThrownBy(() -> new Step.Later<>(new CompletableFuture<>(), unused -> Step.ready(), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit: expected a positive time");
        assertThat(new Step.Later<>(
                                new CompletableFuture<>(), unused -> Step.ready(), Duration.ofSeconds(Long.MAX_VALUE))
                        .limit())
                .isEqualTo(UpgradeLimits.MAX_TIME);
    }
}
