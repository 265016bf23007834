package dev.starttls.core.upgrade;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a dialogue says, and what of it waits to leave. */
class OutputTest {

    private final PendingOutput pending = new PendingOutput();

    @Test
    void lines_are_said_with_their_ends_and_octets_as_they_are() {
        assertThat(text(Output.line("EHLO \u00e9"))).isEqualTo("EHLO \u00e9\r\n");
        assertThat(text(Output.lines(List.of("a")))).isEqualTo("a\r\n");
        assertThat(text(Output.lines(List.of("a", "", "b")))).isEqualTo("a\r\n\r\nb\r\n");
        assertThat(text(Output.octets((byte) 'a', (byte) 0))).isEqualTo("a\0");
        assertThat(Output.lines(List.of("a", "b")).madeOfLines()).isTrue();
        assertThat(Output.line("a").madeOfLines()).isTrue();
        assertThat(Output.octets((byte) 1).madeOfLines()).isFalse();
        assertThatThrownBy(() -> Output.lines(List.of("a", "b\r\nQUIT"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void several_are_said_one_after_another() {
        Output lines = Output.lines(List.of("a", "b"));
        Output octets = Output.octets((byte) '\n', (byte) 0);
        Output both = Output.all(List.of(lines, Output.none(), octets, Output.line("c")));
        assertThat(text(both)).isEqualTo("a\r\nb\r\n\n\0c\r\n");
        assertThat(both.parts()).containsExactly(lines, octets, Output.line("c"));
        assertThat(both.madeOfLines()).isFalse();
        assertThat(Output.all(List.of(Output.none(), lines))).isSameAs(lines);
        assertThat(Output.all(List.of(both, both)).toOctets()).hasSize(22);
    }

    @Test
    void nothing_is_empty_and_an_empty_line_is_not() {
        for (Output nothing : List.of(Output.none(), Output.lines(List.of()), Output.octets(), Output.all(List.of()))) {
            assertThat(nothing.isEmpty()).isTrue();
            assertThat(nothing.madeOfLines()).isFalse();
            assertThat(nothing).isEqualTo(Output.none());
        }
        assertThat(Output.line("").isEmpty()).isFalse();
    }

    @Test
    void neither_what_it_was_made_of_nor_what_it_gives_out_changes_it() {
        byte[] octets = {1, 2};
        Output output = Output.octets(octets);
        octets[0] = 9;
        output.toOctets()[1] = 9;
        assertThat(output.toOctets()).containsExactly(1, 2);
    }

    @Test
    void two_are_equal_by_their_octets_and_neither_is_shown() {
        Output line = Output.line("PASS secret");
        Output same = Output.octets("PASS secret\r\n".getBytes(ISO_8859_1));
        assertThat(line).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(Output.line("PASS other"));
        assertThat(line.equals((Object) "PASS secret\r\n")).isFalse();
        assertThat(line.hashCode()).isNotEqualTo(Output.line("PASS other").hashCode());
        assertThat(line).hasToString("Output[13 octets]");
    }

    @Test
    void what_waits_leaves_in_its_order_in_pieces_of_any_size() {
        pending.add(Output.none());
        assertThat(pending.isEmpty()).isTrue();
        assertThat(pending.waiting().hasRemaining()).isFalse();
        pending.add(Output.line("one"));
        pending.add(Output.line("two"));
        assertThat(pending.isEmpty()).isFalse();
        assertThat(pending.octets()).isEqualTo(10);
        assertThat(drained(3)).isEqualTo("one");
        assertThat(pending.octets()).isEqualTo(7);
        pending.add(Output.line("three"));
        assertThat(pending.octets()).isEqualTo(14);
        assertThat(drained(0)).isEmpty();
        assertThat(drained(100)).isEqualTo("\r\ntwo\r\nthree\r\n");
        assertThat(pending.isEmpty()).isTrue();
        assertThat(pending.octets()).isZero();
    }

    /** Of a client that does not take its replies. */
    @Test
    void it_is_full_when_it_holds_as_much_as_a_record() {
        pending.add(Output.octets(new byte[16_383]));
        assertThat(pending.full()).isFalse();
        pending.add(Output.octets((byte) 1));
        assertThat(pending.full()).isTrue();
    }

    @Test
    void what_was_taken_from_it_is_forgotten() {
        pending.add(Output.line("one"));
        pending.waiting().get();
        pending.settle();
        assertThat(pending.octets()).isEqualTo(4);
        pending.waiting().get(new byte[4]);
        pending.settle();
        assertThat(pending.isEmpty()).isTrue();
        assertThat(pending.waiting().capacity()).isZero();
    }

    /** It may be a password. */
    @Test
    void what_has_left_is_overwritten_and_what_was_moved_too() {
        pending.add(Output.line("PASS secret"));
        byte[] first = pending.waiting().array();
        pending.add(Output.line("NOOP"));
        assertThat(first).containsOnly(0);
        byte[] second = pending.waiting().array();
        assertThat(drained(5)).isEqualTo("PASS ");
        assertThat(text(second)).startsWith("PASS secret\r\nNOOP\r\n");
        pending.clear();
        assertThat(second).containsOnly(0);
        assertThat(pending.isEmpty()).isTrue();
        assertThat(pending.waiting().hasRemaining()).isFalse();
    }

    /** One copy for each would be too many. */
    @Test
    void many_short_answers_are_seldom_moved() {
        int moves = 0;
        byte[] array = pending.waiting().array();
        for (int i = 0; i < 1_000; i++) {
            pending.add(Output.line("+OK"));
            if (pending.waiting().array() != array) {
                moves++;
                array = pending.waiting().array();
            }
        }
        assertThat(moves).isLessThan(15);
        assertThat(drained(10_000)).isEqualTo("+OK\r\n".repeat(1_000));
    }

    @Test
    void what_just_fits_is_not_moved() {
        pending.add(Output.line("one"));
        pending.add(Output.line("two"));
        byte[] array = pending.waiting().array();
        int free = array.length - pending.waiting().limit();
        assertThat(free).isPositive();
        pending.add(Output.octets(new byte[free]));
        assertThat(pending.waiting().array()).isSameAs(array);
        assertThat(pending.octets()).isEqualTo(array.length);
    }

    @Test
    void what_waits_alone_takes_no_more_memory_than_it_has_octets() {
        pending.add(Output.line("one"));
        assertThat(pending.waiting().capacity()).isEqualTo(5);
    }

    private String drained(int size) {
        ByteBuffer network = ByteBuffer.allocate(size);
        pending.drain(network);
        return text(Arrays.copyOf(network.array(), network.position()));
    }

    private static String text(Output output) {
        return text(output.toOctets());
    }

    private static String text(byte[] octets) {
        return new String(octets, ISO_8859_1);
    }
}
