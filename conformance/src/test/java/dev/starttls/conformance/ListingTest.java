package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.embedded.LibraryServers;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a person and what a program sees of the catalogue. */
class ListingTest {
    private static String run(Terminal terminal, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Surroundings surroundings = new Surroundings(
                InputStream.nullInputStream(),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                terminal);
        assertThat(Main.run(surroundings, new LibraryServers(), args)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String uncoloured(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "");
    }

    @Test
    void a_person_gets_the_list_under_headings_within_the_width() {
        String list = uncoloured(run(Terminal.PRESENT, "--list"));
        assertThat(list.lines()).contains("SMTP server", "TLS layer").allSatisfy(line -> assertThat(line.length())
                .isLessThanOrEqualTo(120));
        assertThat(list).contains(Suite.catalogue().all().size() + " checks;");
    }

    @Test
    void a_pipe_gets_a_line_a_check() {
        assertThat(run(Terminal.ABSENT, "--list").lines())
                .hasSize(Suite.catalogue().all().size())
                .allSatisfy(line -> assertThat(line).matches("[A-Z0-9]+-S-[0-9]{2}[a-z]? +(must|should|security) .*"));
    }

    @Test
    void an_explanation_keeps_within_the_width() {
        assertThat(run(Terminal.ABSENT, "--explain", "*").lines())
                .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(110));
    }

    @Test
    void an_explanation_says_what_the_level_means_and_how_to_run_the_check_alone() {
        assertThat(run(Terminal.ABSENT, "--explain", "SMTP-S-10"))
                .contains("beyond the letter of an RFC; to be open to it fails the run")
                .contains("conformance --only SMTP-S-10 smtp://HOST:PORT");
    }

    @Test
    void a_glob_is_explained_too() {
        assertThat(run(Terminal.ABSENT, "--explain", "smtp-s-01*"))
                .contains("SMTP-S-01")
                .doesNotContain("SMTP-S-02");
    }
}
