package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.target.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person and what a program sees of the catalogue. */
class ListingTest {
    private static String run(Terminal terminal, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CommandEnvironment environment = new CommandEnvironment(
                InputStream.nullInputStream(),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                terminal);
        assertThat(Main.run(environment, new LibraryServers(), args)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int ids() {
        return (int) Suite.catalogue().all().stream().map(Check::id).distinct().count();
    }

    private static String uncoloured(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "");
    }

    @Test
    void a_person_gets_the_list_under_headings_within_the_width() {
        String list = uncoloured(run(Terminal.PRESENT, "--list"));
        assertThat(list.lines())
                .contains("Upgrade", "SMTP server", "TLS layer")
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
        assertThat(list).contains(ids() + " checks;");
    }

    @Test
    void a_pipe_gets_one_line_per_check() {
        assertThat(run(Terminal.ABSENT, "--list").lines()).hasSize(ids()).allSatisfy(line -> assertThat(line)
                .matches("[A-Z0-9]+-S-[0-9]{2}[a-z]? +(must|should|security) .*"));
    }

    @Test
    void an_explanation_keeps_within_the_width() {
        assertThat(run(Terminal.ABSENT, "--explain", "*").lines())
                .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(110));
    }

    @Test
    void an_explanation_says_what_the_level_means_and_how_to_run_the_check_alone() {
        assertThat(run(Terminal.ABSENT, "--explain", "UP-S-10"))
                .contains("beyond what an RFC says in so many words; being vulnerable fails the run")
                .contains("java -jar conformance.jar --only UP-S-10 smtp://HOST:PORT");
        assertThat(run(Terminal.ABSENT, "--explain", "TLS-S-42"))
                .contains("must: violating it fails the run; where no harm follows from that, it is a warning");
    }

    @Test
    void a_glob_is_explained_too() {
        assertThat(run(Terminal.ABSENT, "--explain", "up-s-01*"))
                .contains("UP-S-01")
                .doesNotContain("UP-S-02");
    }

    @Test
    void a_shared_check_is_explained_once_with_what_differs_by_protocol() {
        String explained = run(Terminal.ABSENT, "--explain", "UP-S-04");
        assertThat(explained.lines())
                .filteredOn(line -> line.startsWith("UP-S-04"))
                .hasSize(1);
        assertThat(explained)
                .contains("SMTP: RFC 3207 section 4", "IMAP: RFC 9051 section 6.2.1", "POP3: RFC 2595 section 4")
                .contains("Dovecot 2.3");
    }

    @ParameterizedTest
    @CsvSource({
        "UP-S-03a, Dovecot, ''",
        "UP-S-04, Dovecot, 'IMAP POP3'",
        "UP-S-15, Cyrus, 'IMAP POP3'",
        "UP-S-16, Cyrus, 'IMAP POP3'",
    })
    void a_fault_of_a_server_is_named_in_the_fix_of_the_check_that_finds_it(
            String id, String server, String protocols) {
        assertThat(Suite.catalogue().all().stream()
                        .filter(check -> check.id().equals(id))
                        .filter(check -> check.fix().contains(server))
                        .flatMap(check -> check.protocols().stream())
                        .map(Protocol::name)
                        .collect(Collectors.joining(" ")))
                .isEqualTo(protocols);
    }

    @Test
    void a_rule_of_a_contained_profile_is_explained_without_naming_the_profile() {
        assertThat(run(Terminal.ABSENT, "--explain", "BSI-03"))
                .startsWith("BSI-03  ")
                .contains("  clause  BSI TR-02102-2")
                .contains("  level   must: violating it fails the run")
                .contains("--profile bsi-tr-02102-2 --only BSI-03 smtp://HOST:PORT");
        assertThat(run(Terminal.ABSENT, "--explain", "ncsc-02").lines())
                .filteredOn(line -> line.startsWith("NCSC-02"))
                .hasSize(2);
    }

    @Test
    void a_rule_of_a_profile_of_the_user_is_explained_with_its_file(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("ours.json"),
                """
                {"name": "Ours", "document": "Security handbook 4", "rules": [
                  {"id": "OURS-01", "title": "only TLS 1.3 is accepted", "clause": "chapter 2", "level": "should",
                   "why": "because", "fix": "none", "versions": ["TLSv1.3"]}]}
                """);
        // A line ends where the name of the file has it.
        assertThat(run(Terminal.ABSENT, "--profile", file.toString(), "--explain", "OURS-01")
                        .replaceAll("\\s+", " "))
                .contains("Security handbook 4, chapter 2", "should: violating it is a warning", "--only OURS-01");
    }

    @Test
    void a_profile_is_listed_after_the_checks() {
        List<String> list = run(Terminal.ABSENT, "--list", "--profile", "mozilla-intermediate")
                .lines()
                .toList();
        assertThat(list.subList(ids(), list.size())).hasSize(8).allSatisfy(line -> assertThat(line)
                .matches("MOZ-[0-9]{2} +(must|should) .*\\(Mozilla.*"));
        assertThat(uncoloured(run(Terminal.PRESENT, "--list", "--profile", "mozilla-intermediate")))
                .contains("MOZ profile", (ids() + 8) + " checks;");
    }

    private static List<String> idsListed(String... options) {
        return run(Terminal.ABSENT, options)
                .lines()
                .map(line -> line.replaceFirst(" .*", ""))
                .toList();
    }

    @Test
    void a_selection_of_rules_lists_them_and_the_check_that_they_need() {
        assertThat(idsListed("--list", "--profile", "ncsc-2025", "--only", "NCSC-02"))
                .containsExactly("TLS-S-05b", "NCSC-02a", "NCSC-02b");
        assertThat(idsListed("--list", "--profile", "ncsc-2025", "--only", "NCSC-02", "--level", "must"))
                .containsExactly("TLS-S-05b", "NCSC-02a");
        assertThat(idsListed("--list", "--profile", "bsi-tr-02102-2", "--only", "UP-S-10", "--skip", "bsi-0?"))
                .containsExactly("UP-S-10");
        assertThat(idsListed("--list", "--profile", "bsi-tr-02102-2", "--only", "UP-S-10", "--skip", "TLS-S-05b"))
                .startsWith("UP-S-10", "BSI-01")
                .hasSize(7);
    }

    @Test
    void a_clause_is_explained_with_all_its_checks() {
        assertThat(run(Terminal.ABSENT, "--explain", "RFC 8689"))
                .startsWith("SMTP-S-24")
                .doesNotContain("UP-S-");
    }
}
