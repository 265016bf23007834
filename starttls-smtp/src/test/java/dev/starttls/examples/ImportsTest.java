package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A typical client and a typical server name types of two packages: the protocol's and that of the upgrade. */
class ImportsTest {

    private static final Path EXAMPLES = Path.of("src/test/java/dev/starttls/examples");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (dev\\.starttls(?:\\.[a-z0-9]+)+)\\.[A-Z]");

    @ParameterizedTest
    @ValueSource(strings = {"SmtpClientExample", "SmtpServerExample"})
    void an_example_imports_from_two_packages(String example) throws IOException {
        String source = Files.readString(EXAMPLES.resolve(example + ".java"));
        TreeSet<String> packages = IMPORT.matcher(source)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).containsExactly("dev.starttls.core.upgrade", "dev.starttls.smtp");
        assertThat(source.replaceAll("(?m)^(import|package) .*$", ""))
                .as("names that are written out instead of imported")
                .doesNotContain("dev.starttls.");
    }
}
