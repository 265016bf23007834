package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.engine.TlsPumpFuzz.FuzzedPump;
import dev.starttls.core.engine.TlsPumpFuzz.PumpMaker;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Each oracle of the target finds its fault. */
class TlsPumpFuzzTest {

    /** TLS 1.3, large buffers, 100 octets each way, then close_notify, without changes on the wire. */
    private static final byte[] HONEST = {0, 1, 0, 0, 100, 0, 100, 1};

    /** The same, but the server's first record is a forged alert. */
    private static final byte[] ALERT = {0, 1, 0, 0, 100, 0, 100, 1, 0, 1, 0, 0, 0, 7, 0x15, 3, 3, 0, 2, 2, 40};

    @Test
    void the_pump_passes() {
        assertThatCode(() -> TlsPumpFuzz.run(HONEST, TlsPumpFuzz::subject)).doesNotThrowAnyException();
        assertThatCode(() -> TlsPumpFuzz.run(ALERT, TlsPumpFuzz::subject)).doesNotThrowAnyException();
    }

    @Test
    void octets_received_that_were_not_sent_are_found() {
        found(HONEST, engine -> new FaultyPump(engine) {
            @Override
            public TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
                TlsStatus status = super.receive(network, application);
                if (application.position() > 0) {
                    application.put(0, (byte) (application.get(0) ^ 1));
                }
                return status;
            }
        });
    }

    @Test
    void octets_given_out_before_the_handshake_is_done_are_found() {
        found(HONEST, engine -> new FaultyPump(engine) {
            @Override
            public TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
                TlsStatus status = super.receive(network, application);
                if (!pump().established() && application.hasRemaining()) {
                    application.put((byte) 1);
                }
                return status;
            }
        });
    }

    @Test
    void octets_taken_before_the_handshake_is_done_are_found() {
        found(HONEST, engine -> new FaultyPump(engine) {
            @Override
            public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
                TlsStatus status = super.send(application, network);
                if (!pump().established() && application.hasRemaining()) {
                    application.get();
                }
                return status;
            }
        });
    }

    @Test
    void octets_that_are_lost_are_found() {
        found(HONEST, engine -> new FaultyPump(engine) {
            @Override
            public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
                application.position(application.limit());
                return super.send(application, network);
            }
        });
    }

    @Test
    void memory_without_bound_is_found() {
        found(HONEST, engine -> new FaultyPump(engine) {
            @Override
            public int held() {
                return 1 << 20;
            }
        });
    }

    @Test
    void calls_without_an_end_are_found() {
        found(HONEST, engine -> new FaultyPump(engine) {
            @Override
            public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
                TlsStatus status = super.send(application, network);
                if (network.position() == 0) {
                    network.put((byte) 0);
                }
                return status;
            }
        });
    }

    @Test
    void a_failure_after_which_more_and_more_leaves_is_found() {
        found(ALERT, engine -> new FaultyPump(engine) {
            @Override
            public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
                TlsStatus status = super.send(application, network);
                return status == TlsStatus.CLOSED ? TlsStatus.NEED_WRITE : status;
            }
        });
    }

    private static void found(byte[] input, PumpMaker faulty) {
        assertThatThrownBy(() -> TlsPumpFuzz.run(input, faulty)).isInstanceOf(AssertionError.class);
    }

    /** Without a fault until a method is overridden. */
    private static class FaultyPump implements FuzzedPump {

        private final FuzzedPump right;

        FaultyPump(SSLEngine engine) {
            right = TlsPumpFuzz.subject(engine);
        }

        @Override
        public TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
            return right.receive(network, application);
        }

        @Override
        public TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
            return right.send(application, network);
        }

        @Override
        public TlsPump pump() {
            return right.pump();
        }
    }
}
