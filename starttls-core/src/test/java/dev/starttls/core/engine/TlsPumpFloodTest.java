package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.engine.FakeEngine.ScriptedResult;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariants 5 and 10: records without data are bounded: in each call, between two with data, and in all. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsPumpFloodTest {

    private static final HandshakeStatus IDLE = HandshakeStatus.NOT_HANDSHAKING;

    @ParameterizedTest
    @CsvSource({"0,32768", "1,32768", "0,1", "1,7", "0,30", "1,100"})
    void a_flood_of_key_updates_ends_the_session_however_it_is_cut(int victim, int size) throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        PumpSide self = sides[victim];
        PumpSide peer = sides[1 - victim];
        self.networkSize = () -> size;
        Optional<SSLException> thrown = Optional.empty();
        int sent = 0;
        while (thrown.isEmpty() && sent < 100) {
            update(peer, 10);
            sent += 10;
            thrown = answerAll(self);
        }
        assertThat(sent).isEqualTo(40);
        assertThat(thrown)
                .get()
                .isInstanceOf(RecordLimitException.class)
                .asString()
                .contains("at most 32 records or 128 KiB without data", "hostile or at fault");
        self.networkSize = () -> 32_768;
        TlsPumpAlertTest.sendAll(self);
        assertThat(heard(peer)).contains("fatal alert: unexpected_message");
    }

    @Test
    void a_handshake_in_records_without_end_is_ended() throws SSLException {
        FakeEngine engine = new FakeEngine();
        HandshakeStatus more = HandshakeStatus.NEED_UNWRAP;
        List<ScriptedResult> script = new ArrayList<>(
                Collections.nCopies(RecordReader.MAX_PER_CALL, new ScriptedResult(Status.OK, more, more, 6, 0)));
        script.add(new ScriptedResult(Status.BUFFER_UNDERFLOW, more, more, 0, 0));
        engine.unwraps = script;
        TlsPump pump = new TlsPump(engine);
        Optional<SSLException> thrown = Optional.empty();
        int calls = 0;
        engine.status = more;
        while (thrown.isEmpty() && calls < RecordReader.MAX_OF_HANDSHAKE) {
            thrown = receive(pump, records(RecordReader.MAX_PER_CALL, 1));
            calls++;
            engine.calls = 0;
            engine.rewind();
        }
        assertThat(thrown)
                .get()
                .isInstanceOf(RecordLimitException.class)
                .asString()
                .contains("at most 4096 records");
        assertThat(calls).isEqualTo(RecordReader.MAX_OF_HANDSHAKE / RecordReader.MAX_PER_CALL + 1);
    }

    @Test
    void key_updates_between_data_go_on_until_there_are_too_many_in_all() throws SSLException {
        PumpSide[] sides = Engines.of("TLSv1.3").established();
        int updates = 0;
        Optional<SSLException> thrown = Optional.empty();
        while (thrown.isEmpty() && updates < 2_000) {
            update(sides[1], 30);
            updates += 30;
            sides[1].application = ByteBuffer.wrap(new byte[1]);
            sides[1].send();
            thrown = answerAll(sides[0]);
        }
        assertThat(thrown)
                .get()
                .isInstanceOf(RecordLimitException.class)
                .asString()
                .contains("at most 1024 records or 1 MiB");
        // The tickets of the handshake are counted, too.
        assertThat(updates).isBetween(RecordReader.MAX_WITHOUT_DATA_IN_ALL, RecordReader.MAX_WITHOUT_DATA_IN_ALL + 30);
    }

    @Test
    void one_call_takes_few_records_without_data_and_says_that_there_are_more() throws SSLException {
        FakeEngine engine = new FakeEngine();
        engine.unwraps = List.of(new ScriptedResult(Status.OK, IDLE, IDLE, 30, 0));
        TlsPump pump = engine.established();
        ByteBuffer network = records(32, 25);
        ByteBuffer application = ByteBuffer.allocate(10);
        assertThat(pump.receive(network, application)).isEqualTo(TlsStatus.AGAIN);
        assertThat(network.position()).isEqualTo(RecordReader.MAX_PER_CALL * 30);
        assertThat(engine.calls).isEqualTo(RecordReader.MAX_PER_CALL);
        engine.unwraps = List.of(
                new ScriptedResult(Status.OK, IDLE, IDLE, 30 * RecordReader.MAX_PER_CALL, 0),
                new ScriptedResult(Status.BUFFER_UNDERFLOW, IDLE, IDLE, 0, 0));
        engine.rewind();
        assertThat(pump.receive(network, application)).isNotEqualTo(TlsStatus.OK);
        assertThat(network.hasRemaining()).isFalse();
        assertThat(engine.calls).isLessThan(40);
    }

    @Test
    void records_of_a_handshake_are_taken_few_at_a_time_as_well() throws SSLException {
        FakeEngine engine = new FakeEngine();
        engine.client = false;
        engine.status = HandshakeStatus.NEED_UNWRAP;
        engine.unwraps =
                List.of(new ScriptedResult(Status.OK, HandshakeStatus.NEED_UNWRAP, HandshakeStatus.NEED_UNWRAP, 6, 0));
        TlsPump pump = new TlsPump(engine);
        ByteBuffer network = records(100, 1);
        for (int call = 1; call <= 6; call++) {
            assertThat(pump.receive(network, ByteBuffer.allocate(0))).isEqualTo(TlsStatus.AGAIN);
            assertThat(network.position()).isEqualTo(call * RecordReader.MAX_PER_CALL * 6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_long_record_without_data_counts_for_several(String version) throws SSLException {
        FakeEngine engine = new FakeEngine();
        engine.unwraps = List.of(new ScriptedResult(Status.OK, IDLE, IDLE, 16_405, 0));
        TlsPump pump = engine.established();
        org.mockito.Mockito.when(engine.session.getProtocol()).thenReturn(version);
        ByteBuffer network = records(20, 16_400);
        Optional<SSLException> thrown = receive(pump, network);
        assertThat(thrown).get().isInstanceOf(RecordLimitException.class);
        assertThat(network.position()).as("octets taken").isBetween(128 * 1024, 160 * 1024);
    }

    @Test
    void data_begins_the_count_anew() throws SSLException {
        FakeEngine engine = new FakeEngine();
        ScriptedResult nothing = new ScriptedResult(Status.OK, IDLE, IDLE, 30, 0);
        ScriptedResult data = new ScriptedResult(Status.OK, IDLE, IDLE, 30, 5);
        engine.unwraps = new java.util.ArrayList<>(Collections.nCopies(32, nothing));
        engine.unwraps.add(data);
        engine.unwraps.addAll(Collections.nCopies(32, nothing));
        engine.unwraps.add(data);
        engine.unwraps.addAll(Collections.nCopies(33, nothing));
        TlsPump pump = engine.established();
        ByteBuffer network = records(99, 25);
        assertThat(receive(pump, network)).get().isInstanceOf(RecordLimitException.class);
        assertThat(network.hasRemaining()).isFalse();
    }

    /** BoringSSL counts KeyUpdates itself, with the same limit. */
    @ParameterizedTest
    @EnumSource
    void every_engine_is_protected(EngineMaker maker) throws Exception {
        PumpSide[] sides = TlsPumpAlertTest.sides(
                maker.client(),
                EngineMaker.SUN_JSSE.with(TestCertificates.shared().localhost(KeyKind.EC)),
                "TLSv1.3");
        PumpSide.handshake(sides[0], sides[1]);
        update(sides[1], 40);
        assertThat(answerAll(sides[0])).isPresent();
        TlsPumpAlertTest.sendAll(sides[0]);
        assertThat(heard(sides[1])).contains("fatal alert");
    }

    /** Lets the bare engine of a side take what has arrived; its pump would count the answers to the flood, too. */
    private static String heard(PumpSide side) {
        ByteBuffer network = ByteBuffer.wrap(side.incoming);
        try {
            while (network.hasRemaining()) {
                SSLEngineResult result = side.engine.unwrap(network, ByteBuffer.allocate(20_000));
                if (result.bytesConsumed() == 0) {
                    return result.toString();
                }
            }
            return "nothing";
        } catch (SSLException e) {
            return e.getMessage();
        }
    }

    /** Sends KeyUpdates that ask for an answer. */
    private static void update(PumpSide side, int count) throws SSLException {
        for (int i = 0; i < count; i++) {
            side.engine.beginHandshake();
            ByteBuffer network = ByteBuffer.allocate(1_000);
            side.pump.send(ByteBuffer.allocate(0), network);
            byte[] made = new byte[network.flip().remaining()];
            network.get(made);
            side.peer().arrive(made);
        }
    }

    private static Optional<SSLException> answerAll(PumpSide side) {
        try {
            boolean more = true;
            while (more) {
                more = side.receive();
                more |= side.pump.wantsSend() && side.send();
            }
            return Optional.empty();
        } catch (SSLException e) {
            return Optional.of(e);
        }
    }

    private static Optional<SSLException> receive(TlsPump pump, ByteBuffer network) {
        try {
            while (network.hasRemaining()) {
                pump.receive(network, ByteBuffer.allocate(10));
            }
            return Optional.empty();
        } catch (SSLException e) {
            return Optional.of(e);
        }
    }

    private static ByteBuffer records(int count, int length) {
        ByteBuffer records = ByteBuffer.allocate(count * (5 + length));
        while (records.hasRemaining()) {
            records.put(new byte[] {23, 3, 3}).putShort((short) length).put(new byte[length]);
        }
        return records.flip();
    }
}
