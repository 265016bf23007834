package dev.starttls.conformance.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.fuzz.FuzzInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecitingSocketTest {

    @Test
    void what_is_said_is_read_up_to_its_end() {
        List<Received> all = new ArrayList<>();
        RecitingSocket.readAll(input(), conversation -> {
            all.add(conversation.readLine());
            return all.get(all.size() - 1) instanceof Received.Line;
        });
        assertThat(all.subList(0, 2)).containsExactly(new Received.Line("220 a", false), new Received.Line("b", true));
        assertThat(all.get(2)).isInstanceOf(Received.Ended.class);
    }

    /** The oracle of the three targets that read replies. */
    @Test
    void a_reader_without_end_is_found() {
        assertThatThrownBy(() -> RecitingSocket.readAll(input(), conversation -> true))
                .isInstanceOf(AssertionError.class);
    }

    private static FuzzInput input() {
        return new FuzzInput(("\1" + "220 a\r\nb\n").getBytes(StandardCharsets.ISO_8859_1));
    }
}
