package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.engine.FakeEngine.ScriptedResult;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A read without octets from the network calls the engine only if that may have something. */
@Timeout(60)
class EmptyReadTest {

    private static final int RECORD = 10;
    private static final ScriptedResult DATA =
            new ScriptedResult(Status.OK, HandshakeStatus.NOT_HANDSHAKING, HandshakeStatus.NOT_HANDSHAKING, RECORD, 10);
    private static final ScriptedResult NOTHING = new ScriptedResult(
            Status.BUFFER_UNDERFLOW, HandshakeStatus.NOT_HANDSHAKING, HandshakeStatus.NOT_HANDSHAKING, 0, 0);

    private final FakeEngine engine = new FakeEngine();
    private TlsPump pump;

    @BeforeEach
    void a_session() throws SSLException {
        pump = engine.established();
        engine.unwraps = List.of(NOTHING);
    }

    @Test
    void the_engine_is_not_asked_before_the_first_record() throws SSLException {
        assertThat(receiveNothing(100)).isEqualTo(TlsStatus.NEED_READ);
        assertThat(engine.calls).isZero();
    }

    @Test
    void the_engine_is_not_asked_after_a_record_that_left_room() throws SSLException {
        engine.unwraps = List.of(DATA, NOTHING);
        assertThat(pump.receive(record(), ByteBuffer.allocate(11))).isEqualTo(TlsStatus.OK);
        int calls = engine.calls;
        engine.questions = 0;
        assertThat(receiveNothing(11)).isEqualTo(TlsStatus.NEED_READ);
        assertThat(engine.calls).isEqualTo(calls);
        assertThat(engine.questions).isZero();
    }

    /** An engine may have decrypted more than there was room for without saying so. */
    @Test
    void the_engine_is_asked_once_after_a_record_that_left_no_room() throws SSLException {
        engine.unwraps = List.of(
                DATA,
                new ScriptedResult(Status.OK, HandshakeStatus.NOT_HANDSHAKING, HandshakeStatus.NOT_HANDSHAKING, 0, 3),
                NOTHING);
        assertThat(pump.receive(record(), ByteBuffer.allocate(10))).isEqualTo(TlsStatus.OK);
        assertThat(receiveNothing(10)).isEqualTo(TlsStatus.OK);
        int calls = engine.calls;
        assertThat(receiveNothing(10)).isEqualTo(TlsStatus.NEED_READ);
        assertThat(engine.calls).isEqualTo(calls);
    }

    @Test
    void the_engine_is_asked_when_it_wants_something() throws SSLException {
        engine.status = HandshakeStatus.NEED_TASK;
        assertThat(receiveNothing(10)).isEqualTo(TlsStatus.NEED_TASK);
        assertThat(pump.taskDue()).isTrue();
    }

    @Test
    void the_engine_is_asked_after_a_task() throws SSLException {
        Runnable[] tasks = {() -> engine.status = HandshakeStatus.NOT_HANDSHAKING, null};
        int[] next = {0};
        engine.task = () -> tasks[Math.min(next[0]++, 1)];
        engine.status = HandshakeStatus.NEED_TASK;
        receiveNothing(10);
        pump.task().orElseThrow().run();
        assertThat(pump.taskDue()).isFalse();
        int calls = engine.calls;
        assertThat(receiveNothing(10)).isEqualTo(TlsStatus.NEED_READ);
        assertThat(engine.calls).isGreaterThan(calls);
    }

    @Test
    void the_engine_is_asked_after_this_side_has_closed() throws SSLException {
        pump.closeOutbound();
        receiveNothing(10);
        assertThat(engine.calls).isGreaterThan(0);
    }

    private TlsStatus receiveNothing(int room) throws SSLException {
        return pump.receive(ByteBuffer.allocate(0), ByteBuffer.allocate(room));
    }

    /** A complete record of application data. */
    private static ByteBuffer record() {
        return ByteBuffer.wrap(new byte[] {23, 3, 3, 0, 5, 0, 0, 0, 0, 0});
    }
}
