package dev.starttls.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static List<String> taken(Selection selection) {
        return Suite.catalogue().all().stream()
                .filter(selection::takes)
                .map(Check::id)
                .toList();
    }

    private static List<String> taken(List<String> only, List<String> skip) {
        return taken(Selection.of(only, skip, EnumSet.allOf(Level.class)));
    }

    @Test
    void an_id_takes_that_check() {
        assertThat(taken(List.of("SMTP-S-02"), List.of())).containsExactly("SMTP-S-02");
    }

    @Test
    void the_id_of_a_row_takes_all_its_checks() {
        assertThat(taken(List.of("smtp-s-14"), List.of())).containsExactly("SMTP-S-14a", "SMTP-S-14b");
    }

    @Test
    void a_star_takes_any_text_and_a_question_mark_one_character() {
        assertThat(taken(List.of("SMTP-S-0?"), List.of()))
                .contains("SMTP-S-01", "SMTP-S-08")
                .doesNotContain("SMTP-S-03a", "SMTP-S-10");
        assertThat(taken(List.of("*-S-11*"), List.of("*c")))
                .contains("SMTP-S-11a", "SMTP-S-11b", "SMTP-S-11d", "SMTP-S-11e")
                .doesNotContain("SMTP-S-11c");
    }

    @Test
    void skip_outweighs_only() {
        assertThat(taken(List.of("SMTP-S-14*"), List.of("SMTP-S-14b"))).containsExactly("SMTP-S-14a");
    }

    @Test
    void levels_leave_checks_out() {
        assertThat(taken(Selection.of(List.of(), List.of(), Set.of(Level.SHOULD))))
                .contains("SMTP-S-22b")
                .doesNotContain("SMTP-S-22a", "SMTP-S-10");
    }
}
