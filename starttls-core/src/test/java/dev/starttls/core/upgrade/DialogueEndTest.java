package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import dev.starttls.core.upgrade.SessionEnd.Cause;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is left of a dialogue when the connection is the application's; on connections: {@code HandOverEndTest}. */
class DialogueEndTest {

    private static final SessionEnd CLOSED = SessionEnd.of(Cause.CLOSED);

    private final Dialogue dialogue = mock(Dialogue.class);
    private final List<Throwable> uncaught = new ArrayList<>();
    private final UpgradeListener listener = new UpgradeListener() {
        @Override
        public void uncaught(Throwable thrown) {
            uncaught.add(thrown);
        }
    };
    private final EndReport due = new EndReport(dialogue, listener);
    private final PendingOutput last = new PendingOutput();
    private final DialogueEnd end = new DialogueEnd();

    @Test
    void before_a_dialogue_has_ended_nothing_is_left() {
        assertThat(end.lines().isEmpty()).isTrue();
        assertThat(end.settled()).isTrue();
        assertThat(end.drain(ByteBuffer.allocate(10))).isTrue();
        end.forgetLines();
        end.report(CLOSED);
        verify(dialogue, never()).ended(any());
    }

    @Test
    void last_lines_leave_in_pieces_and_nothing_is_kept_of_them() {
        last.add(Output.line("BYE now"));
        end.begin(last, due);
        assertThat(end.lines()).isSameAs(last);
        assertThat(end.settled()).isFalse();
        assertThat(end.lines()).isSameAs(last);

        ByteBuffer network = ByteBuffer.allocate(4);
        assertThat(end.drain(network)).isFalse();
        assertThat(text(network)).isEqualTo("BYE ");
        network = ByteBuffer.allocate(10);
        assertThat(end.drain(network)).isTrue();
        assertThat(text(network)).isEqualTo("now\r\n");
        assertThat(end.lines()).isNotSameAs(last);
        assertThat(end.lines().isEmpty()).isTrue();
        assertThat(end.drain(network)).isTrue();
        assertThat(text(network)).isEqualTo("now\r\n");
    }

    /** Idle connections hold this object. */
    @Test
    void without_last_lines_no_buffer_is_kept() {
        end.begin(last, due);
        assertThat(end.lines()).isNotSameAs(last);
        assertThat(end.settled()).isTrue();
    }

    @Test
    void last_lines_that_are_forgotten_are_overwritten() {
        last.add(Output.line("BYE now"));
        byte[] octets = last.waiting().array();
        end.begin(last, due);
        end.forgetLines();
        assertThat(octets).containsOnly(0);
        assertThat(last.isEmpty()).isTrue();
        assertThat(end.settled()).isTrue();
    }

    @Test
    void the_end_is_reported_once() {
        end.begin(last, due);
        end.report(CLOSED);
        end.report(SessionEnd.of(Cause.ABANDONED));
        due.make(SessionEnd.of(Cause.ABANDONED));
        verify(dialogue).ended(any());
        verify(dialogue).ended(CLOSED);
    }

    @Test
    void a_transport_that_fails_is_an_end_once() throws Exception {
        end.begin(last, due);
        SocketException silent = new SocketException();
        assertThatThrownBy(() -> end.lost(silent, Phase.RECAPABILITY))
                .isInstanceOf(UpgradeException.class)
                .hasMessageContaining("before the connection is handed over, got: SocketException")
                .hasCause(silent);
        verify(dialogue).ended(any());
        end.lost(new SocketException("later"), Phase.RECAPABILITY);
    }

    @Test
    void what_a_dialogue_throws_is_reported_and_added_to_the_failure() {
        IllegalStateException thrown = new IllegalStateException("mine");
        doThrow(thrown).when(dialogue).ended(any());
        UpgradeException why = new UpgradeException(FailureReason.REJECTED, Phase.GREETING, "no");
        due.make(SessionEnd.of(why));
        assertThat(uncaught).containsExactly(thrown);
        assertThat(why.getSuppressed()).containsExactly(thrown);
    }

    @Test
    void what_the_listener_throws_then_is_added_to_that() {
        AssertionError thrown = new AssertionError("mine");
        doThrow(thrown).when(dialogue).ended(any());
        IllegalStateException listeners = new IllegalStateException("the listener's");
        UpgradeListener faulty = new UpgradeListener() {
            @Override
            public void uncaught(Throwable what) {
                throw listeners;
            }
        };
        new EndReport(dialogue, faulty).make(CLOSED);
        assertThat(thrown.getSuppressed()).containsExactly(listeners);
    }

    private static String text(ByteBuffer network) {
        return StandardCharsets.US_ASCII.decode(network.duplicate().flip()).toString();
    }
}
