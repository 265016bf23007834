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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @Test
    void a_clause_takes_the_checks_that_come_from_it_and_no_other_protocols() {
        assertThat(taken("RFC 3207 4.2"))
                .contains("UP-S-06", "UP-S-10", "SMTP-S-09a")
                .doesNotContain("UP-S-03a");
        assertThat(protocols("RFC 3207 4.2")).containsExactly(Protocol.SMTP);
        assertThat(protocols("RFC 9051 6.2.1")).containsExactly(Protocol.IMAP);
    }

    @Test
    void a_clause_has_its_parts() {
        assertThat(taken("RFC 3207 4")).containsAll(taken("RFC 3207 4.2")).contains("UP-S-03a");
        assertThat(taken("RFC 3207")).containsAll(taken("RFC 3207 4")).contains("UP-S-02");
        assertThat(taken("RFC 5321 4.5.3")).contains("UP-S-19a").doesNotContain("UP-S-01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RFC 3207 4.2", "RFC 3207 section 4.2", "rfc3207 4.2"})
    void a_clause_may_be_written_in_several_ways(String clause) {
        assertThat(taken(clause)).isEqualTo(taken("RFC 3207 section 4.2"));
    }

    @Test
    void a_weakness_takes_its_checks_and_a_clause_can_be_skipped() {
        assertThat(taken("CVE-2011-0411")).contains("UP-S-10", "SMTP-S-11b").doesNotContain("UP-S-01");
        assertThat(taken(List.of("UP-S-0*"), List.of("RFC 3207", "RFC 9051", "RFC 2595")))
                .contains("UP-S-05a")
                .doesNotContain("UP-S-02");
    }

    @Test
    void a_clause_of_no_check_takes_none() {
        assertThat(taken("RFC 3207 9")).isEmpty();
        assertThat(taken("RFC 3207 4.22")).isEmpty();
    }
}
