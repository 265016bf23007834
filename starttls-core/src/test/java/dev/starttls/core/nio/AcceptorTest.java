package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.starttls.core.testing.Loopback;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AcceptorTest {

    @Test
    void a_server_closed_at_the_wrong_moment_ends_its_acceptor_and_not_the_loop() throws Exception {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            SelectorLoop loop = new SelectorLoop(selector, 1, Runnable::run);
            assertThat(loop.reserve()).isTrue();
            Acceptor acceptor = new Acceptor(loop, server, peer -> null, channel -> {});
            acceptor.begin();
            // Valid when it is looked at, and no longer when its interest is set because there is no room.
            SelectionKey key = mock(SelectionKey.class);
            when(key.isValid()).thenReturn(true);
            when(key.interestOps(anyInt())).thenThrow(new CancelledKeyException());
            acceptor.selected(key);
            assertThat(server.isOpen()).isFalse();
            acceptor.resume();
        }
    }

    @Test
    void a_server_closed_while_nothing_happens_is_released() throws Exception {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            SelectorLoop loop = spy(new SelectorLoop(selector, 1, Runnable::run));
            Acceptor acceptor = new Acceptor(loop, server, peer -> null, channel -> {});
            acceptor.begin();
            acceptor.expired();
            verify(loop, never()).leave(acceptor);
            assertThat(loop.deadlines().millisToNext(loop.time().nanos())).isBetween(1L, 251L);
            Quietly.close(server);
            acceptor.expired();
            verify(loop).leave(acceptor);
            assertThat(acceptor.due()).isEmpty();
            assertThat(loop.deadlines().size()).isZero();
        }
    }

    @Test
    void looking_whether_its_server_is_open_makes_no_room() throws Exception {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            SelectorLoop loop = new SelectorLoop(selector, 1, Runnable::run);
            assertThat(loop.reserve()).isTrue();
            Acceptor acceptor = new Acceptor(loop, server, peer -> null, channel -> {});
            acceptor.begin();
            SelectionKey key = server.keyFor(selector);
            acceptor.selected(key);
            acceptor.expired();
            assertThat(key.interestOps()).isZero();
            acceptor.resume();
            assertThat(key.interestOps()).isEqualTo(SelectionKey.OP_ACCEPT);
        }
    }
}
