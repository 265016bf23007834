package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies the source as docs/vendoring.md says. */
@Timeout(300)
class VendoringTest {

    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final String EXAMPLE = "SmtpClientExample.java";

    @TempDir
    Path folder;

    @Test
    void a_copy_under_another_package_compiles_and_upgrades() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no shell");
        Path sources = folder.resolve("src");
        Path classes = folder.resolve("classes");
        String script = "set -eu\ncd '%s'\nto='%s'\npackage=org.example.vendored\n%s"
                .formatted(REPOSITORY, sources, documented());
        Tool.output(List.of("/bin/sh", "-c", script), folder);
        Path copy = sources.resolve("org/example/vendored");
        String example = Files.readString(Path.of("src/test/java/dev/starttls/examples", EXAMPLE));
        Files.writeString(
                copy.resolve(EXAMPLE),
                example.replace("dev.starttls.examples", "org.example.vendored")
                        .replace("dev.starttls", "org.example.vendored"));

        assertThat(mentions(copy, "dev.starttls")).isEmpty();
        Tool.compile(sources, classes, "-Xlint:all", "-Werror");
        Tool.expectUpgrade(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes.toString(),
                        "org.example.vendored.SmtpClientExample"),
                folder);
    }

    private static String documented() throws Exception {
        String page = Files.readString(REPOSITORY.resolve("docs/vendoring.md"));
        Matcher block = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static List<Path> mentions(Path copy, String words) throws Exception {
        try (Stream<Path> files = Files.walk(copy)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Files.readString(file).contains(words);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }
}
