package dev.starttls.conformance.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a line of CAPA may be, however long it is. */
class Pop3CapabilityListTest {
    private static List<String> flaws(String line) {
        return new Pop3CapabilityList(List.of(line), Map.of(), true, true).flaws();
    }

    @Test
    void a_tag_has_any_number_of_parameters() {
        assertThat(flaws("UIDL")).isEmpty();
        assertThat(flaws("A" + " a".repeat(16_000))).isEmpty();
        assertThat(flaws("A" + " a".repeat(16_000) + " ")).hasSize(1);
        assertThat(flaws("A  a")).hasSize(1);
        assertThat(flaws("a.b")).hasSize(1);
    }
}
