package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.core.upgrade.Want;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Output that is held back until the peer is awaited, up to a buffer that is full of it. */
@Timeout(60)
class HeldOutputTest {

    private static final String GREETING = "HELLO there\r\n";
    private static final String REFUSED = "NO such command\r\n";

    @Test
    void a_buffer_that_the_answers_fill_to_the_last_octet_is_written_and_the_dialogue_goes_on() throws Exception {
        // The output buffer is full after the last line of each of two pieces, which fill the buffer together.
        int refused = 960;
        int echo = BufferPool.SIZE / 2 - refused * REFUSED.length();
        String piece = "X\r\n".repeat(refused) + "ECHO " + "x".repeat(echo - 7) + "\r\n";
        String answer = REFUSED.repeat(refused) + "SAID " + "x".repeat(echo - 7) + "\r\n";
        Script script = new Script(piece.repeat(2) + "X\r\n" + "RAW\r\n");
        StartTlsChannel server = StartTlsChannel.over(script, plaintextServer());
        assertThat(server.advance()).isEqualTo(Want.NOTHING);
        assertThat(script.written()).isEqualTo(GREETING + answer.repeat(2) + REFUSED);
    }

    @Test
    void a_peer_that_takes_nothing_for_a_while_and_then_all_loses_nothing() throws Exception {
        int refused = 10_000;
        Script script = new Script("X\r\n".repeat(refused) + "RAW\r\n");
        StartTlsChannel server = StartTlsChannel.over(script, plaintextServer());
        script.refuseAfter(GREETING.length());
        assertThat(server.advance()).isEqualTo(Want.WRITE);
        assertThat(server.advance()).isEqualTo(Want.WRITE);
        script.refuseAfter(Integer.MAX_VALUE);
        assertThat(server.advance()).isEqualTo(Want.NOTHING);
        assertThat(script.written()).isEqualTo(GREETING + REFUSED.repeat(refused));
    }

    private static UpgradeConnection plaintextServer() {
        return new UpgradeConnection(
                new LineProtocolServer(LineProtocolServer.Offer.NOT_OFFERED),
                UpgradeSettings.of(TlsPolicy.DISABLED)
                        .withLimits(new UpgradeLimits(
                                8_192,
                                20_000,
                                1_000_000,
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(60),
                                Duration.ZERO)),
                new Peer("127.0.0.1", 2));
    }

    /** A peer that has said all it says, and that takes as much as the test allows. */
    private static final class Script implements ByteChannel {

        private final ByteBuffer said;
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private int max = Integer.MAX_VALUE;

        Script(String said) {
            this.said = Octets.of(said);
        }

        void refuseAfter(int octets) {
            max = octets;
        }

        String written() {
            return written.toString(StandardCharsets.ISO_8859_1);
        }

        @Override
        public int read(ByteBuffer dst) {
            int count = Math.min(dst.remaining(), said.remaining());
            dst.put(said.slice(said.position(), count));
            said.position(said.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer src) {
            int count = Math.min(src.remaining(), max - written.size());
            byte[] taken = new byte[count];
            src.get(taken);
            written.writeBytes(Arrays.copyOf(taken, count));
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            said.position(said.limit());
        }
    }
}
