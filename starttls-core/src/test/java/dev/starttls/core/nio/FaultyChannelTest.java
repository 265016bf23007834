package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A channel of the caller's that says other than it does is not asked for ever. */
@Timeout(60)
class FaultyChannelTest {

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 8_192})
    void a_write_that_takes_nothing_and_says_it_did_is_an_error(int count) {
        Transport transport = new Transport(new FaultyChannel(count));
        transport.out().put((byte) 1);
        transport.put();
        assertThatThrownBy(transport::flush)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("got " + count)
                .hasMessageContaining(FaultyChannel.class.getName());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8_192})
    void a_read_that_gives_nothing_and_says_it_did_is_an_error(int count) {
        Transport transport = new Transport(new FaultyChannel(count));
        assertThatThrownBy(transport::fill)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("got " + count)
                .hasMessageContaining(FaultyChannel.class.getName());
        assertThat(transport.holdsBuffers()).isFalse();
    }

    @Test
    void an_upgrade_over_it_fails_typed() {
        for (boolean client : new boolean[] {true, false}) {
            FaultyChannel faulty = new FaultyChannel(1);
            StartTlsChannel channel = StartTlsChannel.over(
                    faulty,
                    client
                            ? Pair.clientConnection(Pair.clientSettings())
                            : Pair.serverConnection(Pair.serverSettings()));
            Throwable thrown = catchThrowable(channel::upgrade);
            assertThat(thrown).isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.reason())
                    .isEqualTo(FailureReason.CONNECTION_CLOSED));
            assertThat(faulty.isOpen()).isFalse();
        }
    }

    /** Touches no buffer, and says the same of every call. */
    private static final class FaultyChannel implements ByteChannel {

        private static final int PATIENCE = 100;

        private final int count;
        private int calls;
        private boolean closed;

        FaultyChannel(int count) {
            this.count = count;
        }

        @Override
        public int read(ByteBuffer dst) {
            return said();
        }

        @Override
        public int write(ByteBuffer src) {
            return said();
        }

        private int said() {
            if (++calls > PATIENCE) {
                throw new AssertionError("Expected to be asked a few times, got asked again and again");
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
