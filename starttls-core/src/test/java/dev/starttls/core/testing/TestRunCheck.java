package dev.starttls.core.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Tag;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Fails the build when a class with tests was not run: compares the classes of a module that have test methods, own or
 * inherited, with Surefire's reports of this build. A name that Surefire does not look for, or a nested class that no
 * engine descends to, would otherwise be skipped silently.
 *
 * <p>Called by the build in its phase {@code test}, after Surefire, in Maven's own JVM; so the properties of Maven's
 * command line are system properties here. Where they narrow the run to something that cannot be computed (a pattern of
 * names, an expression of tags), nothing is checked and the output says so. A single tag is computed: a class all of
 * whose tests have the tag {@code peers} is expected to run with {@code -Dgroups=peers}, and not with
 * {@code -DexcludedGroups=peers}.
 */
public final class TestRunCheck {

    /** Properties that choose classes by pattern, or none. */
    private static final List<String> NARROWING = List.of(
            "test",
            "surefire.includes",
            "surefire.includesFile",
            "surefire.excludes",
            "surefire.excludesFile",
            "includeJUnit5Engines",
            "excludeJUnit5Engines",
            "skipTests",
            "maven.test.skip",
            "maven.test.skip.exec",
            "surefire.skipAfterFailureCount",
            "dryRun");

    /** More than one name: {@code a & b}, {@code !a}, {@code a,b}. */
    private static final Pattern EXPRESSION = Pattern.compile("[&|!(),]");

    private static final Pattern NUMBER = Pattern.compile("\\[[0-9]+]");

    private TestRunCheck() {}

    /**
     * Checks a module.
     *
     * @param args the directory of the compiled tests, that of the reports, and when the build began; reports from before
     *     do not count
     */
    public static void main(String... args) throws IOException {
        Path classes = Path.of(args[0]);
        Path reports = Path.of(args[1]);
        for (String property : NARROWING) {
            if (System.getProperty(property) != null) {
                say("Not checked whether every class with tests was run: -D" + property + " is set");
                return;
            }
        }
        Selection selection = new Selection(property("groups"), property("excludedGroups"));
        if (!selection.computable()) {
            say("Not checked whether every class with tests was run: an expression of tags is set");
            return;
        }
        List<Class<?>> expected = classes(classes).stream()
                .filter(type -> !type.isAnnotationPresent(LaunchedByTest.class))
                .filter(selection::expects)
                .toList();
        Instant since = Instant.parse(args[2]);
        Set<String> run = run(reports, since);
        List<String> missing = missing(expected, run);
        if (!missing.isEmpty()) {
            throw new AssertionError("Expected every class with tests to be run, but in " + reports + " of this build"
                    + " there is no test of " + missing + ". Give each a name that Surefire includes (see the parent"
                    + " pom), make it top-level or @Nested, or, if a test launches it, mark it @LaunchedByTest");
        }
        say("Every class with tests was run: " + expected.size());
        say("Tries of properties: " + sum(reports, since, "tries = ") + "; splits of streams walked: "
                + sum(reports, since, WalkedSplits.LABEL));
    }

    /** To the build's log, unless Maven is to be quiet ({@code -q}): then its logger has errors alone. */
    private static void say(String line) {
        if (!"error".equals(System.getProperty("org.slf4j.simpleLogger.defaultLogLevel"))) {
            System.out.println(line);
        }
    }

    /** The names of those among the classes that were not run. */
    static List<String> missing(List<Class<?>> expected, Set<String> run) {
        return expected.stream()
                .map(Class::getName)
                .filter(name -> !run.contains(name))
                .toList();
    }

    /**
     * Which tests a run is for.
     *
     * @param groups the tag that a test must have
     * @param excluded the tag that it must not have
     */
    record Selection(Optional<String> groups, Optional<String> excluded) {

        boolean computable() {
            return Stream.of(groups, excluded)
                    .flatMap(Optional::stream)
                    .noneMatch(tag -> EXPRESSION.matcher(tag).find());
        }

        /** Whether a class is concrete and has a test that this run is for. */
        boolean expects(Class<?> type) {
            if (type.isInterface() || type.isAnonymousClass() || Modifier.isAbstract(type.getModifiers())) {
                return false;
            }
            Set<String> ofClass = new TreeSet<>();
            for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
                ofClass.addAll(tags(at));
            }
            return tests(type).stream().anyMatch(test -> {
                Set<String> tags = new TreeSet<>(ofClass);
                tags.addAll(tags(test));
                return groups.map(tags::contains).orElse(true)
                        && !excluded.map(tags::contains).orElse(false);
            });
        }

        private static List<AnnotatedElement> tests(Class<?> type) {
            List<AnnotatedElement> tests = new ArrayList<>();
            tests.addAll(ReflectionSupport.findMethods(type, Selection::isTest, HierarchyTraversalMode.TOP_DOWN));
            // ArchUnit's rules are fields.
            tests.addAll(ReflectionSupport.findFields(type, Selection::isTest, HierarchyTraversalMode.TOP_DOWN));
            return tests;
        }

        private static boolean isTest(AnnotatedElement element) {
            return AnnotationSupport.isAnnotated(element, Testable.class);
        }

        private static List<String> tags(AnnotatedElement element) {
            return AnnotationSupport.findRepeatableAnnotations(element, Tag.class).stream()
                    .map(Tag::value)
                    .toList();
        }
    }

    /**
     * The classes that the reports since a moment are of, and those of the tests in them. A report without a test is one
     * of a class that was begun and whose own assumption ended it.
     */
    static Set<String> run(Path reports, Instant since) throws IOException {
        Set<String> run = new TreeSet<>();
        for (Path report : reports(reports, since)) {
            run.addAll(classesIn(report));
        }
        return run;
    }

    /** The sum of the numbers that the tests of the reports since a moment have printed after a label, each on its line. */
    static long sum(Path reports, Instant since, String label) throws IOException {
        Pattern line = Pattern.compile("^(?:.*CDATA\\[)?" + label + "([0-9]+)\\b", Pattern.MULTILINE);
        long sum = 0;
        for (Path report : reports(reports, since)) {
            sum += line.matcher(Files.readString(report))
                    .results()
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .sum();
        }
        return sum;
    }

    private static List<Path> reports(Path directory, Instant since) throws IOException {
        List<Path> reports = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return reports;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path report : files.filter(
                            file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                    .toList()) {
                if (!Files.getLastModifiedTime(report).toInstant().isBefore(since)) {
                    reports.add(report);
                }
            }
        }
        return reports;
    }

    /**
     * Nested classes have reports of their own or are in that of the class around them. JUnit numbers the runs of a
     * parameterized class ({@code "a.Name[1]"}), and jqwik writes no package.
     */
    private static Set<String> classesIn(Path report) throws IOException {
        Set<String> names = new TreeSet<>();
        names.add(report.getFileName().toString().replaceAll("^TEST-|\\.xml$", ""));
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(report))) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamReader.START_ELEMENT
                        && xml.getLocalName().equals("testcase")) {
                    names.add(NUMBER.matcher(xml.getAttributeValue(null, "classname"))
                            .replaceAll(""));
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException("Expected a report of Surefire in " + report, e);
        }
        return names;
    }

    /** All classes of a directory, none of them initialized. */
    public static List<Class<?>> classes(Path root) throws IOException {
        List<Class<?>> classes = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return classes;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class"))
                    .sorted()
                    .toList()) {
                String path = root.relativize(file).toString();
                String name = path.substring(0, path.length() - ".class".length())
                        .replace(file.getFileSystem().getSeparator(), ".");
                if (!name.endsWith("-info")) {
                    // Not initialized: a test's own code does not run here.
                    classes.add(Class.forName(name, false, TestRunCheck.class.getClassLoader()));
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IOException("Expected the classes of " + root + " on the class path", e);
        }
        return classes;
    }

    private static Optional<String> property(String name) {
        return Optional.ofNullable(System.getProperty(name)).filter(value -> !value.isBlank());
    }
}
