package dev.starttls.core.engine;

import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsPumpHostileTest {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    @ParameterizedTest
    @CsvSource({"TLSv1.2,0", "TLSv1.2,1", "TLSv1.3,0", "TLSv1.3,1"})
    void garbage_instead_of_a_record_fails_however_it_is_cut(String version, int victim) throws SSLException {
        Engines engines = Engines.of(version);
        byte[] garbage = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int size = 1; size <= garbage.length; size++) {
            PumpSide side = engines.sides()[victim];
            if (victim == 0) {
                side.send();
            }
            assertThat(feed(side, garbage, size)).isNotNull();
            assertThat(lastWords(side)).isNotNull();

            PumpSide later = engines.established()[victim];
            assertThat(feed(later, garbage, size)).isNotNull();
            assertThat(lastWords(later)).as("the peer hears of it").isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2,0", "TLSv1.2,1", "TLSv1.3,0", "TLSv1.3,1"})
    void a_record_that_announces_too_much_fails_at_its_header(String version, int victim) throws SSLException {
        Engines engines = Engines.of(version);
        int overhead = version.equals("TLSv1.3") ? 256 : 2_048;
        for (int announced : new int[] {16_384 + overhead + 1, 16_384 + 2_049, 20_000, 33_000, 65_535}) {
            byte[] record = new byte[5 + announced];
            record[0] = 23;
            record[1] = 3;
            record[2] = 3;
            record[3] = (byte) (announced >> 8);
            record[4] = (byte) announced;
            for (int size : new int[] {1, 2, 5, 1000, record.length}) {
                PumpSide side = engines.established()[victim];
                ByteBuffer network = ByteBuffer.wrap(record);
                SSLException thrown = feed(side, network, size);
                boolean ofAnyVersion = announced > 16_384 + 2_048;
                assertThat(thrown)
                        .hasMessageContaining(ofAnyVersion ? "at most 18437" : "at most 16645")
                        .hasMessageContaining(announced + 5 + "");
                if (ofAnyVersion) {
                    assertThat(network.position()).isLessThanOrEqualTo(5);
                    assertThat(side.pump.held()).isLessThan(1000);
                }
                assertThat(lastWords(side)).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64})
    void an_sslv2_header_is_refused(int size) throws SSLException {
        byte[] hello = new byte[48];
        hello[0] = (byte) 0x80;
        hello[1] = 46;
        hello[2] = 1;
        hello[3] = 3;
        hello[4] = 3;
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            Engines engines = Engines.of(version);
            assertThat(feed(engines.sides()[1], hello, size)).isNotNull();
            PumpSide later = engines.established()[1];
            assertThat(feed(later, hello, size)).hasMessageContaining("got octets that are not one");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_changed_octet_anywhere_in_a_record_fails_it_and_gives_nothing_out(String version) throws SSLException {
        Engines engines = Engines.of(version);
        int length = Integer.MAX_VALUE;
        for (int at = 0; at < length; at++) {
            PumpSide[] sides = engines.established();
            sides[0].application = ByteBuffer.wrap("MAIL FROM:<>".getBytes(StandardCharsets.US_ASCII));
            sides[0].send();
            byte[] record = sides[1].incoming;
            length = record.length;
            record[at] ^= 0x55;
            try {
                receiveAll(sides[1]);
                if (at == 1 || at == 2) {
                    // The version of a record "MUST be ignored for all purposes" (RFC 8446 section 5.1).
                    sides[1].got.reset();
                } else {
                    assertThat(at).as("a length made greater is waited for").isBetween(3, 4);
                    assertThat(sides[1].lastReceive).isEqualTo(TlsStatus.NEED_READ);
                }
            } catch (SSLException e) {
                assertThat(lastWords(sides[1])).isNotEmpty();
            }
            assertThat(sides[1].got.size()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2,0", "TLSv1.2,1", "TLSv1.3,0", "TLSv1.3,1"})
    void random_octets_after_a_plausible_header_never_hang(String version, int victim) throws SSLException {
        Engines engines = Engines.of(version);
        Random random = new Random(7);
        for (int round = 0; round < 150; round++) {
            byte[] octets = new byte[5 + random.nextInt(300)];
            random.nextBytes(octets);
            octets[0] = (byte) (20 + random.nextInt(5));
            octets[1] = 3;
            octets[3] = 0;
            octets[4] = (byte) (octets.length / 2);
            PumpSide side = round % 2 == 0 ? engines.sides()[victim] : engines.established()[victim];
            if (round % 2 == 0 && victim == 0) {
                side.send();
            }
            feed(side, octets, 1 + random.nextInt(octets.length));
            lastWords(side);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void an_untrusted_certificate_fails_the_client_and_the_server_receives_the_alert(String version)
            throws SSLException {
        TestCertificates stranger = TestCertificates.withOwnRoot();
        Engines engines = new Engines(
                TestCertificates.shared().client(), stranger.server(stranger.localhost(KeyKind.EC)), version);
        PumpSide[] sides = engines.sides();
        SSLException refused = catchThrowableOfType(SSLException.class, () -> PumpSide.settle(sides[0], sides[1]));
        assertThat(refused).hasMessageContaining("certification path");
        assertThat(sides[0].pump.established()).isFalse();
        assertThat(sides[0].pump.wantsSend()).isTrue();
        sides[0].networkSize = () -> 1;
        while (sides[0].send()) {}
        assertThat(sides[0].lastSend).isEqualTo(TlsStatus.CLOSED);
        assertThat(sides[0].pump.wantsSend()).isFalse();
        SSLException heard = catchThrowableOfType(SSLException.class, () -> receiveAll(sides[1]));
        assertThat(heard).hasMessageContaining("certificate_unknown");
        assertThatThrownBy(() -> sides[1].pump.receive(NOTHING, NOTHING)).isInstanceOf(SSLException.class);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2,TLSv1.3", "TLSv1.3,TLSv1.2"})
    void the_client_receives_an_alert_if_there_is_no_common_version(String clientVersion, String serverVersion)
            throws SSLException {
        Engines client = Engines.of(clientVersion);
        Engines server = Engines.of(serverVersion);
        PumpSide one = new PumpSide(client.clientEngine());
        PumpSide other = new PumpSide(server.serverEngine());
        PumpSide.connect(one, other);
        assertThatThrownBy(() -> PumpSide.settle(one, other)).isInstanceOf(SSLException.class);
        while (other.send()) {}
        assertThat(other.lastSend).isEqualTo(TlsStatus.CLOSED);
        assertThatThrownBy(() -> receiveAll(one))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("protocol_version");
    }

    /** What a client or a server does with another handshake inside TLS 1.2. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a_renegotiation_that_the_peer_starts_is_refused(int starter) throws SSLException {
        for (int size : new int[] {1, 3, 5, 20_000}) {
            PumpSide[] sides = Engines.of("TLSv1.2").established();
            PumpSide peer = sides[starter];
            PumpSide self = sides[1 - starter];
            peer.engine.beginHandshake();
            while (peer.send()) {}
            int before = self.sent.size();
            assertThat(feed(self, self.incoming, size))
                    .hasMessageContaining("renegotiation")
                    .hasMessageContaining("RFC 9325");
            assertThat(self.sent.size()).isEqualTo(before);
            assertThat(lastWords(self))
                    .as("an alert and nothing of a handshake")
                    .startsWith(21, 3, 3);
        }
    }

    /** A header that is within bounds does not say how much of the record is data. */
    @Test
    void more_data_than_a_record_may_have_is_not_given_out() throws SSLException {
        FakeEngine engine = new FakeEngine();
        engine.unwraps =
                List.of(new FakeEngine.ScriptedResult(Status.OK, NOT_HANDSHAKING, NOT_HANDSHAKING, 16_500, 16_385));
        TlsPump pump = engine.established();
        ByteBuffer record =
                ByteBuffer.allocate(16_500).put(new byte[] {23, 3, 3}).putShort((short) (16_500 - 5));
        ByteBuffer application = ByteBuffer.allocate(20_000);
        assertThatThrownBy(() -> pump.receive(record.rewind(), application))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("at most 16384 octets of data inside TLS")
                .hasMessageContaining("16385");
        assertThat(application.position()).isZero();
        assertThat(pump.decrypted().hasRemaining()).isFalse();
    }

    private static void receiveAll(PumpSide side) throws SSLException {
        while (side.receive()) {}
    }

    private static SSLException feed(PumpSide side, byte[] octets, int size) {
        return feed(side, ByteBuffer.wrap(octets), size);
    }

    /** Gives octets in pieces until the pump throws. Returns what it threw, or null if all went in. */
    private static SSLException feed(PumpSide side, ByteBuffer octets, int size) {
        ByteBuffer application = ByteBuffer.allocate(100);
        int idle = 0;
        while (octets.hasRemaining() && idle < 10) {
            int from = octets.position();
            ByteBuffer piece = octets.duplicate().limit(Math.min(octets.limit(), from + size));
            try {
                TlsStatus status = side.pump.receive(piece, application);
                if (status == TlsStatus.NEED_TASK) {
                    side.pump.task().orElseThrow().run();
                } else if (status == TlsStatus.NEED_WRITE) {
                    side.pump.send(NOTHING, ByteBuffer.allocate(20_000));
                }
            } catch (SSLException e) {
                octets.position(piece.position());
                return e;
            }
            octets.position(piece.position());
            idle = piece.position() == from ? idle + 1 : 0;
        }
        return null;
    }

    /** What still leaves after a failure. */
    private static byte[] lastWords(PumpSide side) throws SSLException {
        ByteBuffer network = ByteBuffer.allocate(1000);
        for (int i = 0; i < 10; i++) {
            try {
                if (side.pump.send(NOTHING, network) == TlsStatus.CLOSED) {
                    break;
                }
            } catch (SSLException e) {
                // The failure of a task is thrown by either call.
            }
        }
        return Arrays.copyOf(network.array(), network.position());
    }
}
