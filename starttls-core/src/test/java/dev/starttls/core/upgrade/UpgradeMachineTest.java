package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.State.Plaintext;
import dev.starttls.core.upgrade.State.Tls;
import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class UpgradeMachineTest {

    /** Written out a second time on purpose: a change of the table is made twice, and so never by mistake. */
    private static final Map<String, State> TABLE = new HashMap<>();

    static {
        put(State.PLAINTEXT, Event.PROPOSE, State.PROPOSED);
        put(State.PLAINTEXT, Event.CLOSE, State.CLOSED);
        put(State.PLAINTEXT, Event.FAIL, State.FAILED);
        put(State.PLAINTEXT, Event.PROPOSE_WITH_HELLO, State.PROPOSED_WITH_HELLO);
        put(State.PROPOSED, Event.GO_AHEAD, State.HANDSHAKING);
        put(State.PROPOSED, Event.REFUSE, State.PLAINTEXT);
        put(State.PROPOSED, Event.CLOSE, State.CLOSED);
        put(State.PROPOSED, Event.FAIL, State.FAILED);
        put(State.PROPOSED_WITH_HELLO, Event.GO_AHEAD, State.HANDSHAKING);
        put(State.PROPOSED_WITH_HELLO, Event.CLOSE, State.CLOSED);
        put(State.PROPOSED_WITH_HELLO, Event.FAIL, State.FAILED);
        put(State.PLAINTEXT, Event.HAND_OVER, State.HANDING_OVER);
        put(State.HANDING_OVER, Event.GO_AHEAD, State.HANDSHAKING);
        put(State.HANDING_OVER, Event.CLOSE, State.CLOSED);
        put(State.HANDING_OVER, Event.FAIL, State.FAILED);
        put(State.HANDSHAKING, Event.ESTABLISH, State.SECURE);
        put(State.HANDSHAKING, Event.CLOSE, State.CLOSING);
        put(State.HANDSHAKING, Event.FAIL, State.FAILED);
        put(State.SECURE, Event.CLOSE, State.CLOSING);
        put(State.SECURE, Event.FAIL, State.FAILED);
        put(State.CLOSING, Event.END, State.CLOSED);
        put(State.CLOSING, Event.FAIL, State.FAILED);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void every_pair_of_state_and_event_is_in_the_table_or_an_illegal_state(State state, Event event) {
        UpgradeMachine machine = new UpgradeMachine(state);
        State next = TABLE.get(state + " " + event);
        if (next == null) {
            assertThat(machine.onIfAllowed(event)).isEmpty();
            assertThat(machine.state()).isEqualTo(state);
            assertThatThrownBy(() -> machine.on(event))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(state.name())
                    .hasMessageContaining(event.name());
            assertThat(machine.state()).isEqualTo(state);
        } else {
            assertThat(machine.on(event)).isEqualTo(next);
            assertThat(machine.state()).isEqualTo(next);
            UpgradeMachine another = new UpgradeMachine(state);
            assertThat(another.onIfAllowed(event)).contains(next);
            assertThat(another.state()).isEqualTo(next);
        }
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void it_fails_once_and_not_after_its_end(State state) {
        UpgradeMachine machine = new UpgradeMachine(state);
        IOException first = new IOException("first");
        boolean over = state == State.CLOSED || state == State.FAILED;
        assertThat(machine.fail(first)).isEqualTo(!over);
        assertThat(machine.fail(new IOException("second"))).isFalse();
        assertThat(machine.failure()).isEqualTo(over ? Optional.empty() : Optional.of(first));
        assertThat(machine.state()).isEqualTo(over ? state : State.FAILED);
    }

    @Test
    void what_it_knows_beside_the_state_is_true_from_then_on() {
        UpgradeMachine machine = new UpgradeMachine(State.PLAINTEXT);
        assertThat(List.of(machine.begun(), machine.leaving(), machine.inputEnded()))
                .containsOnly(false);
        machine.begin();
        assertThat(List.of(machine.begun(), machine.leaving(), machine.inputEnded()))
                .containsExactly(true, false, false);
        machine.leave();
        assertThat(List.of(machine.begun(), machine.leaving(), machine.inputEnded()))
                .containsExactly(true, true, false);
        machine.inputEnds();
        assertThat(List.of(machine.begun(), machine.leaving(), machine.inputEnded()))
                .containsOnly(true);
    }

    /** A reader and a writer may close at the same time, and only one of them asks for close_notify. */
    @Test
    void of_two_threads_that_close_at_once_one_does() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            UpgradeMachine machine = new UpgradeMachine(State.SECURE);
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Optional<State>> other = CompletableFuture.supplyAsync(() -> close(machine, together));
            Optional<State> own = close(machine, together);
            assertThat(Stream.of(own, other.get(30, TimeUnit.SECONDS)).flatMap(Optional::stream))
                    .containsExactly(State.CLOSING);
        }
    }

    private static Optional<State> close(UpgradeMachine machine, CyclicBarrier together) {
        try {
            together.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return machine.onIfAllowed(Event.CLOSE);
    }

    @Test
    void after_the_go_ahead_there_is_no_way_back_to_plaintext() {
        Set<State> reached = reachable(State.HANDSHAKING);
        assertThat(reached)
                .containsExactlyInAnyOrder(State.HANDSHAKING, State.SECURE, State.CLOSING, State.CLOSED, State.FAILED)
                .allSatisfy(state -> {
                    for (Role role : Role.values()) {
                        assertThat(state.plaintextIn(role)).isEqualTo(Plaintext.NONE);
                        assertThat(state.plaintextOut(role)).isEqualTo(Plaintext.NONE);
                    }
                });
    }

    @Test
    void only_a_refusal_leads_back_from_a_proposal() {
        for (Event event : Event.values()) {
            UpgradeMachine machine = new UpgradeMachine(State.PROPOSED);
            if (machine.onIfAllowed(event).equals(Optional.of(State.PLAINTEXT))) {
                assertThat(event).isEqualTo(Event.REFUSE);
            }
        }
    }

    /** The server may have taken its octets for lines: what is said in the clear after them would be answered as theirs. */
    @Test
    void a_client_hello_that_came_along_leaves_no_way_back() {
        assertThat(reachable(State.PROPOSED_WITH_HELLO))
                .doesNotContain(State.PLAINTEXT, State.PROPOSED)
                .containsAll(reachable(State.HANDSHAKING));
    }

    /** There is no reply that could refuse. */
    @Test
    void a_handover_leaves_no_way_back() {
        assertThat(reachable(State.HANDING_OVER))
                .doesNotContain(State.PLAINTEXT, State.PROPOSED)
                .containsAll(reachable(State.HANDSHAKING));
    }

    @Test
    void every_state_can_be_reached_and_left_for_an_end() {
        assertThat(reachable(State.PLAINTEXT)).containsExactlyInAnyOrder(State.values());
        for (State state : State.values()) {
            assertThat(reachable(state)).containsAnyOf(State.CLOSED, State.FAILED);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"CLOSED", "FAILED"})
    void the_end_is_the_end(State last) {
        assertThat(last.terminal()).isTrue();
        assertThat(reachable(last)).containsExactly(last);
    }

    @ParameterizedTest
    @CsvSource({
        "PLAINTEXT,   ANY,       ANY,  ANY,  ANY,      NONE",
        "PROPOSED_WITH_HELLO, ONE_REPLY, NONE, NONE, NONE, CLIENT_HELLO",
        "HANDING_OVER, NONE,     NONE, NONE, NONE,     NONE",
        "PROPOSED,    ONE_REPLY, NONE, NONE, GO_AHEAD, NONE",
        "HANDSHAKING, NONE,      NONE, NONE, NONE,     RECORDS",
        "SECURE,      NONE,      NONE, NONE, NONE,     RECORDS",
        "CLOSING,     NONE,      NONE, NONE, NONE,     RECORDS",
        "CLOSED,      NONE,      NONE, NONE, NONE,     NONE",
        "FAILED,      NONE,      NONE, NONE, NONE,     LAST_ALERT"
    })
    void what_may_cross_the_wire(
            State state, Plaintext clientIn, Plaintext clientOut, Plaintext serverIn, Plaintext serverOut, Tls tls) {
        assertThat(state.plaintextIn(Role.CLIENT)).isEqualTo(clientIn);
        assertThat(state.plaintextOut(Role.CLIENT)).isEqualTo(clientOut);
        assertThat(state.plaintextIn(Role.SERVER)).isEqualTo(serverIn);
        assertThat(state.plaintextOut(Role.SERVER)).isEqualTo(serverOut);
        assertThat(state.tls()).isEqualTo(tls);
        assertThat(state.terminal()).isEqualTo(state == State.CLOSED || state == State.FAILED);
    }

    @Test
    void plaintext_and_records_never_share_a_state_but_for_a_client_hello_and_the_one_reply() {
        for (State state : State.values()) {
            if (state == State.PROPOSED_WITH_HELLO) {
                continue;
            }
            boolean plaintext = Arrays.stream(Role.values())
                    .anyMatch(role ->
                            state.plaintextIn(role) != Plaintext.NONE || state.plaintextOut(role) != Plaintext.NONE);
            assertThat(plaintext && state.tls() != Tls.NONE).as(state.name()).isFalse();
        }
    }

    static Stream<Arguments> pairs() {
        return Arrays.stream(State.values())
                .flatMap(state -> Arrays.stream(Event.values()).map(event -> Arguments.of(state, event)));
    }

    private static void put(State state, Event event, State next) {
        TABLE.put(state + " " + event, next);
    }

    private static Set<State> reachable(State from) {
        Set<State> seen = EnumSet.of(from);
        Deque<State> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            State state = open.remove();
            for (Event event : Event.values()) {
                UpgradeMachine machine = new UpgradeMachine(state);
                if (machine.onIfAllowed(event).filter(seen::add).isPresent()) {
                    open.add(machine.state());
                }
            }
        }
        return seen;
    }
}
