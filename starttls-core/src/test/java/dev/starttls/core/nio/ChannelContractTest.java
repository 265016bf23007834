package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.EngineMaker;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same meaning as a blocking socket channel has. */
@Timeout(60)
@ParameterizedClass
@EnumSource
class ChannelContractTest {

    private final Pairs pairs;

    ChannelContractTest(EngineMaker engines) {
        pairs = new Pairs(engines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void what_one_side_writes_the_other_reads(String version) throws Exception {
        try (Pair pair = pairs.upgraded(version)) {
            assertThat(pair.client().report().tls().orElseThrow().version()).isEqualTo(version);
            assertThat(pair.client().isSecure()).isTrue();
            assertThat(pair.server().isSecure()).isTrue();
            assertThat(pair.client().write(Octets.of("to the server"))).isEqualTo(13);
            assertThat(Octets.text(pair.server(), 13)).isEqualTo("to the server");
            assertThat(pair.server().write(Octets.of("to the client"))).isEqualTo(13);
            assertThat(Octets.text(pair.client(), 13)).isEqualTo("to the client");
        }
    }

    @Test
    void reading_and_writing_go_through_the_upgrade_first() throws Exception {
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings())) {
            CompletableFuture<Void> served = Pair.run(() -> pair.server().write(Octets.of("hello")));
            assertThat(Octets.text(pair.client(), 5)).isEqualTo("hello");
            served.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_read_returns_what_there_is_and_does_not_wait_for_more() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            pair.client().write(Octets.of("abc"));
            ByteBuffer large = ByteBuffer.allocate(100);
            assertThat(pair.server().read(large)).isEqualTo(3);
        }
    }

    @Test
    void a_record_is_read_in_pieces_of_any_size() throws Exception {
        byte[] sent = Octets.random(20_000, 1);
        try (Pair pair = pairs.upgraded()) {
            CompletableFuture<Void> writer = Pair.run(() -> Octets.writeAll(pair.client(), ByteBuffer.wrap(sent)));
            ByteBuffer received = ByteBuffer.allocate(sent.length);
            for (int size = 1; received.hasRemaining(); size = size % 700 + 1) {
                ByteBuffer piece = received.slice(received.position(), Math.min(size, received.remaining()));
                received.position(received.position() + pair.server().read(piece));
            }
            assertThat(received.array()).isEqualTo(sent);
            writer.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void direct_buffers_and_slices_are_as_good_as_any() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            ByteBuffer direct = ByteBuffer.allocateDirect(10);
            direct.put(Octets.of("0123456789")).position(2).limit(7);
            assertThat(pair.client().write(direct)).isEqualTo(5);
            assertThat(direct.position()).isEqualTo(7);
            assertThat(direct.limit()).isEqualTo(7);
            ByteBuffer into = ByteBuffer.allocateDirect(9).position(3).limit(9);
            assertThat(pair.server().read(into)).isEqualTo(5);
            assertThat(into.position()).isEqualTo(8);
            byte[] read = new byte[5];
            into.position(3).limit(8).get(read);
            assertThat(read).isEqualTo("23456".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    @Test
    void buffers_without_room_or_octets_move_nothing_and_do_not_block() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            assertThat(pair.client().read(ByteBuffer.allocate(0))).isZero();
            assertThat(pair.client().write(ByteBuffer.allocate(0))).isZero();
            assertThat(pair.client().read(new ByteBuffer[0])).isZero();
            assertThat(pair.client().write(new ByteBuffer[0])).isZero();
            assertThat(pair.client().read(new ByteBuffer[] {ByteBuffer.allocate(0)}))
                    .isZero();
            pair.client().close();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(0)))
                    .isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.client().read(new ByteBuffer[0])).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void a_read_only_buffer_can_be_written_from_but_not_read_into() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            ByteBuffer readOnly = Octets.of("abc").asReadOnlyBuffer();
            assertThatThrownBy(() -> pair.client().read(readOnly)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pair.client().read(new ByteBuffer[] {ByteBuffer.allocate(1), readOnly}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(pair.client().write(readOnly)).isEqualTo(3);
            assertThat(Octets.text(pair.server(), 3)).isEqualTo("abc");
        }
    }

    @Test
    void a_gathering_write_takes_the_buffers_of_its_range() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            ByteBuffer[] sources = {
                Octets.of("never"), Octets.of("ab"), Octets.of(""), Octets.of("cde"), Octets.of("never")
            };
            assertThat(pair.client().write(sources, 1, 3)).isEqualTo(5);
            assertThat(Octets.text(pair.server(), 5)).isEqualTo("abcde");
            assertThat(sources[0].remaining()).isEqualTo(5);
            assertThat(sources[4].remaining()).isEqualTo(5);
            assertThat(pair.client().write(new ByteBuffer[] {Octets.of("f"), Octets.of("g")}))
                    .isEqualTo(2);
            assertThat(Octets.text(pair.server(), 2)).isEqualTo("fg");
        }
    }

    @Test
    void a_scattering_read_fills_one_buffer_after_the_other_with_what_has_come() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            pair.client().write(Octets.of("abcdefg"));
            ByteBuffer[] targets = new ByteBuffer[5];
            for (int i = 0; i < targets.length; i++) {
                targets[i] = ByteBuffer.allocate(i == 2 ? 0 : 3);
            }
            assertThat(pair.server().read(targets, 1, 4)).isEqualTo(7);
            assertThat(targets[0].position()).isZero();
            assertThat(targets[1].position()).isEqualTo(3);
            assertThat(targets[3].position()).isEqualTo(3);
            assertThat(targets[4].position()).isEqualTo(1);
            pair.client().close();
            assertThat(pair.server().read(new ByteBuffer[] {ByteBuffer.allocate(4)}))
                    .isEqualTo(-1);
        }
    }

    @Test
    void offsets_and_lengths_out_of_bounds_are_refused() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            ByteBuffer[] buffers = {ByteBuffer.allocate(1)};
            assertThatThrownBy(() -> pair.client().read(buffers, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> pair.client().read(buffers, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> pair.client().write(buffers, 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> pair.client().write(buffers, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void the_blocking_form_of_the_upgrade_refuses_a_non_blocking_transport() throws Exception {
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings())) {
            pair.sockets().client().configureBlocking(false);
            assertThatThrownBy(() -> pair.client().upgrade())
                    .isInstanceOf(IllegalBlockingModeException.class)
                    .hasMessageContaining("call advance()");
            assertThat(pair.client().isOpen()).isTrue();
        }
    }

    @Test
    void the_output_cannot_be_shut_down_before_the_upgrade() throws Exception {
        try (Pair pair = Pair.connected(pairs.clientSettings(), pairs.serverSettings())) {
            assertThatThrownBy(() -> pair.client().shutdownOutput()).isInstanceOf(NotYetConnectedException.class);
        }
    }

    @Test
    void the_transport_is_the_channel_it_was_made_over() throws Exception {
        try (Pair pair = pairs.upgraded()) {
            assertThat(pair.client().transport()).isSameAs(pair.sockets().client());
        }
    }
}
