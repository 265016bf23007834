package dev.starttls.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.target.Protocol;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static List<String> taken(Selection selection) {
        return Suite.catalogue().all().stream()
                .filter(selection::takes)
                .map(Check::id)
                .distinct()
                .toList();
    }

    private static List<String> taken(List<String> only, List<String> skip) {
        return taken(Selection.of(only, skip, EnumSet.allOf(Level.class)));
    }

    private static List<String> taken(String only) {
        return taken(List.of(only), List.of());
    }

    private static List<Protocol> protocols(String only) {
        return Suite.catalogue().all().stream()
                .filter(Selection.of(List.of(only), List.of(), EnumSet.allOf(Level.class))::takes)
                .flatMap(check -> check.protocols().stream())
                .distinct()
                .toList();
    }

    @Test
    void an_id_takes_that_check_of_every_protocol() {
        assertThat(taken("UP-S-02")).containsExactly("UP-S-02");
        assertThat(protocols("UP-S-02")).containsExactly(Protocol.values());
    }

    @Test
    void the_id_of_a_row_takes_all_its_checks() {
        assertThat(taken("up-s-21")).containsExactly("UP-S-21a", "UP-S-21b");
    }

    @Test
    void a_star_takes_any_text_and_a_question_mark_one_character() {
        assertThat(taken("UP-S-0?")).contains("UP-S-01", "UP-S-08").doesNotContain("UP-S-03a", "UP-S-10");
        assertThat(taken(List.of("*-S-11*"), List.of("*c")))
                .contains("UP-S-11a", "UP-S-11b", "UP-S-11d", "UP-S-11e", "SMTP-S-11b")
                .doesNotContain("UP-S-11c");
    }

    @Test
    void skip_outweighs_only() {
        assertThat(taken(List.of("UP-S-21*"), List.of("UP-S-21b"))).containsExactly("UP-S-21a");
    }

    @Test
    void levels_leave_checks_out() {
        assertThat(taken(Selection.of(List.of(), List.of(), Set.of(Level.SHOULD))))
                .contains("UP-S-22b")
                .doesNotContain("UP-S-22a", "UP-S-10");
    }
}
