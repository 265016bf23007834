package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.ChoppingChannel;
import dev.starttls.core.testing.EngineMaker;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader and a writer of one channel have nothing to wait for in each other. */
@Timeout(120)
@ParameterizedClass
@EnumSource
class ChannelParallelTest {

    private final Pairs pairs;

    ChannelParallelTest(EngineMaker engines) {
        pairs = new Pairs(engines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void both_sides_write_megabytes_while_they_read(String version) throws Exception {
        try (Pair pair = pairs.upgraded(version)) {
            exchange(pair, 20_000_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3000", "7, 20000", "100, 300000", "5000, 2000000", "17000, 3000000", "40000, 5000000"})
    void chopped_transports_lose_and_turn_nothing(int max, int size) throws Exception {
        try (Pair pair = chopped(max).upgrade()) {
            exchange(pair, size);
        }
    }

    @Test
    void a_peer_that_writes_all_before_it_reads_does_not_stop_a_channel_with_two_threads() throws Exception {
        // More than any buffers of the kernel hold: both writers block until a thread reads.
        byte[] much = Octets.random(16_000_000, 5);
        try (Pair pair = pairs.upgraded()) {
            CompletableFuture<Void> peer = Pair.run(() -> {
                Octets.writeAll(pair.server(), ByteBuffer.wrap(much));
                assertThat(Octets.read(pair.server(), much.length)).isEqualTo(much);
            });
            CompletableFuture<Void> writer = Pair.run(() -> Octets.writeAll(pair.client(), ByteBuffer.wrap(much)));
            assertThat(Octets.read(pair.client(), much.length)).isEqualTo(much);
            writer.get(60, TimeUnit.SECONDS);
            peer.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void several_writers_take_turns_and_do_not_mix_their_octets() throws Exception {
        int writers = 4;
        int size = 1000;
        int rounds = 200;
        try (Pair pair = pairs.upgraded()) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                byte[] block = new byte[size];
                Arrays.fill(block, (byte) ('a' + w));
                all.add(Pair.run(() -> {
                    for (int i = 0; i < rounds; i++) {
                        pair.client().write(ByteBuffer.wrap(block));
                    }
                }));
            }
            for (int i = 0; i < writers * rounds; i++) {
                byte[] block = Octets.read(pair.server(), size);
                assertThat(block).containsOnly(block[0]);
            }
            for (CompletableFuture<Void> writer : all) {
                writer.get(30, TimeUnit.SECONDS);
            }
        }
    }

    private Pair chopped(int max) throws Exception {
        UnaryOperator<ByteChannel> client = channel -> new ChoppingChannel(channel, max, 6);
        UnaryOperator<ByteChannel> server = channel -> new ChoppingChannel(channel, max, 7);
        return Pair.connected(pairs.clientSettings(), pairs.serverSettings(), client, server);
    }

    private static void exchange(Pair pair, int size) throws Exception {
        byte[] there = Octets.random(size, 8);
        byte[] back = Octets.random(size, 9);
        CompletableFuture<Void> clientWrites = Pair.run(() -> {
            Octets.writeAll(pair.client(), ByteBuffer.wrap(there));
        });
        CompletableFuture<Void> serverWrites = Pair.run(() -> {
            Octets.writeAll(pair.server(), ByteBuffer.wrap(back));
        });
        CompletableFuture<Void> serverReads =
                Pair.run(() -> assertThat(Octets.read(pair.server(), size)).isEqualTo(there));
        assertThat(Octets.read(pair.client(), size)).isEqualTo(back);
        clientWrites.get(60, TimeUnit.SECONDS);
        serverWrites.get(60, TimeUnit.SECONDS);
        serverReads.get(60, TimeUnit.SECONDS);
        pair.client().close();
        assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
}
