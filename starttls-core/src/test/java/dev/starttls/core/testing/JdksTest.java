package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * docs/jdks.md says what the running JDK does. Where it has no column for it, or for a later update only, the rows are skipped, or fail
 * with {@code -Dstarttls.jdks=required}.
 */
@Timeout(60)
class JdksTest {

    private static final Path DOCUMENT = Path.of("../docs/jdks.md");
    private static final boolean REQUIRED =
            System.getProperty("starttls.jdks", "optional").equals("required");
    /** The update that a column is of, such as 17.0.15, and who built it. */
    private static final Pattern UPDATE = Pattern.compile("(\\d+\\.\\d+\\.\\d+) \\(");

    @Test
    void every_row_is_probed_and_every_probe_has_its_row() throws IOException {
        assertThat(rows().skip(2).map(row -> row.get(0)))
                .containsExactlyElementsOf(
                        JdkProbe.ROWS.stream().map(JdkProbe::what).toList());
    }

    @Test
    void there_is_a_column_for_the_oldest_java_and_one_for_each_update_that_the_document_names() throws IOException {
        assertThat(columns()).contains("17");
        assertThat(updates().map(update -> Integer.toString(update.feature()))).containsExactlyElementsOf(columns());
        assertThat(Files.readString(DOCUMENT).lines().findFirst().orElseThrow())
                .endsWith("Java " + String.join(" and ", columns()));
    }

    @ParameterizedTest
    @FieldSource("dev.starttls.core.testing.JdkProbe#ROWS")
    void each_column_has_a_cell_that_answers_the_question(JdkProbe probe) throws IOException {
        List<String> cells = row(probe);
        assertThat(cells).hasSize(1 + columns().size());
        assertThat(cells.subList(1, cells.size()))
                .as("%s, form %s", probe, probe.form())
                .allMatch(probe.form()::allows);
    }

    @ParameterizedTest
    @FieldSource("dev.starttls.core.testing.JdkProbe#ROWS")
    void the_running_jdk_does_what_its_column_says(JdkProbe probe) throws Exception {
        Runtime.Version running = Runtime.version();
        Optional<Runtime.Version> update =
                updates().filter(named -> named.feature() == running.feature()).findFirst();
        if (REQUIRED) {
            assertThat(update)
                    .as("the update in docs/jdks.md of Java %s", running.feature())
                    .isPresent();
        } else {
            assumeTrue(
                    update.isPresent() && update.get().compareToIgnoreOptional(running) <= 0,
                    "docs/jdks.md has no column for Java " + running);
        }
        assertThat(probe.question().answer())
                .as("%s, Java %s; docs/jdks.md is of %s", probe, running, update.orElseThrow())
                .isEqualTo(row(probe).get(1 + columns().indexOf(Integer.toString(running.feature()))));
    }

    private static List<String> columns() throws IOException {
        List<String> head = rows().findFirst().orElseThrow();
        return head.subList(1, head.size());
    }

    private static Stream<Runtime.Version> updates() throws IOException {
        return UPDATE.matcher(Files.readString(DOCUMENT))
                .results()
                .map(update -> Runtime.Version.parse(update.group(1)));
    }

    private static List<String> row(JdkProbe probe) throws IOException {
        return rows().filter(cells -> cells.get(0).equals(probe.what()))
                .findFirst()
                .orElseThrow();
    }

    /** The cells of the rows of the table, its head and its rule included. */
    private static Stream<List<String>> rows() throws IOException {
        return Files.readString(DOCUMENT)
                .lines()
                .filter(line -> line.startsWith("|"))
                .map(line -> Stream.of(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList());
    }
}
