package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TlsPumpAfterHandshakeTest {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** Key updates in a row: the peer counts the answers as well, and a ticket with them. */
    private static final int MANY = RecordReader.MAX_WITHOUT_DATA - 4;

    @Test
    void key_updates_from_both_sides_lose_nothing() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        for (int round = 0; round < 40; round++) {
            sides[round % 2].engine.beginHandshake();
            assertThat(sides[round % 2].pump.wantsSend()).isTrue();
            if (round % 3 == 0) {
                sides[1 - round % 2].engine.beginHandshake();
            }
            TlsPumpHandshakeTest.exchange(sides, 1000 * round);
        }
        TlsPumpHandshakeTest.close(sides);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100})
    void a_key_update_may_come_in_pieces(int size) throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        for (PumpSide side : sides) {
            side.networkSize = () -> size;
            side.engine.beginHandshake();
        }
        TlsPumpHandshakeTest.exchange(sides, 5000);
    }

    @Test
    void the_answers_to_many_key_updates_do_not_pile_up() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        PumpSide flooder = sides[0];
        PumpSide victim = sides[1];
        for (int i = 0; i < MANY; i++) {
            flooder.engine.beginHandshake();
            flooder.send();
        }
        int total = victim.incoming.length;
        while (victim.receive()) {}
        assertThat(victim.lastReceive).isEqualTo(TlsStatus.NEED_WRITE);
        int taken = total - victim.incoming.length;
        assertThat(taken)
                .as("at most %d records", RecordReader.MAX_UNANSWERED + 1)
                .isLessThanOrEqualTo(total / MANY * (RecordReader.MAX_UNANSWERED + 1));
        assertThat(victim.pump.wantsSend()).isTrue();
        // Once the answers are sent, all goes on.
        TlsPumpHandshakeTest.exchange(sides, 1000);
        assertThat(victim.incoming).isEmpty();
    }

    @Test
    void a_side_that_has_closed_reads_on_though_it_can_answer_no_more() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        sides[1].pump.closeOutbound();
        sides[1].send();
        for (int i = 0; i < MANY; i++) {
            sides[0].engine.beginHandshake();
            sides[0].send();
        }
        sides[0].application = ByteBuffer.wrap(new byte[10]);
        sides[0].send();
        while (sides[1].receive()) {}
        assertThat(sides[1].lastReceive).isEqualTo(TlsStatus.NEED_READ);
        assertThat(sides[1].got.size()).isEqualTo(10);
        assertThat(sides[1].pump.wantsSend()).isFalse();
    }

    @Test
    void an_answer_that_waits_does_not_stop_the_data_after_it() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        sides[0].engine.beginHandshake();
        sides[0].application = ByteBuffer.wrap(new byte[100_000]);
        while (sides[0].send()) {}
        sides[1].networkSize = () -> 1;
        while (sides[1].receive()) {}
        assertThat(sides[1].got.size()).isEqualTo(100_000);
        assertThat(sides[1].pump.wantsSend()).isTrue();
    }

    @Test
    void tickets_that_come_after_the_handshake_are_consumed() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").sides();
        PumpSide.handshake(sides[0], sides[1]);
        assertThat(sides[0].incoming).isEmpty();
        assertThat(sides[0].pump.held()).isZero();
        assertThat(sides[0].lastReceive).isEqualTo(TlsStatus.NEED_READ);
    }

    @Test
    void a_ticket_that_meets_no_room_leaves_nothing_held() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").sides();
        sides[0].applicationSize = () -> 0;
        PumpSide.handshake(sides[0], sides[1]);
        assertThat(sides[0].pump.held()).isZero();
    }

    @Test
    void decrypted_octets_are_overwritten_once_they_were_taken() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        for (boolean byReceive : new boolean[] {true, false}) {
            sides[0].application = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
            sides[0].send();
            ByteBuffer network = ByteBuffer.wrap(sides[1].incoming);
            sides[1].incoming = new byte[0];
            assertThat(sides[1].pump.receive(network, NOTHING)).isEqualTo(TlsStatus.OK);
            ByteBuffer held = sides[1].pump.decrypted();
            ByteBuffer seen = held.duplicate();
            assertThat(sides[1].pump.held()).as("no more than the record").isLessThan(100);
            if (byReceive) {
                assertThat(sides[1].pump.receive(network, ByteBuffer.allocate(5)))
                        .isEqualTo(TlsStatus.OK);
            } else {
                held.position(held.limit());
                assertThat(sides[1].pump.decrypted().hasRemaining()).isFalse();
            }
            byte[] left = new byte[5];
            seen.get(left);
            assertThat(left).containsOnly(0);
            assertThat(sides[1].pump.held()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void the_steady_path_allocates_no_more_than_the_engine_does(String version) throws SSLException {
        Engines engines = Engines.of(version);
        // Bare engines and pumps over the same number of records.
        long bare = Long.MAX_VALUE;
        long pumped = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            PumpSide[] sides = engines.established();
            bare = Math.min(bare, allocated(() -> bareRecords(sides[0].engine, sides[1].engine)));
            PumpSide[] others = engines.established();
            pumped = Math.min(pumped, allocated(() -> pumpedRecords(others[0].pump, others[1].pump)));
        }
        assertThat(pumped - bare)
                .as("octets for 2000 records, %d of the engine", bare)
                .isLessThan(2000 * 64);
    }

    /** One thread receives and one sends on each side, with KeyUpdates in both directions. */
    @Test
    void two_threads_a_side_lose_nothing() throws InterruptedException, ExecutionException, SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        BlockingQueue<byte[]> toServer = new ArrayBlockingQueue<>(8);
        BlockingQueue<byte[]> toClient = new ArrayBlockingQueue<>(8);
        CountDownLatch updated = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            // The one that failed is reported, not the one that waits for it.
            CompletionService<Map.Entry<String, Integer>> parts = new ExecutorCompletionService<>(threads);
            parts.submit(named("client sent", sender(sides[0], toServer, 1, updated)));
            parts.submit(named("server sent", sender(sides[1], toClient, 2, updated)));
            parts.submit(named("server got", receiver(sides[1], toServer)));
            parts.submit(named("client got", receiver(sides[0], toClient)));
            Map<String, Integer> hashes = new HashMap<>();
            for (int i = 0; i < 4; i++) {
                Future<Map.Entry<String, Integer>> part = parts.poll(60, TimeUnit.SECONDS);
                assertThat(part)
                        .as("another part than %s within a minute", hashes.keySet())
                        .isNotNull();
                hashes.put(part.get().getKey(), part.get().getValue());
            }
            assertThat(hashes.get("server got")).isEqualTo(hashes.get("client sent"));
            assertThat(hashes.get("client got")).isEqualTo(hashes.get("server sent"));
            assertThat(sides[0].pump.closeNotifyReceived()).isTrue();
            assertThat(sides[1].pump.closeNotifyReceived()).isTrue();
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Map.Entry<String, Integer>> named(String name, Callable<Integer> part) {
        return () -> Map.entry(name, part.call());
    }

    /** Sends messages and KeyUpdates, then close_notify. Returns a hash of what it sent. */
    private static Callable<Integer> sender(
            PumpSide side, BlockingQueue<byte[]> wire, int seed, CountDownLatch updated) {
        return () -> {
            Random random = new Random(seed);
            int hash = 1;
            ByteBuffer network = ByteBuffer.allocate(5000);
            for (int message = 0; message < 200; message++) {
                if (message % 7 == 0) {
                    side.engine.beginHandshake();
                }
                byte[] octets = TlsPumpHandshakeTest.octets(random.nextInt(8000), random);
                for (byte octet : octets) {
                    hash = 31 * hash + octet;
                }
                ByteBuffer application = ByteBuffer.wrap(octets);
                while (side.pump.send(application, network.clear()) == TlsStatus.NEED_WRITE) {
                    put(network, wire);
                }
                put(network, wire);
            }
            // SunJSSE begins no KeyUpdate once the peer has closed.
            updated.countDown();
            // The peer's own, which may still come, are answered meanwhile.
            for (int i = 0; i < 60_000 && !updated.await(1, TimeUnit.MILLISECONDS); i++) {
                while (side.pump.send(NOTHING, network.clear()) == TlsStatus.NEED_WRITE) {
                    put(network, wire);
                }
                if (network.position() > 0) {
                    put(network, wire);
                }
            }
            assertThat(updated.getCount()).isZero();
            side.pump.closeOutbound();
            while (side.pump.send(NOTHING, network.clear()) == TlsStatus.NEED_WRITE) {
                put(network, wire);
            }
            put(network, wire);
            return hash;
        };
    }

    private static void put(ByteBuffer network, BlockingQueue<byte[]> wire) throws InterruptedException {
        byte[] octets = new byte[network.flip().remaining()];
        network.get(octets);
        wire.put(octets);
        network.clear();
    }

    private static Callable<Integer> receiver(PumpSide side, BlockingQueue<byte[]> wire) {
        return () -> {
            int hash = 1;
            ByteBuffer application = ByteBuffer.allocate(3000);
            ByteBuffer network = ByteBuffer.allocate(0);
            while (true) {
                TlsStatus status = side.pump.receive(network, application.clear());
                application.flip();
                while (application.hasRemaining()) {
                    hash = 31 * hash + application.get();
                }
                switch (status) {
                    case CLOSED -> {
                        return hash;
                    }
                    case NEED_READ -> network = ByteBuffer.wrap(wire.take());
                    case NEED_WRITE -> Thread.onSpinWait();
                    case NEED_TASK -> side.pump.task().ifPresent(Runnable::run);
                    case OK, AGAIN -> {}
                }
            }
        };
    }

    private interface PumpCalls {
        void run() throws SSLException;
    }

    private static long allocated(PumpCalls work) throws SSLException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        work.run();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void bareRecords(SSLEngine from, SSLEngine to) throws SSLException {
        ByteBuffer application = ByteBuffer.allocate(1000);
        ByteBuffer network = ByteBuffer.allocate(17_000);
        ByteBuffer target = ByteBuffer.allocate(17_000);
        for (int i = 0; i < 2000; i++) {
            from.wrap(application.clear(), network.clear());
            to.unwrap(network.flip(), target.clear());
        }
    }

    private static void pumpedRecords(TlsPump from, TlsPump to) throws SSLException {
        ByteBuffer application = ByteBuffer.allocate(1000);
        ByteBuffer network = ByteBuffer.allocate(17_000);
        ByteBuffer target = ByteBuffer.allocate(17_000);
        for (int i = 0; i < 2000; i++) {
            from.send(application.clear(), network.clear());
            to.receive(network.flip(), target.clear());
        }
        assertThat(target.position()).isEqualTo(1000);
    }
}
