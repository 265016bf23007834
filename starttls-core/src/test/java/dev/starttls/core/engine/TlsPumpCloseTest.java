package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.tls.TruncatedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsPumpCloseTest {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_close_sends_close_notify_once_and_then_nothing(String version) throws SSLException {
        PumpSide[] sides = Engines.of(version).established();
        PumpSide client = sides[0];
        assertThat(client.pump.wantsSend()).isFalse();
        client.pump.closeOutbound();
        client.pump.closeOutbound();
        assertThat(client.pump.wantsSend()).isTrue();
        int before = client.sent.size();
        client.application = octets("too late");
        client.send();
        int after = client.sent.size();
        assertThat(client.lastSend).isEqualTo(TlsStatus.CLOSED);
        assertThat(after).isGreaterThan(before);
        assertThat(client.application.position()).isZero();
        assertThat(client.pump.wantsSend()).isFalse();
        client.pump.closeOutbound();
        client.send();
        assertThat(client.lastSend).isEqualTo(TlsStatus.CLOSED);
        assertThat(client.sent.size()).isEqualTo(after);
        while (sides[1].receive()) {}
        assertThat(sides[1].lastReceive).isEqualTo(TlsStatus.CLOSED);
        assertThat(sides[1].pump.closeNotifyReceived()).isTrue();
        assertThatCode(() -> sides[1].pump.endOfInput()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_close_notify_leaves_octet_by_octet(String version) throws SSLException {
        PumpSide[] sides = Engines.of(version).established();
        sides[0].networkSize = () -> 1;
        sides[0].pump.closeOutbound();
        int sent = 0;
        while (sides[0].send()) {
            sent++;
            assertThat(sides[0].pump.wantsSend()).isEqualTo(sides[0].lastSend == TlsStatus.NEED_WRITE);
        }
        assertThat(sent).isGreaterThan(7);
        assertThat(sides[0].lastSend).isEqualTo(TlsStatus.CLOSED);
    }

    @Test
    void in_tls_13_the_other_direction_stays_open() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        sides[0].pump.closeOutbound();
        PumpSide.settle(sides[0], sides[1]);
        assertThat(sides[1].lastReceive).isEqualTo(TlsStatus.CLOSED);
        assertThat(sides[1].pump.wantsSend()).isFalse();
        sides[1].application = octets("still talking");
        PumpSide.settle(sides[0], sides[1]);
        assertThat(sides[0].got.toString(StandardCharsets.US_ASCII)).isEqualTo("still talking");
        assertThat(sides[0].pump.closeNotifyReceived()).isFalse();
        assertThatThrownBy(() -> sides[0].pump.endOfInput()).isInstanceOf(TruncatedException.class);
    }

    @Test
    void in_tls_12_a_close_is_answered_with_a_close() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.2").established();
        sides[0].pump.closeOutbound();
        while (sides[0].send()) {}
        while (sides[1].receive()) {}
        assertThat(sides[1].lastReceive).isEqualTo(TlsStatus.CLOSED);
        assertThat(sides[1].pump.wantsSend()).as("RFC 5246 section 7.2.1").isTrue();
        sides[1].application = octets("too late");
        sides[1].send();
        assertThat(sides[1].lastSend).isEqualTo(TlsStatus.CLOSED);
        assertThat(sides[1].application.position()).isZero();
        while (sides[0].receive()) {}
        assertThat(sides[0].pump.closeNotifyReceived()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void both_may_close_at_once(String version) throws SSLException {
        PumpSide[] sides = Engines.of(version).established();
        sides[0].pump.closeOutbound();
        sides[1].pump.closeOutbound();
        TlsPumpHandshakeTest.close(sides);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void data_before_close_notify_is_given_out_before_closed(String version) throws SSLException {
        PumpSide[] sides = Engines.of(version).established();
        sides[1].application = octets("last words");
        sides[1].send();
        sides[1].pump.closeOutbound();
        sides[1].send();
        ByteBuffer network = ByteBuffer.wrap(sides[0].incoming);
        ByteBuffer one = ByteBuffer.allocate(1);
        for (char c : "last words".toCharArray()) {
            assertThat(sides[0].pump.receive(network, one.clear())).isEqualTo(TlsStatus.OK);
            assertThat((char) one.get(0)).isEqualTo(c);
            assertThat(sides[0].pump.closeNotifyReceived()).isFalse();
        }
        assertThat(sides[0].pump.receive(network, one.clear())).isEqualTo(TlsStatus.CLOSED);
        assertThat(sides[0].pump.receive(network, one.clear())).isEqualTo(TlsStatus.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void an_end_at_every_cut_is_truncation(String version) throws SSLException {
        Engines engines = Engines.of(version);
        int length = Integer.MAX_VALUE;
        for (int cut = 0; cut < length; cut++) {
            PumpSide[] sides = engines.established();
            sides[1].application = octets("some data");
            sides[1].send();
            sides[1].pump.closeOutbound();
            sides[1].send();
            byte[] all = sides[0].incoming;
            length = all.length;
            sides[0].incoming = Arrays.copyOf(all, cut);
            while (sides[0].receive()) {}
            assertThat(sides[0].lastReceive).isEqualTo(TlsStatus.NEED_READ);
            assertThat(sides[0].got.size()).isIn(0, 9);
            assertThatThrownBy(() -> sides[0].pump.endOfInput())
                    .isInstanceOf(TruncatedException.class)
                    .hasMessageContaining("close_notify")
                    .hasMessageContaining("inside TLS");
        }
        assertThat(length).isGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void the_message_of_an_end_during_the_handshake_says_so(String version) throws SSLException {
        PumpSide[] sides = Engines.of(version).sides();
        sides[0].send();
        assertThatThrownBy(() -> sides[0].pump.endOfInput())
                .isInstanceOf(TruncatedException.class)
                .hasMessageContaining("during the handshake");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_close_before_or_during_the_handshake_comes_to_an_end(String version) throws SSLException {
        for (int turns = 0; turns < 12; turns++) {
            for (int closer = 0; closer < 2; closer++) {
                PumpSide[] sides = Engines.of(version).sides();
                for (int turn = 0; turn < turns; turn++) {
                    if (turn % 2 == 0) {
                        sides[turn / 2 % 2].send();
                    } else {
                        sides[1 - turn / 2 % 2].receive();
                    }
                }
                PumpSide side = sides[closer];
                side.pump.closeOutbound();
                for (int i = 0; i < 20 && side.lastSend != TlsStatus.CLOSED; i++) {
                    side.send();
                }
                assertThat(side.lastSend).as("after " + turns + " turns").isEqualTo(TlsStatus.CLOSED);
                assertThat(side.pump.wantsSend()).isFalse();
            }
        }
    }

    @Test
    void a_release_frees_all_buffers_and_overwrites_what_was_decrypted() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        sides[1].application = octets("secret");
        sides[1].send();
        ByteBuffer network = ByteBuffer.wrap(sides[0].incoming);
        sides[0].pump.receive(network, NOTHING);
        ByteBuffer held = sides[0].pump.decrypted();
        assertThat(StandardCharsets.US_ASCII.decode(held.duplicate()).toString())
                .isEqualTo("secret");
        assertThat(sides[0].pump.held()).isPositive();
        sides[0].pump.release();
        byte[] left = new byte[held.remaining()];
        held.get(left);
        assertThat(left).hasSize(6).containsOnly(0);
        assertThat(sides[0].pump.held()).isZero();
        assertThat(sides[0].pump.decrypted().hasRemaining()).isFalse();
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
