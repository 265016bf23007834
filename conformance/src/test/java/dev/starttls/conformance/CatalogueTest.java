package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Scheme;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueTest {
    @Test
    void every_check_says_what_why_and_by_which_clause() {
        assertThat(Suite.catalogue().all()).isNotEmpty().allSatisfy(check -> {
            assertThat(check.id()).matches("(SMTP|IMAP|POP3|TLS)-S-[0-9]{2}[a-z]?");
            assertThat(check.title()).isNotBlank();
            assertThat(check.clause()).isNotBlank();
            assertThat(check.why()).isNotBlank();
            assertThat(check.schemes()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26})
    void every_row_of_the_smtp_catalogue_is_there(int row) {
        assertThere(String.format("SMTP-S-%02d", row));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26})
    void every_row_of_the_imap_catalogue_is_there(int row) {
        assertThere(String.format("IMAP-S-%02d", row));
    }

    private static void assertThere(String id) {
        assertThat(Suite.catalogue().all()).anyMatch(check -> check.id().matches(id + "[a-z]?"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23})
    void every_row_of_the_pop3_catalogue_is_there(int row) {
        assertThere(String.format("POP3-S-%02d", row));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25})
    void every_row_of_the_tls_catalogue_is_there(int row) {
        assertThere(String.format("TLS-S-%02d", row));
    }

    @Test
    void two_checks_with_one_id_are_refused() {
        Check check = Check.of("X-S-01", "x").level(Level.MUST).on(Scheme.SMTP).run(subject -> Verdict.pass(""));
        List<Topic> twice = List.of(() -> List.of(check, check));
        assertThatThrownBy(() -> Catalogue.of(twice)).isInstanceOf(IllegalArgumentException.class);
    }
}
