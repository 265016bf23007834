package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams over a channel, none of which takes a peer that has said nothing yet for one that has gone. */
@Timeout(60)
class ChannelStreamsTest {

    private static final byte[] WORDS = "words".getBytes(StandardCharsets.US_ASCII);

    private static void blocking(StartTlsChannel channel, boolean blocking) throws Exception {
        ((SocketChannel) channel.transport()).configureBlocking(blocking);
    }

    @Test
    void what_one_side_writes_the_other_reads_to_its_end() throws Exception {
        try (Pair pair = Pair.upgraded()) {
            OutputStream out = pair.client().outputStream();
            out.write(WORDS);
            InputStream in = pair.server().inputStream();
            assertThat(in.readNBytes(WORDS.length)).isEqualTo(WORDS);
            pair.client().shutdownOutput();
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void closing_one_closes_the_channel() throws Exception {
        try (Pair pair = Pair.upgraded()) {
            pair.client().inputStream().close();
            assertThat(pair.client().isOpen()).isFalse();
            pair.server().outputStream().close();
            assertThat(pair.server().isOpen()).isFalse();
        }
    }

    @Test
    void a_channel_that_a_loop_hands_over_has_none_until_it_is_blocking() throws Exception {
        try (RunningLoop loop = new RunningLoop();
                ServerSocketChannel listening = loop.listen();
                StartTlsChannel client = loop.connect(listening).get(30, TimeUnit.SECONDS);
                StartTlsChannel server = loop.handedOver()) {
            assertThatThrownBy(server::inputStream)
                    .isInstanceOf(IllegalBlockingModeException.class)
                    .hasMessageContaining("configureBlocking(true)");
            assertThatThrownBy(client::outputStream).isInstanceOf(IllegalBlockingModeException.class);
            assertThat(server.read(ByteBuffer.allocate(1))).isZero();
            blocking(client, true);
            client.outputStream().write(WORDS);
            blocking(server, true);
            assertThat(server.inputStream().readNBytes(WORDS.length)).isEqualTo(WORDS);
        }
    }

    @Test
    void one_whose_channel_is_made_non_blocking_does_not_end() throws Exception {
        try (Pair pair = Pair.upgraded()) {
            InputStream in = pair.server().inputStream();
            blocking(pair.server(), false);
            assertThatThrownBy(in::read).isInstanceOf(IllegalBlockingModeException.class);
            pair.client().outputStream().write(WORDS);
            blocking(pair.server(), true);
            assertThat(in.readNBytes(WORDS.length)).isEqualTo(WORDS);
        }
    }
}
