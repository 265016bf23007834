package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.GreetingServer;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dialogue hears of a hand-over where the channel is received, and of another end where it is not. */
@Timeout(60)
class HandOverEndsTest {

    /** More than the buffers of any loopback socket take. */
    private static final int MORE_THAN_LEAVES = 32 << 20;

    private final LinkedBlockingQueue<SessionEnd> ends = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> received = new LinkedBlockingQueue<>();

    /** Hands the connection over at the client's first line, with these last octets, and does something before that. */
    private final class Handing extends GreetingServer {
        private final Output last;
        private final Runnable before;
        private final Runnable atTheEnd;

        Handing(Output last, Runnable before) {
            this(last, before, () -> {});
        }

        Handing(Output last, Runnable before, Runnable atTheEnd) {
            this.last = last;
            this.before = before;
            this.atTheEnd = atTheEnd;
        }

        @Override
        public Step received(String line) {
            return new Step.Ready(last);
        }

        @Override
        public Step secured() {
            throw new IllegalStateException("There is no TLS here");
        }

        @Override
        public Optional<ServerSession> handedOver() {
            before.run();
            return Optional.empty();
        }

        @Override
        public void ended(SessionEnd end) {
            ends.add(end);
            atTheEnd.run();
        }
    }

    /** A server of such a dialogue. */
    private static final class HandingServer extends ServerSetup<HandingServer> {
        private final Dialogue dialogue;

        HandingServer(Dialogue dialogue) {
            this.dialogue = dialogue;
            policy(TlsPolicy.DISABLED);
        }

        @Override
        protected Dialogue dialogue(TlsPolicy policy) {
            return dialogue;
        }

        @Override
        protected HandingServer self() {
            return this;
        }
    }

    private SessionEnd end() throws InterruptedException {
        SessionEnd end = ends.poll(30, TimeUnit.SECONDS);
        assertThat(end).as("the session's end").isNotNull();
        return end;
    }

    private HandingServer server(Dialogue dialogue, boolean onLoop) {
        return onLoop
                ? new HandingServer(dialogue).handOverOnLoop(channel -> received.add("on its loop"))
                : new HandingServer(dialogue).handOver(channel -> received.add("received"));
    }

    private static SocketChannel asking(ServerSocketChannel listening) throws Exception {
        SocketChannel client = SocketChannel.open(listening.getLocalAddress());
        client.write(ByteBuffer.wrap("MINE\r\n".getBytes(StandardCharsets.US_ASCII)));
        return client;
    }

    @ParameterizedTest(name = "received on its loop: {0}")
    @ValueSource(booleans = {false, true})
    void a_loop_that_ends_before_the_last_octets_have_left_shuts_the_session_down(boolean onLoop) throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Output last = Output.octets(new byte[MORE_THAN_LEAVES]);
        try (RunningLoop loop = new RunningLoop()) {
            ServerSocketChannel listening = server(new Handing(last, () -> over.complete(null)), onLoop)
                    .listen(loop.loop(), Loopback.anyPort());
            try (SocketChannel client = asking(listening)) {
                assertThat(client.isConnected()).isTrue();
                over.get(30, TimeUnit.SECONDS);
                loop.loop().closeNow();
                loop.stop();
                assertThat(end().cause()).isEqualTo(SessionEnd.Cause.SHUT_DOWN);
            }
        }
        assertThat(ends).isEmpty();
        assertThat(received).isEmpty();
    }

    @ParameterizedTest(name = "received on its loop: {0}")
    @ValueSource(booleans = {false, true})
    void a_loop_that_is_ended_when_the_last_octets_have_left_hands_over_first(boolean onLoop) throws Exception {
        try (RunningLoop loop = new RunningLoop()) {
            ServerSocketChannel listening = server(
                            new Handing(Output.line("YOURS"), () -> {}, () -> loop.loop()
                                    .closeNow()),
                            onLoop)
                    .listen(loop.loop(), Loopback.anyPort());
            try (SocketChannel client = asking(listening)) {
                assertThat(client.isConnected()).isTrue();
                assertThat(end().cause()).isEqualTo(SessionEnd.Cause.HANDED_OVER);
                assertThat(received.poll(30, TimeUnit.SECONDS)).isNotNull();
                loop.stop();
            }
        }
        assertThat(ends).isEmpty();
        assertThat(received).isEmpty();
    }

    @Test
    void a_future_that_was_cancelled_before_it_could_be_completed_shuts_the_session_down() throws Exception {
        CompletableFuture<CompletableFuture<StartTlsChannel>> underway = new CompletableFuture<>();
        try (RunningLoop loop = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            Handing dialogue = new Handing(
                    Output.line("YOURS"),
                    () -> assertThat(underway.join().cancel(false)).isTrue());
            underway.complete(loop.loop()
                    .upgrade(
                            sockets.server(),
                            new UpgradeConnection(
                                    dialogue, UpgradeSettings.of(TlsPolicy.DISABLED), new Peer("127.0.0.1", -1))));
            sockets.client().write(ByteBuffer.wrap("MINE\r\n".getBytes(StandardCharsets.US_ASCII)));
            assertThat(end().cause()).isEqualTo(SessionEnd.Cause.SHUT_DOWN);
        }
        assertThat(ends).isEmpty();
    }

    @Test
    void a_future_that_is_completed_is_a_hand_over() throws Exception {
        try (RunningLoop loop = new RunningLoop();
                Loopback sockets = Loopback.open()) {
            CompletableFuture<StartTlsChannel> future = loop.loop()
                    .upgrade(
                            sockets.server(),
                            new UpgradeConnection(
                                    new Handing(Output.line("YOURS"), () -> {}),
                                    UpgradeSettings.of(TlsPolicy.DISABLED),
                                    new Peer("127.0.0.1", -1)));
            sockets.client().write(ByteBuffer.wrap("MINE\r\n".getBytes(StandardCharsets.US_ASCII)));
            try (StartTlsChannel channel = future.get(30, TimeUnit.SECONDS)) {
                assertThat(channel.isOpen()).isTrue();
                assertThat(List.copyOf(ends))
                        .containsExactly(new SessionEnd(SessionEnd.Cause.HANDED_OVER, Optional.empty()));
            }
        }
        assertThat(ends).hasSize(1);
    }
}
