package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.when;

import dev.starttls.core.engine.FakeEngine.ScriptedResult;
import dev.starttls.core.tls.TruncatedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Invariant 8: for any answer of an engine, a call ends: with progress, with a need or with a failure. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsPumpProgressTest {

    private static final int[][] MOVES = {{0, 0}, {3, 0}, {0, 3}, {3, 3}, {1000, 1000}};

    @Test
    void every_answer_to_unwrap_ends_a_receive() throws SSLException {
        int walked = 0;
        for (ScriptedResult turn : turns()) {
            for (HandshakeStatus before : HandshakeStatus.values()) {
                for (int situation = 0; situation < 8; situation++) {
                    FakeEngine engine = new FakeEngineMaker(situation).engine();
                    engine.unwraps = List.of(turn);
                    engine.wraps = List.of(turn);
                    engine.status = before;
                    TlsPump pump = (situation & 1) == 0 ? new TlsPump(engine) : engine.established();
                    receive(pump, engine, (situation & 4) == 0 ? 0 : 40);
                    walked++;
                }
            }
        }
        assertThat(walked).isEqualTo(4 * 6 * 6 * MOVES.length * 6 * 8);
    }

    @Test
    void every_answer_to_wrap_ends_a_send() throws SSLException {
        for (ScriptedResult turn : turns()) {
            for (HandshakeStatus before : HandshakeStatus.values()) {
                for (int situation = 0; situation < 8; situation++) {
                    FakeEngine engine = new FakeEngineMaker(situation).engine();
                    engine.wraps = List.of(turn);
                    engine.status = before;
                    TlsPump pump = (situation & 1) == 0 ? new TlsPump(engine) : engine.established();
                    if ((situation & 4) != 0) {
                        pump.closeOutbound();
                    }
                    send(pump, engine);
                }
            }
        }
    }

    @Test
    void two_answers_in_turn_end_as_well() throws SSLException {
        List<ScriptedResult> few = turns().stream()
                .filter(turn -> turn.result() == turn.after() && turn.consumed() < 1000)
                .toList();
        for (ScriptedResult one : few) {
            for (ScriptedResult other : few) {
                for (int situation = 0; situation < 2; situation++) {
                    FakeEngine engine = new FakeEngineMaker(situation).engine();
                    engine.unwraps = FakeEngineMaker.alternating(one, other);
                    engine.wraps = engine.unwraps;
                    receive((situation & 1) == 0 ? new TlsPump(engine) : engine.established(), engine, 40);
                    FakeEngine sending = new FakeEngineMaker(situation).engine();
                    sending.wraps = engine.unwraps;
                    send((situation & 1) == 0 ? new TlsPump(sending) : sending.established(), sending);
                }
            }
        }
    }

    @Test
    void an_engine_that_waits_for_a_task_it_does_not_have_is_at_fault() throws SSLException {
        FakeEngine engine = new FakeEngine();
        engine.status = HandshakeStatus.NEED_TASK;
        TlsPump pump = new TlsPump(engine);
        assertThat(pump.receive(ByteBuffer.allocate(1), ByteBuffer.allocate(1))).isEqualTo(TlsStatus.NEED_TASK);
        assertThat(pump.task()).isEmpty();
        assertThatThrownBy(() -> pump.receive(ByteBuffer.allocate(1), ByteBuffer.allocate(1)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("at fault");
    }

    @Test
    void a_task_is_handed_out_once_and_waited_for() throws SSLException {
        FakeEngine engine = new FakeEngine();
        engine.status = HandshakeStatus.NEED_TASK;
        List<Runnable> due = new ArrayList<>(List.of(() -> {}, () -> engine.status = HandshakeStatus.NEED_UNWRAP));
        engine.task = () -> due.isEmpty() ? null : due.remove(0);
        engine.unwraps = List.of(new ScriptedResult(
                Status.BUFFER_UNDERFLOW, HandshakeStatus.NEED_UNWRAP, HandshakeStatus.NEED_UNWRAP, 0, 0));
        TlsPump pump = new TlsPump(engine);
        Runnable task = pump.task().orElseThrow();
        assertThat(pump.task()).isEmpty();
        assertThat(pump.send(ByteBuffer.allocate(1), ByteBuffer.allocate(1))).isEqualTo(TlsStatus.NEED_TASK);
        assertThat(pump.receive(ByteBuffer.allocate(1), ByteBuffer.allocate(1))).isEqualTo(TlsStatus.NEED_TASK);
        task.run();
        assertThat(pump.send(ByteBuffer.allocate(1), ByteBuffer.allocate(1))).isEqualTo(TlsStatus.NEED_READ);
    }

    @Test
    void what_a_task_throws_fails_the_session_and_nothing_else() {
        for (Throwable thrown : List.of(new IllegalStateException("odd"), new AssertionError("odder"))) {
            FakeEngine engine = new FakeEngine();
            engine.status = HandshakeStatus.NEED_TASK;
            engine.task = () -> () -> sneak(thrown);
            TlsPump pump = new TlsPump(engine);
            Runnable task = pump.task().orElseThrow();
            task.run();
            // SunJSSE with further messages behind the one whose task threw an error: it waits for that task for ever.
            engine.task = () -> null;
            assertThat(pump.task()).isEmpty();
            assertThat(pump.wantsSend()).as("it is reported at once").isTrue();
            assertThatThrownBy(() -> pump.receive(ByteBuffer.allocate(1), ByteBuffer.allocate(1)))
                    .isInstanceOf(SSLException.class)
                    .hasCause(thrown)
                    .hasMessageContaining("delegated task");
            assertThat(engine.closed).as("that would make close_notify").isZero();
            assertThatThrownBy(() -> pump.receive(ByteBuffer.allocate(1), ByteBuffer.allocate(1)))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("failed before");
        }
    }

    @Test
    void a_runtime_exception_of_the_engine_fails_the_session() throws SSLException {
        FakeEngine engine = new FakeEngine();
        engine.status = HandshakeStatus.NEED_WRAP;
        engine.wraps = List.of();
        TlsPump pump = new TlsPump(engine);
        assertThatThrownBy(() -> pump.send(ByteBuffer.allocate(0), ByteBuffer.allocate(10)))
                .isInstanceOf(SSLException.class)
                .hasCauseInstanceOf(IndexOutOfBoundsException.class);
        assertThat(pump.send(ByteBuffer.allocate(0), ByteBuffer.allocate(10))).isEqualTo(TlsStatus.CLOSED);
        assertThat(pump.wantsSend()).isFalse();
    }

    @Test
    void an_engine_may_ask_for_larger_buffers_once_it_has_seen_a_record() throws SSLException {
        FakeEngine engine = new FakeEngine();
        HandshakeStatus idle = HandshakeStatus.NOT_HANDSHAKING;
        ScriptedResult overflow = new ScriptedResult(Status.BUFFER_OVERFLOW, idle, idle, 0, 0);
        engine.unwraps = List.of(overflow, overflow, overflow, new ScriptedResult(Status.OK, idle, idle, 40, 1000));
        TlsPump pump = engine.established();
        when(engine.session.getApplicationBufferSize()).thenReturn(64, 1000);
        ByteBuffer application = ByteBuffer.allocate(10);
        assertThat(pump.receive(record(40), application)).isEqualTo(TlsStatus.OK);
        assertThat(application.position()).isEqualTo(10);
        assertThat(pump.decrypted().remaining()).isEqualTo(990);
    }

    @Test
    void an_engine_may_forget_to_say_finished() throws SSLException {
        FakeEngine engine = new FakeEngine();
        HandshakeStatus idle = HandshakeStatus.NOT_HANDSHAKING;
        engine.wraps = List.of(
                new ScriptedResult(Status.OK, HandshakeStatus.NEED_UNWRAP, HandshakeStatus.NEED_UNWRAP, 0, 10),
                new ScriptedResult(Status.BUFFER_OVERFLOW, idle, idle, 0, 0));
        engine.unwraps =
                List.of(new ScriptedResult(Status.OK, HandshakeStatus.NEED_WRAP, HandshakeStatus.NEED_WRAP, 40, 0));
        engine.status = HandshakeStatus.NEED_WRAP;
        TlsPump pump = new TlsPump(engine);
        assertThat(pump.send(ByteBuffer.allocate(0), ByteBuffer.allocate(50))).isEqualTo(TlsStatus.NEED_READ);
        assertThat(pump.receive(record(40), ByteBuffer.allocate(0))).isEqualTo(TlsStatus.NEED_WRITE);
        assertThat(pump.established()).isFalse();
        engine.wraps = List.of(engine.wraps.get(1), new ScriptedResult(Status.OK, idle, idle, 0, 0));
        assertThat(pump.send(ByteBuffer.allocate(0), ByteBuffer.allocate(1))).isEqualTo(TlsStatus.OK);
        assertThat(pump.established()).isTrue();
    }

    @Test
    void an_engine_may_fill_the_buffer_and_say_that_there_is_more() throws SSLException {
        FakeEngine engine = new FakeEngine();
        HandshakeStatus idle = HandshakeStatus.NOT_HANDSHAKING;
        engine.unwraps = List.of(
                new ScriptedResult(Status.BUFFER_OVERFLOW, idle, idle, 40, 3),
                new ScriptedResult(Status.OK, idle, idle, 0, 4),
                new ScriptedResult(Status.BUFFER_UNDERFLOW, idle, idle, 0, 0));
        TlsPump pump = engine.established();
        ByteBuffer network = record(40);
        int got = 0;
        for (int call = 0; call < 7; call++) {
            ByteBuffer application = ByteBuffer.allocate(3);
            pump.receive(network, application);
            got += application.position();
            assertThat(pump.decrypted().remaining()).isEqualTo(7 - got);
        }
        assertThat(got).isEqualTo(7);
    }

    @Test
    void after_close_notify_an_answer_that_can_never_leave_is_not_waited_for() throws SSLException {
        FakeEngine engine = new FakeEngine();
        HandshakeStatus wrap = HandshakeStatus.NEED_WRAP;
        List<ScriptedResult> script = new ArrayList<>(
                Collections.nCopies(2 * RecordReader.MAX_UNANSWERED, new ScriptedResult(Status.OK, wrap, wrap, 5, 0)));
        script.add(new ScriptedResult(Status.BUFFER_UNDERFLOW, wrap, wrap, 0, 0));
        engine.unwraps = script;
        TlsPump pump = engine.established();
        ByteBuffer records = ByteBuffer.allocate(5 * 2 * RecordReader.MAX_UNANSWERED);
        while (records.hasRemaining()) {
            records.put(new byte[] {23, 3, 3, 0, 0});
        }
        records.flip();
        assertThat(pump.receive(records, ByteBuffer.allocate(10))).isEqualTo(TlsStatus.NEED_WRITE);
        assertThat(records.position()).isEqualTo(5 * RecordReader.MAX_UNANSWERED);
        engine.outboundDone = true;
        assertThat(pump.receive(records, ByteBuffer.allocate(10))).isEqualTo(TlsStatus.NEED_READ);
    }

    @Test
    void an_engine_without_alpn_and_handshake_session_does() {
        FakeEngine engine = new FakeEngine();
        TlsPump pump = new TlsPump(engine);
        assertThat(pump.applicationProtocol()).isEqualTo(Optional.empty());
        assertThat(pump.session()).isSameAs(engine.session);
    }

    @Test
    void an_engine_that_was_closed_here_and_says_closed_has_not_received_close_notify() throws SSLException {
        FakeEngine engine = new FakeEngine();
        HandshakeStatus idle = HandshakeStatus.NOT_HANDSHAKING;
        engine.unwraps = List.of(new ScriptedResult(Status.CLOSED, idle, idle, 0, 0));
        engine.inboundDone = true;
        TlsPump pump = engine.established();
        pump.closeOutbound();
        assertThat(pump.receive(record(10), ByteBuffer.allocate(10))).isEqualTo(TlsStatus.CLOSED);
        assertThat(pump.closeNotifyReceived()).isFalse();
        assertThatThrownBy(pump::endOfInput).isInstanceOf(TruncatedException.class);
    }

    private static void receive(TlsPump pump, FakeEngine engine, int room) {
        ByteBuffer network = record(40);
        ByteBuffer application = ByteBuffer.allocate(room);
        for (int call = 0; call < 50; call++) {
            int left = network.remaining();
            int got = application.position();
            TlsStatus status;
            try {
                engine.calls = 0;
                status = pump.receive(network, application);
            } catch (SSLException e) {
                assertThat(e.getMessage()).isNotEmpty();
                return;
            }
            switch (status) {
                case NEED_READ -> {
                    assertThat(network.hasRemaining()).isFalse();
                    return;
                }
                case NEED_TASK, NEED_WRITE, CLOSED -> {
                    return;
                }
                case AGAIN -> assertThat(network.remaining()).isLessThan(left);
                case OK -> {
                    if (network.remaining() == left && application.position() == got) {
                        assertThat(!application.hasRemaining() || !network.hasRemaining())
                                .isTrue();
                        return;
                    }
                }
            }
        }
    }

    private static void send(TlsPump pump, FakeEngine engine) {
        ByteBuffer application = ByteBuffer.allocate(30);
        for (int call = 0; call < 50; call++) {
            ByteBuffer network = ByteBuffer.allocate(20);
            TlsStatus status;
            int left = application.remaining();
            try {
                engine.calls = 0;
                status = pump.send(application, network);
            } catch (SSLException e) {
                assertThat(e.getMessage()).isNotEmpty();
                continue;
            }
            switch (status) {
                case NEED_READ, NEED_TASK, AGAIN, CLOSED -> {
                    return;
                }
                case OK -> {
                    assertThat(application.hasRemaining()).isFalse();
                    return;
                }
                case NEED_WRITE ->
                    assertThat(!network.hasRemaining() || application.remaining() < left)
                            .isTrue();
            }
        }
    }

    private static List<ScriptedResult> turns() {
        List<ScriptedResult> turns = new ArrayList<>();
        for (Status status : Status.values()) {
            for (HandshakeStatus result : HandshakeStatus.values()) {
                for (HandshakeStatus after : HandshakeStatus.values()) {
                    for (int[] moves : MOVES) {
                        turns.add(new ScriptedResult(status, result, after, moves[0], moves[1]));
                    }
                }
            }
        }
        return turns;
    }

    private static ByteBuffer record(int size) {
        return ByteBuffer.allocate(size)
                .put(new byte[] {23, 3, 3, 0, (byte) (size - 5)})
                .rewind();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Client or server, with a task or without. */
    private record FakeEngineMaker(int situation) {

        FakeEngine engine() {
            FakeEngine engine = new FakeEngine();
            engine.client = (situation & 2) == 0;
            return engine;
        }

        static List<ScriptedResult> alternating(ScriptedResult one, ScriptedResult other) {
            List<ScriptedResult> turns = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                turns.add(one);
                turns.add(other);
            }
            return turns;
        }
    }
}
