package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.FuzzInput;
import dev.starttls.core.testing.fuzz.FuzzSessions;
import dev.starttls.core.testing.fuzz.Tamper;
import dev.starttls.core.wire.RecordHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Two pumps with engines, and a wire that changes octets: what arrives is the beginning of what was sent, or fails. */
class TlsPumpFuzz {

    /** A pump, or in a test of the oracle a faulty one. */
    interface FuzzedPump {
        TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException;

        TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException;

        TlsPump pump();

        default int held() {
            return pump().held();
        }
    }

    /** Makes what is fuzzed from an engine. */
    interface PumpMaker {
        FuzzedPump make(SSLEngine engine);
    }

    private static final Engines TLS_13 = Engines.of("TLSv1.3");
    private static final Engines TLS_12 = Engines.of("TLSv1.2");
    private static final int MAX_CALLS = 60_000;
    /** A record each way, and what one decrypts to. */
    private static final int MAX_HELD = 3 * RecordHeader.MAX_RECORD;

    @FuzzTest
    void pump(byte[] input) {
        run(input, TlsPumpFuzz::subject);
    }

    static FuzzedPump subject(SSLEngine engine) {
        TlsPump pump = new TlsPump(engine);
        return new FuzzedPump() {
            @Override
            public TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
                return pump.receive(network, application);
            }

            @Override
            public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
                return pump.send(application, network);
            }

            @Override
            public TlsPump pump() {
                return pump;
            }
        };
    }

    static void run(byte[] octets, PumpMaker maker) {
        FuzzInput input = new FuzzInput(octets);
        Engines engines = input.of(TLS_13, TLS_12);
        Random random = new Random(input.octet());
        int largest = input.of(40_000, 600, 20);
        // The smaller the buffers, the more calls an octet takes.
        int longest = largest * 20;
        End client = new End(maker.make(engines.clientEngine()), random, largest, input.two() % longest);
        End server = new End(maker.make(engines.serverEngine()), random, largest, input.two() % longest);
        boolean closes = input.flag();
        Tamper toServer = Tamper.read(input, 3);
        Tamper toClient = Tamper.read(input, 3);
        carry(client, server, toServer, toClient);
        if (closes) {
            client.subject.pump().closeOutbound();
            carry(client, server, toServer, toClient);
        }
        if (!toServer.changed() && !toClient.changed()) {
            client.requireComplete(server);
            server.requireComplete(client);
            assertThat(server.subject.pump().closeNotifyReceived()).isEqualTo(closes);
        }
        if (client.subject.pump().established() && server.subject.pump().established()) {
            // The version is part of what both have verified, whatever was changed on the way.
            assertThat(client.subject.pump().namedGroup())
                    .as("the group of the key exchange")
                    .isPresent()
                    .isEqualTo(server.subject.pump().namedGroup());
        }
        client.end();
        server.end();
        FuzzSessions.forget(engines.client(), engines.server());
    }

    private static void carry(End client, End server, Tamper toServer, Tamper toClient) {
        boolean moved = true;
        for (int calls = 0; moved; calls++) {
            require(calls < MAX_CALLS, "an end of turns");
            moved = client.send(server, toServer);
            moved |= server.receive(client);
            moved |= server.send(client, toClient);
            moved |= client.receive(server);
        }
    }

    private static void require(boolean so, String what) {
        if (!so) {
            throw new AssertionError("Expected " + what);
        }
    }

    /** One end: a pump, the octets on their way to it, those it sends and those it gave out. */
    private static final class End {

        private final FuzzedPump subject;
        private final Random random;
        private final int largest;
        private final byte[] message;
        private final ByteBuffer application;
        private byte[] incoming = {};
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private Optional<SSLException> failure = Optional.empty();
        private int idle;

        End(FuzzedPump subject, Random random, int largest, int length) {
            this.subject = subject;
            this.random = random;
            this.largest = largest;
            this.message = new byte[length];
            random.nextBytes(message);
            this.application = ByteBuffer.wrap(message);
        }

        boolean receive(End peer) {
            if (failure.isPresent()) {
                return false;
            }
            ByteBuffer network = ByteBuffer.wrap(incoming, 0, Math.min(incoming.length, 1 + random.nextInt(largest)));
            ByteBuffer target = ByteBuffer.allocate(random.nextInt(largest));
            TlsStatus status = TlsStatus.OK;
            boolean established = subject.pump().established();
            try {
                status = subject.receive(network, target);
            } catch (SSLException e) {
                failure = Optional.of(e);
            }
            int gave = target.position();
            boolean early = !established && !subject.pump().established();
            require(!early || gave == 0, "nothing given out before the handshake is done");
            boolean sent = got.size() + gave <= peer.message.length
                    && Arrays.equals(target.array(), 0, gave, peer.message, got.size(), got.size() + gave);
            require(sent, "the octets received to be those sent");
            got.write(target.array(), 0, gave);
            incoming = Arrays.copyOfRange(incoming, network.position(), incoming.length);
            bounded();
            if (network.position() + gave > 0 || task(status)) {
                return true;
            }
            boolean more = incoming.length > 0 || status == TlsStatus.OK;
            return more && failure.isEmpty() && patience(target);
        }

        boolean send(End peer, Tamper tamper) {
            ByteBuffer network = ByteBuffer.allocate(1 + random.nextInt(largest));
            TlsStatus status = TlsStatus.OK;
            boolean established = subject.pump().established();
            int before = application.position();
            try {
                status = subject.send(application, network);
            } catch (SSLException e) {
                failure = failure.or(() -> Optional.of(e));
            }
            if (!established && !subject.pump().established()) {
                assertThat(application.position())
                        .as("taken before the handshake is done")
                        .isEqualTo(before);
            }
            byte[] made = Arrays.copyOf(network.array(), network.position());
            peer.incoming = joined(peer.incoming, tamper.pass(made));
            bounded();
            return made.length > 0 || task(status);
        }

        /** One call without progress may be due to a random buffer without room; this many in a row are not. */
        private boolean patience(ByteBuffer target) {
            return target.capacity() < 100 && ++idle % 50 != 0;
        }

        private boolean task(TlsStatus status) {
            return status == TlsStatus.NEED_TASK
                    && subject.pump()
                            .task()
                            .map(task -> {
                                task.run();
                                return true;
                            })
                            .orElse(false);
        }

        private void bounded() {
            require(subject.held() <= MAX_HELD, "memory that is bounded");
        }

        void requireComplete(End peer) {
            failure.ifPresent(why -> {
                throw new AssertionError("Expected no failure on an honest wire, got one", why);
            });
            assertThat(got.toByteArray()).as("received on an honest wire").isEqualTo(peer.message);
        }

        /** After a failure, sending comes to an end. */
        void end() {
            if (failure.isPresent()) {
                TlsStatus status = TlsStatus.OK;
                for (int calls = 0; status != TlsStatus.CLOSED; calls++) {
                    require(calls < MAX_CALLS, "an end of calls of send after a failure");
                    try {
                        status = subject.send(ByteBuffer.allocate(0), ByteBuffer.allocate(1_000));
                    } catch (SSLException e) {
                        // The failure of a task is thrown by either call.
                        status = TlsStatus.OK;
                    }
                }
            }
            subject.pump().release();
            assertThat(subject.held()).as("held once released").isZero();
        }

        private static byte[] joined(byte[] first, byte[] second) {
            byte[] all = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, all, first.length, second.length);
            return all;
        }
    }
}
