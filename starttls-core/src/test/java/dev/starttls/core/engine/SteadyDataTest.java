package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.engine.FakeEngine.ScriptedResult;
import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Asking an engine takes its lock, for which the other direction may have to wait: data is moved without asking. */
@Timeout(60)
class SteadyDataTest {

    private static final int RECORD = 10;
    private static final ScriptedResult QUIET =
            new ScriptedResult(Status.OK, HandshakeStatus.NOT_HANDSHAKING, HandshakeStatus.NOT_HANDSHAKING, RECORD, 10);
    private static final ScriptedResult ASKS =
            new ScriptedResult(Status.OK, HandshakeStatus.NEED_WRAP, HandshakeStatus.NEED_WRAP, RECORD, 10);

    private final FakeEngine engine = new FakeEngine();
    private TlsPump pump;

    @BeforeEach
    void a_session_in_which_data_went_both_ways() throws SSLException {
        engine.wraps = List.of(QUIET);
        engine.unwraps = List.of(QUIET);
        pump = engine.established();
        send();
        receive();
        engine.questions = 0;
    }

    @Test
    void a_write_asks_the_engine_nothing() throws SSLException {
        assertThat(send()).isEqualTo(TlsStatus.OK);
        assertThat(engine.questions).isZero();
    }

    @Test
    void a_read_asks_the_engine_nothing() throws SSLException {
        assertThat(receive()).isEqualTo(TlsStatus.OK);
        assertThat(engine.questions).isZero();
    }

    @Test
    void what_the_engine_wants_after_a_read_is_sent_without_data() throws SSLException {
        engine.rewind();
        engine.unwraps = List.of(ASKS);
        receive();
        assertThat(pump.wantsSend()).isTrue();
        ByteBuffer network = ByteBuffer.allocate(200);
        assertThat(pump.send(ByteBuffer.allocate(0), network)).isEqualTo(TlsStatus.OK);
        assertThat(network.position()).isEqualTo(10);
        assertThat(pump.wantsSend()).isFalse();
    }

    @Test
    void what_the_engine_wants_after_a_write_is_sent_with_it() throws SSLException {
        engine.rewind();
        engine.wraps = List.of(ASKS, QUIET);
        ByteBuffer network = ByteBuffer.allocate(200);
        assertThat(pump.send(ByteBuffer.allocate(10), network)).isEqualTo(TlsStatus.OK);
        assertThat(network.position()).isEqualTo(20);
        assertThat(pump.wantsSend()).isFalse();
    }

    @Test
    void what_the_application_asked_the_engine_for_is_noticed() throws SSLException {
        engine.status = HandshakeStatus.NEED_WRAP;
        assertThat(pump.wantsSend()).isTrue();
        ByteBuffer network = ByteBuffer.allocate(200);
        assertThat(pump.send(ByteBuffer.allocate(0), network)).isEqualTo(TlsStatus.OK);
        assertThat(network.position()).isEqualTo(10);
    }

    @Test
    void what_another_threads_read_has_called_for_leaves_with_the_write_that_overlaps_it() throws SSLException {
        engine.rewind();
        engine.unwraps = List.of(ASKS);
        engine.meanwhile = this::receiveInside;
        ByteBuffer network = ByteBuffer.allocate(200);
        assertThat(pump.send(ByteBuffer.allocate(10), network)).isEqualTo(TlsStatus.OK);
        assertThat(network.position()).isEqualTo(20);
        assertThat(pump.wantsSend()).isFalse();
    }

    @Test
    void answers_that_do_not_leave_stop_the_reader_after_some() throws SSLException {
        engine.rewind();
        engine.unwraps =
                List.of(new ScriptedResult(Status.OK, HandshakeStatus.NEED_WRAP, HandshakeStatus.NEED_WRAP, RECORD, 0));
        ByteBuffer network = ByteBuffer.allocate(RECORD * (RecordReader.MAX_UNANSWERED + 4));
        while (network.hasRemaining()) {
            network.put(record());
        }
        network.flip();
        TlsStatus last = TlsStatus.AGAIN;
        while (last == TlsStatus.AGAIN) {
            last = pump.receive(network, ByteBuffer.allocate(200));
        }
        assertThat(last).isEqualTo(TlsStatus.NEED_WRITE);
        assertThat(network.remaining()).isEqualTo(RECORD * 4);
    }

    @Test
    void close_notify_is_noticed() {
        pump.closeOutbound();
        assertThat(pump.wantsSend()).isTrue();
    }

    @Test
    void a_close_by_the_peer_is_noticed() throws SSLException {
        engine.rewind();
        engine.unwraps = List.of(
                new ScriptedResult(Status.CLOSED, HandshakeStatus.NEED_WRAP, HandshakeStatus.NEED_WRAP, RECORD, 0));
        assertThat(receive()).isEqualTo(TlsStatus.CLOSED);
        assertThat(pump.wantsSend()).isTrue();
    }

    @Test
    void an_engine_that_has_closed_is_given_no_more_data() throws SSLException {
        engine.rewind();
        engine.unwraps = List.of(new ScriptedResult(
                Status.CLOSED, HandshakeStatus.NOT_HANDSHAKING, HandshakeStatus.NOT_HANDSHAKING, RECORD, 0));
        receive();
        engine.outboundDone = true;
        ByteBuffer application = ByteBuffer.allocate(10);
        assertThat(pump.send(application, ByteBuffer.allocate(200))).isEqualTo(TlsStatus.CLOSED);
        assertThat(application.remaining()).isEqualTo(10);
    }

    @Test
    void after_a_failure_nothing_more_is_encrypted() {
        ByteBuffer plaintext = ByteBuffer.wrap("no record".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> pump.receive(plaintext, ByteBuffer.allocate(200)))
                .isInstanceOf(NotTlsException.class);
        ByteBuffer application = ByteBuffer.allocate(10);
        assertThatCode(() -> assertThat(pump.send(application, ByteBuffer.allocate(200)))
                        .isEqualTo(TlsStatus.CLOSED))
                .doesNotThrowAnyException();
        assertThat(application.remaining()).isEqualTo(10);
    }

    private TlsStatus send() throws SSLException {
        return pump.send(ByteBuffer.allocate(10), ByteBuffer.allocate(200));
    }

    private TlsStatus receive() throws SSLException {
        return pump.receive(ByteBuffer.wrap(record()), ByteBuffer.allocate(200));
    }

    private void receiveInside() {
        assertThatCode(this::receive).doesNotThrowAnyException();
    }

    private static byte[] record() {
        byte[] record = new byte[RECORD];
        record[0] = 23;
        record[1] = 3;
        record[2] = 3;
        record[4] = RECORD - RecordHeader.LENGTH;
        return record;
    }
}
