package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The address of the other side. */
class PeerTest {

    @Test
    void a_host_with_a_control_character_is_refused_and_the_message_has_none() {
        for (String control : new String[] {"\r", "\n", "\0", "\u001b", "\u007f", "\u009b"}) {
            assertThatThrownBy(() -> new Peer("a" + control + "b", 25))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("host: expected a name or an address, got control characters in a?b; check what it was"
                            + " taken from");
            assertThatThrownBy(() -> new Peer("ab", 25, List.of("a" + control + "b")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "alternatives: expected a name or an address, got control characters in a?b;");
        }
    }

    @Test
    void a_name_an_address_and_a_path_are_shown_as_they_are() {
        assertThat(new Peer("mail.example.org", 25)).hasToString("mail.example.org:25");
        assertThat(new Peer("2001:db8::1", -1)).hasToString("2001:db8::1");
        assertThat(new Peer("unix:/run/a b", -1)).hasToString("unix:/run/a b");
    }
}
