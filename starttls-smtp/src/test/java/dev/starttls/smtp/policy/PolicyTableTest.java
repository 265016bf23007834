package dev.starttls.smtp.policy;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/policy.md names tests: each exists. */
class PolicyTableTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern CITED = Pattern.compile("`(\\w+(?:Test|Properties|Fuzz))\\.(\\w+)`");

    @Test
    void each_test_that_the_table_names_is_there() throws IOException {
        Map<String, Path> sources;
        try (Stream<Path> smtp = Files.walk(ROOT.resolve("starttls-smtp/src/test/java"));
                Stream<Path> core = Files.walk(ROOT.resolve("starttls-core/src/test/java"))) {
            sources = Stream.concat(smtp, core)
                    .filter(file -> file.toString().endsWith(".java"))
                    .collect(toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            (one, another) -> one));
        }
        int found = 0;
        for (Matcher cited = CITED.matcher(Files.readString(ROOT.resolve("docs/policy.md"))); cited.find(); found++) {
            assertThat(sources).as("the class of %s", cited.group()).containsKey(cited.group(1));
            assertThat(Files.readString(sources.get(cited.group(1))))
                    .as("the method of %s", cited.group())
                    .contains("void " + cited.group(2) + "(");
        }
        assertThat(found).isGreaterThan(30);
    }
}
