package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Clause;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueTest {
    @Test
    void every_check_says_what_why_how_to_fix_it_and_by_which_clause() {
        assertThat(Suite.catalogue().all()).isNotEmpty().allSatisfy(check -> {
            assertThat(check.id()).matches("(DNS|UP|SMTP|IMAP|POP3|TLS)-S-[0-9]{2}[a-z]?");
            assertThat(check.title()).isNotBlank();
            assertThat(Clause.in(check.clause())).isNotEmpty();
            assertThat(check.why()).isNotBlank();
            assertThat(check.fix()).as(check.id()).isNotBlank();
            assertThat(check.ofDomains()).isEqualTo(check.id().startsWith("DNS-"));
        });
    }

    private static void assertThere(String id) {
        assertThat(Suite.catalogue().all()).anyMatch(check -> check.id().matches(id + "[a-z]?"));
    }

    private static List<Check> of(Protocol protocol) {
        return Suite.catalogue().all().stream()
                .filter(check -> check.protocols().contains(protocol))
                .filter(check -> check.id().startsWith("UP-"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void every_shared_check_is_there_for_every_protocol_and_means_the_same(Protocol protocol) {
        assertThat(of(protocol)).hasSize(55);
        assertThat(of(protocol).stream().map(check -> check.id() + check.title() + check.why()))
                .isEqualTo(of(Protocol.SMTP).stream()
                        .map(check -> check.id() + check.title() + check.why())
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RFC 8314 section 3, RFC 4954 section 4 | RFC 8314:3 RFC 4954:4",
                "RFC 7888 sections 4 and 5 | RFC 7888:4 RFC 7888:5",
                "RFC 3207 section 4.2, CVE-2011-0411 | RFC 3207:4.2 CVE-2011-0411:",
                "RFC 8446 section 8, section 2.3 and appendix E.5 | RFC 8446:8 RFC 8446:2.3 RFC 8446:E.5",
                "RFC 8996 sections 4 and 5, RFC 6176, RFC 7568 | RFC 8996:4 RFC 8996:5 RFC 6176: RFC 7568:",
                "rfc3207 4.2 | RFC 3207:4.2",
                "RFC 3207 | RFC 3207:",
            })
    void clauses_are_read_from_the_text_of_a_check(String text, String clauses) {
        assertThat(Clause.in(text).stream()
                        .map(clause -> clause.document() + ":" + clause.section())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(clauses);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // RFC 9325: public key length, with the digests of signatures; limits on the use of a key; revocation.
                "RFC 9325 4.5 | TLS-S-06b TLS-S-32 TLS-S-40 TLS-S-48",
                "RFC 9325 4.4 |",
                "RFC 9325 7.5 |",
                // The order of suites.
                "RFC 9325 4.2.1 | TLS-S-05b",
                // RFC 4732: exhaustion of the resources of an application.
                "RFC 4732 2.1.2 | TLS-S-15a TLS-S-15b",
                // RFC 5280: validity.
                "RFC 5280 4.1.2.5 | TLS-S-08",
            })
    void a_clause_selects_the_checks_of_what_it_says(String clause, String ids) {
        Selection selection = Selection.of(Set.of(clause), Set.of(), EnumSet.allOf(Level.class));
        assertThat(Suite.catalogue().all().stream()
                        .filter(selection::takes)
                        .map(Check::id)
                        .distinct()
                        .collect(Collectors.joining(" ")))
                .isEqualTo(ids == null ? "" : ids);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25})
    void every_row_of_the_tls_catalogue_is_there(int row) {
        assertThere(String.format("TLS-S-%02d", row));
    }

    @Test
    void two_checks_of_one_protocol_with_one_id_are_refused() {
        Check check = Check.of("X-S-01", "x").level(Level.MUST).on(Scheme.SMTP).run(context -> Verdict.pass(""));
        List<Topic> twice = List.of(() -> List.of(check, check));
        assertThatThrownBy(() -> Catalogue.of(twice)).isInstanceOf(IllegalArgumentException.class);
    }
}
