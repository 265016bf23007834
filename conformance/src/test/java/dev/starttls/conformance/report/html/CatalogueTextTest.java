package dev.starttls.conformance.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.report.html.LinkedText.Part;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is made of the texts of checks. */
class CatalogueTextTest {
    private static String plain(LinkedText text) {
        return text.parts().stream().map(Part::text).collect(Collectors.joining());
    }

    @Test
    void clauses_and_weaknesses_are_links() {
        assertThat(LinkedText.of("RFC 3207 section 4.2, CVE-2011-0411 (https://nostarttls.secvuln.info).")
                        .parts())
                .extracting(part -> part.href().orElse(""))
                .containsExactly(
                        "https://www.rfc-editor.org/rfc/rfc3207#section-4.2",
                        "",
                        "https://www.cve.org/CVERecord?id=CVE-2011-0411",
                        "",
                        "https://nostarttls.secvuln.info",
                        "");
    }

    @Test
    void an_rfc_without_a_section_is_a_link_to_all_of_it() {
        assertThat(LinkedText.of("RFC 7465").parts())
                .containsExactly(new Part("RFC 7465", Optional.of("https://www.rfc-editor.org/rfc/rfc7465")));
    }

    @Test
    void advice_is_given_by_software() {
        Remedy remedy = Remedy.of("Set it. Postfix: a = b. Exim 4.95: c; Dovecot and Cyrus: https://x.example: yes.");
        assertThat(plain(remedy.general())).isEqualTo("Set it.");
        assertThat(remedy.advice())
                .extracting(advice -> advice.software() + " | " + plain(advice.text()))
                .containsExactly("Postfix | a = b.", "Exim 4.95 | c", "Dovecot and Cyrus | https://x.example: yes.");
    }

    @Test
    void advice_without_a_name_is_general() {
        Remedy remedy = Remedy.of("Postfix 2.8 is the first that does.");
        assertThat(remedy.advice()).isEmpty();
        assertThat(plain(remedy.general())).isEqualTo("Postfix 2.8 is the first that does.");
    }

    @Test
    void no_word_of_the_catalogue_is_lost() {
        assertThat(Suite.catalogue().all()).allSatisfy(check -> {
            assertThat(plain(LinkedText.of(check.why()))).isEqualTo(check.why());
            Remedy remedy = Remedy.of(check.fix());
            String detail = plain(remedy.general())
                    + remedy.advice().stream()
                            .map(advice -> advice.software() + plain(advice.text()))
                            .collect(Collectors.joining());
            assertThat(detail.replaceAll("[ :;]", "")).isEqualTo(check.fix().replaceAll("[ :;]", ""));
        });
    }
}
