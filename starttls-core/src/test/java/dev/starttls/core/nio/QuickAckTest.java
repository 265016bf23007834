package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.starttls.core.testing.Loopback;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QuickAckTest {

    private static final SocketOption<Boolean> OPTION = new SocketOption<>() {
        @Override
        public String name() {
            return "TCP_QUICKACK";
        }

        @Override
        public Class<Boolean> type() {
            return Boolean.class;
        }
    };

    @Test
    void it_is_found_by_its_name() throws Exception {
        NetworkChannel channel = mock(NetworkChannel.class);
        when(channel.supportedOptions()).thenReturn(Set.of(StandardSocketOptions.TCP_NODELAY, OPTION));
        QuickAck.ask(channel);
        verify(channel).setOption(OPTION, true);
    }

    @Test
    void where_it_is_missing_nothing_is_asked_for() throws Exception {
        NetworkChannel channel = mock(NetworkChannel.class);
        when(channel.supportedOptions()).thenReturn(Set.of(StandardSocketOptions.TCP_NODELAY));
        QuickAck.ask(channel);
        verify(channel, never()).setOption(any(), any());
    }

    @Test
    void a_peer_that_has_gone_is_reported_by_reading() throws Exception {
        NetworkChannel channel = mock(NetworkChannel.class);
        when(channel.supportedOptions()).thenReturn(Set.of(OPTION));
        when(channel.setOption(OPTION, true)).thenThrow(new IOException("gone"));
        QuickAck.ask(channel);
        verify(channel).setOption(OPTION, true);
    }

    @Test
    void both_sides_ask_for_it_after_each_write_of_an_upgrade() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            Optional<SocketOption<?>> option = sockets.client().supportedOptions().stream()
                    .filter(each -> each.name().equals("TCP_QUICKACK"))
                    .findAny();
            assumeTrue(option.isPresent(), "no TCP_QUICKACK on this system");
            SocketChannel near = mock(SocketChannel.class, delegatesTo(sockets.client()));
            SocketChannel far = mock(SocketChannel.class, delegatesTo(sockets.server()));
            StartTlsChannel client = StartTlsChannel.over(near, Pair.clientConnection(Pair.clientSettings()));
            StartTlsChannel server = StartTlsChannel.over(far, Pair.serverConnection(Pair.serverSettings()));
            CompletableFuture<Void> serving = Pair.run(server::upgrade);
            client.upgrade();
            serving.get(30, TimeUnit.SECONDS);
            for (SocketChannel side : new SocketChannel[] {near, far}) {
                List<String> calls = mockingDetails(side).getInvocations().stream()
                        .filter(call -> call.getMethod().getName().equals("write")
                                || (call.getArguments().length == 2
                                        && call.getArgument(0).equals(option.get())))
                        .map(call -> call.getMethod().getName())
                        .toList();
                assertThat(calls).hasSizeGreaterThanOrEqualTo(8);
                for (int i = 0; i < calls.size(); i++) {
                    assertThat(calls.get(i)).isEqualTo(i % 2 == 0 ? "write" : "setOption");
                }
            }
        }
    }
}
