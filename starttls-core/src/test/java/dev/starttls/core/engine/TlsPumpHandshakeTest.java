package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TlsPumpHandshakeTest {

    private static final Engines TLS_13 = Engines.of("TLSv1.3");
    private static final Engines TLS_12 = Engines.of("TLSv1.2");

    @ParameterizedTest
    @CsvSource({"TLSv1.2,EC", "TLSv1.2,RSA", "TLSv1.3,EC", "TLSv1.3,RSA"})
    void a_full_handshake_and_then_a_resumed_one(String version, KeyKind kind) throws SSLException {
        Engines engines = Engines.of(version, kind);
        for (int round = 0; round < 3; round++) {
            PumpSide[] sides = engines.sides();
            assertThat(sides[0].pump.resumed()).isFalse();
            PumpSide.handshake(sides[0], sides[1]);
            for (PumpSide side : sides) {
                assertThat(side.pump.resumed()).as("round " + round).isEqualTo(round > 0);
                assertThat(side.pump.session().getProtocol()).isEqualTo(version);
            }
            exchange(sides, 100_000);
        }
    }

    @Test
    void two_pumps_made_before_either_handshake_distinguish_the_resumed_one() throws SSLException {
        Engines engines = Engines.of("TLSv1.3");
        PumpSide[] first = engines.sides();
        PumpSide[] second = engines.sides();
        PumpSide.handshake(first[0], first[1]);
        PumpSide.handshake(second[0], second[1]);
        assertThat(first[0].pump.resumed()).isFalse();
        assertThat(second[0].pump.resumed()).isTrue();
        assertThat(second[1].pump.resumed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,32768", "32768,1", "2,3", "5,7", "17000,1", "1,17000"})
    void buffers_of_any_size_do(int network, int application) throws SSLException {
        for (Engines engines : new Engines[] {TLS_12, TLS_13}) {
            PumpSide[] sides = engines.sides();
            for (PumpSide side : sides) {
                side.networkSize = () -> network;
                side.applicationSize = () -> application;
            }
            PumpSide.handshake(sides[0], sides[1]);
            exchange(sides, 20_000);
            close(sides);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void every_split_of_every_flight_is_the_same(String version) throws SSLException {
        Engines engines = version.equals("TLSv1.2") ? TLS_12 : TLS_13;
        for (int flight = 0; flight < 4; flight++) {
            int length = Integer.MAX_VALUE;
            for (int cut = 1; cut < length; cut += flight % 2 == 0 ? 1 : 3) {
                PumpSide[] sides = engines.sides();
                int last = -1;
                for (int turn = 0; turn < 6; turn++) {
                    PumpSide from = sides[turn % 2];
                    PumpSide to = sides[(turn + 1) % 2];
                    settleSend(from);
                    byte[] octets = to.incoming;
                    if (turn == flight) {
                        last = octets.length;
                        int at = Math.min(cut, octets.length);
                        to.incoming = Arrays.copyOf(octets, at);
                        while (to.receive()) {}
                        assertThat(to.incoming.length == 0 || to.lastReceive == TlsStatus.NEED_WRITE)
                                .as("all taken, or something is to be sent first")
                                .isTrue();
                        to.arrive(Arrays.copyOfRange(octets, at, octets.length));
                    }
                    while (to.receive()) {}
                }
                PumpSide.handshake(sides[0], sides[1]);
                length = Math.min(length, last);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_client_hello_is_prepared_early_and_leaves_with_the_first_send(String version) throws SSLException {
        PumpSide[] sides = Engines.of(version).sides();
        TlsPump client = sides[0].pump;
        assertThat(client.wantsSend()).isTrue();
        client.prepare();
        int held = client.held();
        client.prepare();
        assertThat(client.held())
                .as("made once, and no more kept than it needs")
                .isEqualTo(held)
                .isBetween(50, 4096);
        assertThat(sides[0].sent.size()).isZero();
        assertThat(client.established()).isFalse();
        assertThat(client.receive(ByteBuffer.allocate(0), ByteBuffer.allocate(10)))
                .isIn(TlsStatus.NEED_WRITE, TlsStatus.NEED_READ);
        sides[0].send();
        byte[] hello = sides[0].sent.toByteArray();
        assertThat(hello).hasSize(held).startsWith(22, 3);
        assertThat(hello[5]).as("ClientHello").isEqualTo((byte) 1);
        assertThat(client.wantsSend()).isFalse();
        assertThat(client.held()).isZero();
        client.prepare();
        assertThat(client.held()).isZero();
        PumpSide.handshake(sides[0], sides[1]);
        client.prepare();
        assertThat(client.wantsSend()).isFalse();
        exchange(sides, 10);
    }

    @Test
    void a_server_prepares_nothing() throws SSLException {
        PumpSide[] sides = TLS_13.sides();
        sides[1].pump.prepare();
        assertThat(sides[1].pump.wantsSend()).isFalse();
        assertThat(sides[1].pump.held()).isZero();
        assertThat(sides[1].pump.send(ByteBuffer.allocate(1), ByteBuffer.allocate(1)))
                .isEqualTo(TlsStatus.NEED_READ);
        PumpSide.handshake(sides[0], sides[1]);
    }

    @Test
    void wants_send_says_what_a_send_would_do() throws SSLException {
        for (Engines engines : new Engines[] {TLS_12, TLS_13}) {
            PumpSide[] sides = engines.sides();
            for (int turn = 0; turn < 200; turn++) {
                PumpSide side = sides[turn % 2];
                boolean wanted = side.pump.wantsSend();
                int before = side.sent.size();
                side.send();
                if (side.lastSend != TlsStatus.NEED_TASK) {
                    assertThat(side.sent.size() > before).as("turn " + turn).isEqualTo(wanted);
                }
                side.receive();
            }
            assertThat(sides[0].pump.established() && sides[1].pump.established())
                    .isTrue();
        }
    }

    static void settleSend(PumpSide side) throws SSLException {
        while (side.send()) {}
    }

    static void close(PumpSide... sides) throws SSLException {
        sides[0].pump.closeOutbound();
        PumpSide.settle(sides[0], sides[1]);
        assertThat(sides[1].pump.closeNotifyReceived()).isTrue();
        sides[1].pump.closeOutbound();
        PumpSide.settle(sides[0], sides[1]);
        for (PumpSide side : sides) {
            assertThat(side.lastReceive).isEqualTo(TlsStatus.CLOSED);
            assertThat(side.lastSend).isEqualTo(TlsStatus.CLOSED);
            assertThat(side.pump.closeNotifyReceived()).isTrue();
            assertThat(side.pump.wantsSend()).isFalse();
            assertThat(side.pump.held()).isZero();
        }
    }

    static void exchange(PumpSide[] sides, int length) throws SSLException {
        for (int i = 0; i < 2; i++) {
            byte[] message = octets(length, new Random(i));
            PumpSide to = sides[1 - i];
            to.got.reset();
            sides[i].application = ByteBuffer.wrap(message);
            PumpSide.settle(sides[0], sides[1]);
            assertThat(to.got.toByteArray()).isEqualTo(message);
            assertThat(to.pump.held()).as("idle, it holds nothing").isZero();
            assertThat(sides[i].pump.held()).isZero();
        }
    }

    static byte[] octets(int length, Random random) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }
}
