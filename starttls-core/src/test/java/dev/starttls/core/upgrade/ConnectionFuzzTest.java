package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.fuzz.Recorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each oracle of the three targets of connections finds the fault that it is for. */
class ConnectionFuzzTest {

    /** No one in the middle does anything; policy REQUIRED. */
    private static final byte[] HONEST = {};

    /** The client is REQUIRED, and its server greets, offers nothing and ends. */
    private static final byte[] STRIPPED = {0, 0, 0, 0, 0, 0, 2, 0, 2, 3};

    @Test
    void the_connections_pass() {
        assertThatCode(() -> MiddleConnectionFuzz.run(HONEST, ObservedEndpoint::new))
                .doesNotThrowAnyException();
        assertThatCode(() -> ConnectionFuzzer.run(STRIPPED, Role.CLIENT, ObservedEndpoint::new))
                .doesNotThrowAnyException();
        assertThatCode(() -> ConnectionFuzzer.run(STRIPPED, Role.SERVER, ObservedEndpoint::new))
                .doesNotThrowAnyException();
    }

    @Test
    void octets_given_out_that_the_peer_did_not_say_inside_tls_are_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    String received() {
                        return connection.ready() ? super.received() + "injected\r\n" : "";
                    }
                });
    }

    @Test
    void octets_given_out_before_the_connection_is_ready_are_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    String received() {
                        return state() == State.HANDSHAKING ? "x" : super.received();
                    }
                });
    }

    @Test
    void octets_in_the_clear_after_the_proposal_are_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    String sent() {
                        return super.sent().replace("UPGRADE\r\n", "UPGRADE\r\nECHO more\r\n");
                    }
                });
    }

    @Test
    void octets_in_the_clear_after_the_go_ahead_are_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    String sent() {
                        return super.sent() + (connection.ready() ? SECRET : "");
                    }
                });
    }

    @Test
    void a_secret_in_the_clear_instead_of_tls_is_found() {
        stripped((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    String sent() {
                        return super.sent() + SECRET;
                    }
                });
    }

    @Test
    void a_way_back_to_plaintext_is_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    State state() {
                        return super.state() == State.SECURE ? State.PLAINTEXT : super.state();
                    }
                });
    }

    @Test
    void what_is_remembered_of_before_tls_is_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    Optional<List<String>> remembered() {
                        return super.remembered().map(known -> List.of("UPGRADE"));
                    }
                });
    }

    @Test
    void memory_without_bound_is_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    int held() {
                        return 1 << 20;
                    }
                });
    }

    @Test
    void steps_without_end_are_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    boolean step() {
                        super.step();
                        return true;
                    }
                });
    }

    @Test
    void a_wait_without_a_deadline_is_found() {
        found((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    Optional<Long> deadline() {
                        return Optional.empty();
                    }
                });
    }

    @Test
    void a_failure_that_is_not_typed_is_found() {
        stripped((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    Optional<Exception> failure() {
                        return super.failure().map(IllegalStateException::new);
                    }
                });
        stripped((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    Optional<Exception> failure() {
                        return super.failure().map(IOException::new);
                    }
                });
    }

    @Test
    void a_failure_that_leaves_the_connection_open_is_found() {
        stripped((connection, dialogue, policy, fragmentation) ->
                new ObservedEndpoint(connection, dialogue, policy, fragmentation) {
                    @Override
                    State state() {
                        return super.state() == State.FAILED ? State.PLAINTEXT : super.state();
                    }
                });
    }

    private static void found(ConnectionFuzzer.Maker faulty) {
        assertThatThrownBy(() -> MiddleConnectionFuzz.run(HONEST, faulty)).isInstanceOf(AssertionError.class);
    }

    private static void stripped(ConnectionFuzzer.Maker faulty) {
        assertThatThrownBy(() -> ConnectionFuzzer.run(STRIPPED, Role.CLIENT, faulty))
                .isInstanceOf(AssertionError.class);
    }

    /** What a wire brings that changes nothing, so that the oracles look at a whole upgrade. */
    @Test
    void an_upgrade_that_an_honest_wire_does_not_complete_is_found() {
        assertThatThrownBy(() -> MiddleConnectionFuzz.run(HONEST, (connection, dialogue, policy, fragmentation) -> {
                    Recorder mute = new Recorder(dialogue);
                    return new ObservedEndpoint(connection, mute, policy, Fragmentation.WHOLE) {
                        @Override
                        boolean step() {
                            return false;
                        }
                    };
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void text_is_octets() {
        assertThatCode(() -> ConnectionFuzzer.run(
                        "\0\0\1\0\0\0\2\0\2\2\2\4\0\5HELLO".getBytes(StandardCharsets.ISO_8859_1),
                        Role.CLIENT,
                        ObservedEndpoint::new))
                .doesNotThrowAnyException();
    }
}
