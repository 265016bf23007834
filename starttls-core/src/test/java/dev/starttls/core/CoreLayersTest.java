package dev.starttls.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.starttls.core.testing.ClassCircles;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoreLayersTest {

    private static final String ROOT = "dev.starttls.core.";
    private static final List<String> LAYERS = List.of(
            "line",
            "line.codec",
            "hosts",
            "hosts.file",
            "dns",
            "wire",
            "tls",
            "engine",
            "keys",
            "upgrade",
            "discovery",
            "nio");
    /** A history in a file does I/O as the drivers do, for who wants it: nothing of the library imports it. */
    private static final Set<String> DOING_IO = Set.of("hosts.file", "nio");

    private static final String[] BELOW_THE_DRIVERS =
            packages(LAYERS.stream().filter(layer -> !DOING_IO.contains(layer)).toList());
    private static final Pattern NO_CODE = Pattern.compile("\\s*(//|\\*|/\\*|import |package |$)");

    private static final Path MAIN = main();

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPath(MAIN);

    @Test
    void the_rules_see_the_classes() {
        assertThat(CLASSES).hasSizeGreaterThan(30);
        assertThat(CLASSES.stream().map(JavaClass::getPackageName)).contains(packages(LAYERS));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void nothing_imports_upward(int layer) {
        noClasses()
                .that()
                .resideInAPackage(ROOT + LAYERS.get(layer))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(LAYERS.subList(layer + 1, LAYERS.size())))
                .check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "hosts, line;line.codec",
        "hosts.file, line;line.codec",
        "dns, line;line.codec;hosts;hosts.file",
        "wire, line.codec;hosts;hosts.file;dns",
        "tls, line.codec;hosts;hosts.file;dns",
        "engine, line;line.codec;hosts;hosts.file;dns",
        "keys, line.codec;hosts;hosts.file;dns;wire;engine",
        "upgrade, keys;hosts.file",
        "discovery, line.codec;hosts;hosts.file;engine;keys",
        "nio, line.codec;wire;engine;hosts.file"
    })
    void no_package_imports_what_its_description_forbids(String one, String others) {
        noClasses()
                .that()
                .resideInAPackage(ROOT + one)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(List.of(others.split(";"))))
                .check(CLASSES);
    }

    @Test
    void the_octets_of_tls_are_not_exported() throws IOException {
        try (InputStream in = Files.newInputStream(MAIN.resolve("module-info.class"))) {
            assertThat(ModuleDescriptor.read(in).exports())
                    .extracting(Exports::source)
                    .containsExactlyInAnyOrder(packages(List.of(
                            "line",
                            "line.codec",
                            "hosts",
                            "hosts.file",
                            "dns",
                            "tls",
                            "keys",
                            "upgrade",
                            "discovery",
                            "nio")));
        }
    }

    @Test
    void every_class_lives_on_a_layer() {
        classes().should().resideInAnyPackage(packages(LAYERS)).check(CLASSES);
    }

    @Test
    void packages_have_no_circles() {
        slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void no_circle_within_a_package_has_more_than_two_classes() {
        assertThat(ClassCircles.ofMoreThanTwo(CLASSES)).isEmpty();
    }

    @Test
    void only_java_and_its_tls_are_imported() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "dev.starttls.core..",
                        "java.io",
                        "java.lang",
                        "java.lang.annotation",
                        "java.lang.invoke",
                        "java.lang.runtime",
                        "java.math",
                        "java.net",
                        "java.nio..",
                        "java.security..",
                        "java.time..",
                        "java.util",
                        "java.util.concurrent..",
                        "java.util.function",
                        "java.util.stream",
                        "javax.crypto..",
                        "javax.net",
                        "javax.net.ssl",
                        "javax.security.."))
                .check(CLASSES);
    }

    @Test
    void nothing_reflects_or_logs() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.lang.reflect..", "java.util.logging..", "sun..", "jdk.."))
                .check(CLASSES);
        noClasses().should().callMethod(Class.class, "forName", String.class).check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(System.Logger.class)
                .check(CLASSES);
    }

    @Test
    void nothing_prints() {
        noClasses().should().accessField(System.class, "out").check(CLASSES);
        noClasses().should().accessField(System.class, "err").check(CLASSES);
        noClasses().should().callMethod(Throwable.class, "printStackTrace").check(CLASSES);
    }

    @Test
    void below_the_drivers_there_are_no_threads_no_clock_and_no_channels() {
        var below = noClasses().that(resideInAnyPackage(BELOW_THE_DRIVERS));
        below.should().dependOnClassesThat().areAssignableTo(Thread.class).check(CLASSES);
        below.should()
                .dependOnClassesThat(resideInAPackage("java.util.concurrent").and(new NotAtomics()))
                .check(CLASSES);
        below.should()
                .dependOnClassesThat(resideInAPackage("java.nio.channels.."))
                .check(CLASSES);
        below.should().callMethod(System.class, "nanoTime").check(CLASSES);
        below.should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
        below.should().callMethod(Instant.class, "now").check(CLASSES);
        below.should().callMethod(InstantSource.class, "system").check(CLASSES);
        below.should().dependOnClassesThat().areAssignableTo(Clock.class).check(CLASSES);
        below.should().callMethod(Object.class, "wait").check(CLASSES);
        below.should().callMethod(CompletableFuture.class, "get").check(CLASSES);
    }

    /** Keys are read from files, before any connection is served; a history in a file is not below the drivers but beside them. */
    @Test
    void below_the_drivers_there_are_no_files_but_those_with_keys() {
        noClasses()
                .that(resideInAnyPackage(BELOW_THE_DRIVERS).and(not(resideInAPackage(ROOT + "keys"))))
                .should()
                .dependOnClassesThat(resideInAPackage("java.nio.file.."))
                .check(CLASSES);
    }

    @Test
    void a_history_in_a_file_starts_no_thread_and_reads_no_clock() {
        var file = noClasses().that(resideInAPackage(ROOT + "hosts.file"));
        file.should().dependOnClassesThat().areAssignableTo(Thread.class).check(CLASSES);
        file.should()
                .dependOnClassesThat(resideInAPackage("java.util.concurrent.."))
                .check(CLASSES);
        file.should().callMethod(Instant.class, "now").check(CLASSES);
        file.should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
    }

    @Test
    void the_module_requires_java_base_only() throws IOException {
        try (InputStream in = Files.newInputStream(MAIN.resolve("module-info.class"))) {
            ModuleDescriptor descriptor = ModuleDescriptor.read(in);
            assertThat(descriptor.name()).isEqualTo("dev.starttls.core");
            assertThat(descriptor.requires()).extracting(Requires::name).containsExactly("java.base");
            assertThat(descriptor.opens()).isEmpty();
            assertThat(descriptor.uses()).isEmpty();
        }
    }

    /** What is counted is code: neither its imports nor what is said of it. */
    @Test
    void classes_fit_on_a_few_screens() throws IOException {
        Path sources = MAIN.resolve("../../src/main/java").normalize();
        try (Stream<Path> files = Files.walk(sources)) {
            List<Path> java =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(java).isNotEmpty().allSatisfy(file -> assertThat(Files.readAllLines(file).stream()
                            .filter(line -> !NO_CODE.matcher(line).lookingAt())
                            .toList())
                    .as(file.toString())
                    .hasSizeLessThanOrEqualTo(330));
        }
    }

    private static String[] packages(List<String> names) {
        return names.stream().map(name -> ROOT + name).toArray(String[]::new);
    }

    private static Path main() {
        URI here = URI.create(CoreLayersTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString());
        return Path.of(here).resolveSibling("classes");
    }

    /** What java.util.concurrent has besides that which runs or waits. */
    /** A promise is another's to keep: here it is only asked whether it is kept. */
    private static final Set<String> PROMISES =
            Set.of("TimeUnit", "CompletionStage", "CompletableFuture", "CompletionException", "ExecutionException");

    private static final class NotAtomics extends com.tngtech.archunit.base.DescribedPredicate<JavaClass> {

        NotAtomics() {
            super("run or wait");
        }

        @Override
        public boolean test(JavaClass type) {
            return !PROMISES.contains(type.getSimpleName());
        }
    }
}
