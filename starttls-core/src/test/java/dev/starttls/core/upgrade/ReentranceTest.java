package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.TinyClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A connection that is ended from within, or before it has begun, calls nothing any more. */
class ReentranceTest {

    private final List<String> events = new ArrayList<>();
    private final UpgradeListener listener = new UpgradeListener() {
        @Override
        public void failed(UpgradeException why) {
            events.add("failed");
            throw new IllegalStateException("a listener at fault");
        }

        @Override
        public void blocked(UpgradeException why) {
            events.add("blocked");
        }
    };

    @Test
    void a_listener_that_throws_of_a_failure_hears_of_the_block_all_the_same() throws Exception {
        UpgradeConnection connection = client();
        connection.begin(0);
        UpgradeException failed = catchThrowableOfType(
                UpgradeException.class, () -> connection.transportFailed(new IOException("reset")));
        assertThat(failed.reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        assertThat(failed).hasSuppressedException(failed.getSuppressed()[0]);
        assertThat(events).containsExactly("failed", "blocked");
    }

    @Test
    void a_connection_that_is_over_does_not_begin() {
        UpgradeConnection aborted = client();
        aborted.abort(
                new UpgradeException(FailureReason.REJECTED, Phase.CONNECT, "Expected a free connection, got none"));
        assertThatThrownBy(() -> aborted.begin(0)).isInstanceOf(UpgradeException.class);
        UpgradeConnection ended = client();
        ended.end();
        assertThatThrownBy(() -> ended.begin(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_dialogue_that_closes_its_connection_is_asked_nothing_more() throws Exception {
        AtomicReference<UpgradeConnection> closing = new AtomicReference<>();
        UpgradeConnection connection = new UpgradeConnection(
                new Dialogue() {
                    @Override
                    public String protocol() {
                        return "closing";
                    }

                    @Override
                    public Role role() {
                        return Role.SERVER;
                    }

                    @Override
                    public void connected(ConnectionInfo info) {
                        closing.get().close();
                    }

                    @Override
                    public Step opened() {
                        events.add("opened");
                        return Step.send(Phase.GREETING, "HI");
                    }

                    @Override
                    public Step received(String line) {
                        events.add("received");
                        return Step.ready();
                    }

                    @Override
                    public Step secured() {
                        events.add("secured");
                        return Step.ready();
                    }

                    @Override
                    public void ended(SessionEnd end) {
                        events.add("ended");
                    }
                },
                UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC),
                new Peer("127.0.0.1", -1));
        closing.set(connection);
        connection.begin(0);
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        assertThat(events).containsExactly("ended");
    }

    private UpgradeConnection client() {
        return new UpgradeConnection(
                new TinyClient(),
                UpgradeSettings.of(TlsPolicy.REQUIRED).withListener(listener),
                new Peer("localhost", 25));
    }
}
