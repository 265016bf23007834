package dev.starttls.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every class and member that the documents name exists: looked up in the sources, so that the documents stay true. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES =
            List.of("starttls-core", "starttls-smtp", "starttls-imap", "starttls-pop3", "conformance", "benchmarks");
    private static final List<String> LIBRARIES = MODULES.subList(0, 4);

    /**
     * A class, alone or with members: {@code Name}, {@code @Name}, {@code Name.member}, {@code Name::member}, {@code
     * Name.Nested.method(argument)}, {@code Name#test}.
     */
    private static final Pattern REFERENCE =
            Pattern.compile("`@?([A-Z]\\w*[a-z]\\w*)((?:(?:\\.|::)\\w+)*)(?:#(\\w+))?(?:\\([^`]*\\))?`");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)[^)]*\\)");
    private static final Pattern LINK_TO_HEADING = Pattern.compile("\\]\\(([^)#\\s]+\\.md|)#([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern NOT_IN_ANCHOR = Pattern.compile("[^\\w -]");
    private static final Pattern LOCK = Pattern.compile("\\bsynchronized\\b|new ReentrantLock\\(");
    /** Members alone: {@code camelCase}, {@code method()}, {@code method(argument).other()}. */
    private static final Pattern MEMBERS =
            Pattern.compile("`((?:[a-z]\\w*\\([^`]*\\)|[a-z]+[A-Z]\\w*)(?:\\.[a-z]\\w*\\([^`]*\\))*)`");

    private static final Pattern CALLED = Pattern.compile("(?:^|\\)\\.)([a-z]\\w*)(\\(?)");
    private static final Pattern PACKAGE = Pattern.compile("`(dev\\.starttls(?:\\.[a-z]\\w*)+)(?:\\.([A-Z]\\w*))?`");
    private static final Pattern WORD = Pattern.compile("\\w+\\(?");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*");

    /** Classes of other projects that the documents name and no source imports. */
    private static final Set<String> FOREIGN = Set.of(
            "UnsupportedOperationException",
            "DefaultEmailSenderProvider",
            "EmailSenderProvider",
            "HttpsURLConnection",
            "IdleManager",
            "IllegalStateException",
            "SMTPSClient");

    private static final Map<String, String> SOURCES = new HashMap<>();
    private static final Map<String, String> LIBRARY_SOURCES = new HashMap<>();
    /** All words of the sources, those that a parenthesis follows with it too. */
    private static final Set<String> WORDS = new HashSet<>();

    @BeforeAll
    static void read() throws IOException {
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    String text = Files.readString(file);
                    SOURCES.merge(name, text, String::concat);
                    if (!name.equals(DocumentsTest.class.getSimpleName())) {
                        addWords(text);
                    }
                    if (LIBRARIES.contains(module)
                            && file.startsWith(ROOT.resolve(module).resolve("src/main"))) {
                        LIBRARY_SOURCES.merge(name, text, String::concat);
                    }
                }
            }
        }
    }

    private static void addWords(String text) {
        WORD.matcher(text).results().map(MatchResult::group).forEach(word -> {
            WORDS.add(word);
            WORDS.add(word.replace("(", ""));
        });
    }

    /** The changelog is left out: it names what is gone. docs/clauses.md is generated. */
    @ParameterizedTest
    @CsvSource({
        "README.md, 10",
        "CONTRIBUTING.md, 40",
        "SECURITY.md, 0",
        "benchmarks/README.md, 0",
        "docs/README.md, 0",
        "docs/async.md, 5",
        "docs/attacks.md, 60",
        "docs/concurrency.md, 60",
        "docs/clients.md, 20",
        "docs/checking.md, 0",
        "docs/compatibility.md, 8",
        "docs/costs.md, 0",
        "docs/domains.md, 0",
        "docs/fleet.md, 0",
        "docs/install.md, 0",
        "docs/jdks.md, 4",
        "docs/library.md, 30",
        "docs/mutation.md, 20",
        "docs/policy.md, 60",
        "docs/protocols.md, 30",
        "docs/real-servers.md, 1",
        "docs/runtimes.md, 5",
        "docs/serving.md, 20",
        "docs/socket-factory.md, 10",
        "docs/tutorials/check-client.md, 2",
        "docs/tutorials/check-server.md, 1",
        "docs/tutorials/client.md, 3",
        "docs/tutorials/server.md, 3",
        "docs/vendoring.md, 3",
    })
    void every_class_and_member_that_a_document_names_exists(String document, int fewest) {
        String text = text(document);
        assertThat(references(text).count()).as("names of classes").isGreaterThanOrEqualTo(fewest);
        assertThat(references(text).filter(reference -> !exists(reference)).map(MatchResult::group))
                .as("names in %s that no source has", document)
                .isEmpty();
        assertThat(unknown(text))
                .as("members and packages in %s that no source has", document)
                .isEmpty();
    }

    @Test
    void every_document_is_once_in_the_index() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            List<String> documents = files.filter(Files::isRegularFile)
                    .map(file -> ROOT.resolve("docs").relativize(file).toString())
                    .filter(name -> !name.equals("README.md"))
                    .toList();
            assertThat(links(Path.of("docs", "README.md")).filter(link -> !link.startsWith("..")))
                    .containsExactlyInAnyOrderElementsOf(documents);
        }
    }

    @Test
    void every_link_of_a_document_leads_to_a_file() throws IOException {
        for (Path document : documents()) {
            assertThat(links(document).map(link -> document.resolveSibling(link)))
                    .as("links in %s", document)
                    .allMatch(Files::exists);
        }
    }

    @Test
    void every_link_to_a_heading_leads_to_one() throws IOException {
        for (Path document : documents()) {
            String text = text(document.toString());
            assertThat(LINK_TO_HEADING.matcher(text).results()).allSatisfy(link -> {
                String linked = link.group(1).isEmpty()
                        ? text
                        : text(document.resolveSibling(link.group(1)).toString());
                assertThat(anchors(linked))
                        .as("%s in %s", link.group(), document)
                        .contains(link.group(2));
            });
        }
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> root = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(root, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
    }

    /** What GitHub calls the headings of a document. */
    private static List<String> anchors(String document) {
        return HEADING.matcher(document)
                .results()
                .map(heading -> NOT_IN_ANCHOR
                        .matcher(heading.group(1).toLowerCase(Locale.ROOT))
                        .replaceAll("")
                        .replace(' ', '-'))
                .toList();
    }

    /** The files that a document links to, as it names them. */
    private static Stream<String> links(Path document) {
        return LINK.matcher(text(document.toString()))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("http"));
    }

    @Test
    void every_attack_is_stopped_by_something_and_shown_by_a_test() {
        List<String> rows = text("docs/attacks.md")
                .lines()
                .filter(line -> line.startsWith("| **"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(35);
        assertThat(rows).allSatisfy(row -> assertThat(row.split(" \\| ", -1))
                .as(row)
                .hasSize(3)
                .satisfies(cells -> assertThat(cells[2]).as("shown by").contains("#")));
    }

    @Test
    void every_class_with_a_lock_is_in_the_table_of_locks() {
        String text = text("docs/concurrency.md");
        TreeSet<String> locking = new TreeSet<>();
        LIBRARY_SOURCES.forEach((name, source) -> {
            if (LOCK.matcher(COMMENT.matcher(source).replaceAll("")).find()) {
                locking.add(name);
            }
        });
        assertThat(locking).isNotEmpty().allSatisfy(name -> assertThat(text).contains("`" + name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "`Nothing`",
                "`@Nothing`",
                "`StartTlsChannel::noSuchMethod`",
                "`DocumentsTest#no_such_test`",
                "`StartTlsChannel.noSuchMethod`",
                "`TlsSettings.Builder.noSuchMethod(true)`"
            })
    void a_name_that_does_not_exist_is_found(String name) {
        assertThat(references(name)).hasSize(1).noneMatch(DocumentsTest::exists);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "`noSuchMember`",
                "`noSuchMethod()`",
                "`policy(noSuchMember).noSuchMethod(1)`",
                "`dev.starttls.core.nowhere`",
                "`dev.starttls.core.tls.Nothing`",
                "`dev.starttls.core.tls.StartTlsChannel`"
            })
    void a_member_or_a_package_that_does_not_exist_is_found(String name) {
        assertThat(unknown(name)).hasSize(1);
    }

    /** Members that no source has, and packages, or classes of them. */
    private static Stream<String> unknown(String text) {
        Stream<String> members = MEMBERS.matcher(text)
                .results()
                .filter(found -> !CALLED.matcher(found.group(1))
                        .results()
                        .allMatch(member -> WORDS.contains(member.group(1) + member.group(2))))
                .map(MatchResult::group);
        Stream<String> packages = PACKAGE.matcher(text)
                .results()
                .filter(found -> !has(found.group(1), Optional.ofNullable(found.group(2))))
                .map(MatchResult::group);
        return Stream.concat(members, packages);
    }

    private static boolean has(String named, Optional<String> type) {
        String declared = "package " + named + ";";
        return type.isPresent()
                ? SOURCES.getOrDefault(type.get(), "").contains(declared)
                : SOURCES.values().stream().anyMatch(source -> source.contains(declared));
    }

    /** But for the files that the reader of a tutorial makes. */
    private static Stream<MatchResult> references(String text) {
        return REFERENCE.matcher(text).results().filter(reference -> !reference
                .group(2)
                .equals(".java"));
    }

    private static boolean exists(MatchResult reference) {
        String name = reference.group(1);
        String source = SOURCES.get(name);
        if (source == null) {
            // A class of another project is one that the sources import.
            Pattern imported = Pattern.compile("import (static )?[\\w.]+\\." + name + "[;.]");
            return FOREIGN.contains(name)
                    || SOURCES.values().stream()
                            .anyMatch(text -> imported.matcher(text).find());
        }
        String test = reference.group(3);
        return Pattern.compile("\\.|::")
                        .splitAsStream(reference.group(2))
                        .filter(member -> !member.isEmpty())
                        .allMatch(member -> has(source, "\\b" + member + "\\b"))
                && (test == null || has(source, "\\b" + test + "\\("));
    }

    private static boolean has(String source, String pattern) {
        return Pattern.compile(pattern).matcher(source).find();
    }

    private static String text(String document) {
        try {
            return Files.readString(ROOT.resolve(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
