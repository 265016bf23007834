package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** docs/jdks.md says what the running JDK does. */
@Timeout(60)
class JdksTest {

    private static final Path DOCUMENT = Path.of("../docs/jdks.md");
    private static final String RUNNING = Integer.toString(Runtime.version().feature());
    /** Such as 17.0.15: updates change defaults. */
    private static final String UPDATE =
            Runtime.version().version().stream().map(String::valueOf).collect(Collectors.joining("."));

    @Test
    void every_row_is_probed_and_every_probe_has_its_row() throws IOException {
        assertThat(rows().skip(2).map(row -> row.get(0)))
                .containsExactlyElementsOf(
                        JdkProbe.ROWS.stream().map(JdkProbe::what).toList());
    }

    @ParameterizedTest
    @FieldSource("dev.starttls.core.testing.JdkProbe#ROWS")
    void the_running_jdk_does_what_its_column_says(JdkProbe probe) throws Exception {
        int column = rows().findFirst().orElseThrow().indexOf(RUNNING);
        assumeTrue(
                column > 0 && Files.readString(DOCUMENT).contains(UPDATE + " ("),
                "docs/jdks.md has no column for Java " + UPDATE);
        List<String> row = rows().filter(cells -> cells.get(0).equals(probe.what()))
                .findFirst()
                .orElseThrow();
        assertThat(probe.question().answer())
                .as("%s, Java %s", probe, Runtime.version())
                .isEqualTo(row.get(column));
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
