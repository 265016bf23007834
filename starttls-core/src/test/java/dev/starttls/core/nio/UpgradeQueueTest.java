package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Loopback;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members that wait for their turn: one of them may have several keys, those of the addresses that it tries. */
@Timeout(60)
class UpgradeQueueTest {

    @Test
    void a_member_with_two_ready_keys_loses_the_interest_of_neither_however_long_it_waits() throws Exception {
        try (Selector selector = Selector.open();
                Loopback one = Loopback.open();
                Loopback two = Loopback.open()) {
            SelectionKey first = writable(selector, one.client());
            SelectionKey second = writable(selector, two.client());
            UpgradeQueue queue = new UpgradeQueue();
            Member other = new Member();
            Member member = new Member();
            queue.add(other, 0);
            for (int pass = 0; pass < 3; pass++) {
                selector.selectNow();
                for (SelectionKey key : selector.selectedKeys()) {
                    queue.add(member, key, 0);
                }
                selector.selectedKeys().clear();
                queue.endPass();
            }
            assertThat(queue.serveNext(0)).contains(other);
            assertThat(queue.serveNext(0)).contains(member);
            assertThat(queue.isEmpty()).isTrue();
            assertThat(member.selected).hasSize(1);
            assertThat(first.interestOps()).isEqualTo(SelectionKey.OP_WRITE);
            assertThat(second.interestOps()).isEqualTo(SelectionKey.OP_WRITE);
        }
    }

    private static SelectionKey writable(Selector selector, SocketChannel socket) throws Exception {
        socket.configureBlocking(false);
        return socket.register(selector, SelectionKey.OP_WRITE);
    }

    private static final class Member implements LoopMember {

        private final List<SelectionKey> selected = new ArrayList<>();

        @Override
        public void selected(SelectionKey key) {
            selected.add(key);
        }

        @Override
        public void turn() {
            // It has no work of its own.
        }

        @Override
        public void broken(Throwable thrown) {
            throw new AssertionError(thrown);
        }

        @Override
        public void abandoned(String detail, Optional<Throwable> cause) {
            throw new AssertionError(detail);
        }
    }
}
