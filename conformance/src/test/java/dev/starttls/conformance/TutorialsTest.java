package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.core.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each tutorial is followed as it is written, with the artifacts of this build, and prints what it shows. */
@Timeout(600)
class TutorialsTest {

    private static final Path PAGES = Path.of("../docs/tutorials");
    private static final Pattern VERSION = Pattern.compile("\\b[0-9]+\\.[0-9]+\\.[0-9]+(?=[-/<]|\\.jar)");
    private static final Pattern RELEASED = Pattern.compile("(?m)^## \\[([0-9.]+)]");

    @TempDir
    static Path repository;

    @BeforeAll
    static void publish() throws IOException {
        TutorialRepository.publish(repository, released());
    }

    @ParameterizedTest
    @ValueSource(strings = {"client", "server", "check-server", "check-client"})
    void a_jdk_is_all_that_a_tutorial_needs(String page, @TempDir Path scratch) throws Exception {
        follow(page, ports(2525), scratch);
    }

    /** The laboratory that it starts has ports of its own here. */
    @Test
    void a_domain_is_checked_as_its_tutorial_says(@TempDir Path scratch) throws Exception {
        Map<String, String> replaced = ports(2525, 8443, 5300);
        replaced.put(
                "conformance.jar lab",
                "conformance.jar lab --port %s --mta-sts-port %s --dns-port %s"
                        .formatted(replaced.get("2525"), replaced.get("8443"), replaced.get("5300")));
        follow("check-domain", replaced, scratch);
    }

    private static void follow(String page, Map<String, String> replaced, Path scratch) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash");
        assumeTrue(
                Files.isExecutable(Path.of(System.getProperty("java.home"), "bin", "javac")), "this Java has no javac");
        try (TutorialShell reader = TutorialShell.start(scratch, repository)) {
            reader.follow(Tutorial.read(PAGES.resolve(page + ".md"), replaced));
        }
    }

    /** Ports of the pages, and those that are free here. */
    private static Map<String, String> ports(int... written) throws IOException {
        List<Integer> free = ServerProcess.freePorts(written.length);
        Map<String, String> ports = new LinkedHashMap<>();
        for (int i = 0; i < written.length; i++) {
            ports.put(String.valueOf(written[i]), String.valueOf(free.get(i)));
        }
        return ports;
    }

    /** The version of the last release: the pages name it, and so does the changelog. */
    private static String released() throws IOException {
        var heading = RELEASED.matcher(Files.readString(Path.of("../CHANGELOG.md")));
        assertThat(heading.find()).as("a released version in the changelog").isTrue();
        return heading.group(1);
    }

    @Test
    void the_version_that_tutorials_name_is_the_last_release() throws IOException {
        String version = released();
        try (Stream<Path> pages = Files.list(PAGES)) {
            for (Path page : pages.toList()) {
                assertThat(VERSION.matcher(Files.readString(page)).results().map(match -> match.group()))
                        .as("versions in %s", page)
                        .allMatch(version::equals);
            }
        }
    }

    @Test
    void output_is_compared_but_for_what_stands_for_any_text() {
        Pattern shown = Tutorial.pattern("a (b)\n...\n12 passed in 3.3 s: ...\n");
        assertThat("a (b)\n12 passed in 0.1 s: x\n").matches(shown);
        assertThat("a (b)\nc\nd\n12 passed in 10 s: x\n").matches(shown);
        assertThat("a (b)\nc\n13 passed in 10 s: x\n").doesNotMatch(shown);
        assertThat("a (b)\n12 passed in 10 s: x\nmore\n").doesNotMatch(shown);
        assertThat("a b\n12 passed in 10 s: x\n").doesNotMatch(shown);
    }

    /** The executable jar has the packages of the libraries too: a page must name the jars that it means. */
    @Test
    void a_module_path_that_has_the_executable_jar_is_noticed(@TempDir Path scratch) throws Exception {
        String central = "https://repo1.maven.org/maven2/dev/starttls/";
        String version = released();
        String fetch = Stream.of(
                        "starttls-core/%1$s/starttls-core-%1$s",
                        "starttls-smtp/%1$s/starttls-smtp-%1$s",
                        "starttls-conformance/%1$s/starttls-conformance-%1$s-all")
                .map(jar -> "curl -fsSO " + central + jar.formatted(version) + ".jar\n")
                .collect(Collectors.joining());
        Path page = scratch.resolve("page.md");
        Files.writeString(page, "```sh\n" + fetch + "java -p . --add-modules dev.starttls.smtp -version\n```\n");
        try (TutorialShell reader = TutorialShell.start(scratch, repository)) {
            assertThatThrownBy(() -> reader.follow(Tutorial.read(page, Map.of())))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("status 1 of: java")
                    .hasMessageContaining("contains package dev.starttls");
        }
    }

    @Test
    void commands_that_fail_or_print_something_else_are_noticed(@TempDir Path scratch) throws Exception {
        Path page = scratch.resolve("page.md");
        String dependency =
                """
                <dependency>
                  <groupId>dev.starttls</groupId>
                  <artifactId>starttls-smtp</artifactId>
                  <version>%s</version>
                </dependency>
                """;
        Map<String, String> failures = Map.of(
                "```sh\nfalse\necho on\n```\n",
                "status 1 of: false",
                "```sh\necho one\n```\n\n```text\ntwo\n```\n",
                "echo one",
                "```sh\njava NoSuch | cat\n```\n\n```text\n```\n",
                "NoSuch",
                "```sh\njava NoSuch &\n```\n\n```sh\nwait $!\n```\n",
                "status 1 of: wait",
                "```sh\ncurl -fsSO https://example.org/x.jar\n```\n",
                "status 22 of: curl",
                "```xml\n" + dependency.formatted("0.9.9") + "```\n",
                "0.9.9",
                "```xml\n" + dependency.formatted("1.0.0</scope>") + "```\n",
                "not XML");
        for (Map.Entry<String, String> each : failures.entrySet()) {
            Files.writeString(page, each.getKey());
            try (TutorialShell reader = TutorialShell.start(scratch, repository)) {
                assertThatThrownBy(() -> reader.follow(Tutorial.read(page, Map.of())))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining(each.getValue());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Then:\n\n```java\nclass A {}\n```\n",
                "```sh\ntrue\n```\n\n  ```sh\n  false\n  ```\n",
                "~~~sh\nfalse\n~~~\n",
                "```sh\nfalse\n"
            })
    void what_nobody_would_follow_is_noticed(String text, @TempDir Path scratch) throws IOException {
        Path page = Files.writeString(scratch.resolve("page.md"), text);
        assertThatThrownBy(() -> Tutorial.read(page, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Expected ");
    }
}
