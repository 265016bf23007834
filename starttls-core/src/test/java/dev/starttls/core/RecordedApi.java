package dev.starttls.core;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The public API of a library, as text that lies in git as {@code api.txt}, so that a change of it is a line in the diff: for each
 * public type of each exported package what {@code javap -protected -constants} shows, members sorted, and which types a sealed
 * one permits.
 */
public final class RecordedApi {

    private static final Path CLASSES = Path.of("target", "classes");

    private RecordedApi() {}

    /**
     * Compares the API of the module whose build runs with the recorded one, and writes it to {@code target/api.txt}.
     *
     * @param module its folder
     * @throws IOException if its classes or the record cannot be read
     */
    public static void check(String module) throws IOException {
        compare(module, of(exported()));
    }

    /**
     * The same of a module without a descriptor.
     *
     * @param module its folder
     * @param packages those that others program against
     * @throws IOException if its classes or the record cannot be read
     */
    public static void check(String module, Set<String> packages) throws IOException {
        compare(module, of(packages));
    }

    private static void compare(String module, String now) throws IOException {
        Path written = Files.writeString(Path.of("target", "api.txt"), now);
        assertThat(now.lines())
                .as(
                        "the public API is that of api.txt; where the change is meant: cp %s/%s %s/api.txt",
                        module, written, module)
                .containsExactlyElementsOf(Files.readAllLines(Path.of("api.txt")));
    }

    private static Set<String> exported() throws IOException {
        try (InputStream in = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
            return ModuleDescriptor.read(in).exports().stream()
                    .map(ModuleDescriptor.Exports::source)
                    .collect(toSet());
        }
    }

    private static String of(Set<String> packages) throws IOException {
        var types = new TreeMap<String, String>();
        for (String each : packages) {
            for (Class<?> type : publicTypes(each)) {
                types.put(type.getName(), described(type));
            }
        }
        return String.join("\n", types.values());
    }

    private static List<Class<?>> publicTypes(String exported) throws IOException {
        var types = new ArrayList<Class<?>>();
        try (Stream<Path> files = Files.list(CLASSES.resolve(exported.replace('.', '/')))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> type = load(exported + "." + name.substring(0, name.length() - ".class".length()));
                    if (isPublic(type)) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, RecordedApi.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("Expected the class that the folder has: " + name, e);
        }
    }

    /** Whether code outside the package sees it: a nested type does if all those around it do. */
    private static boolean isPublic(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
            boolean visible = (each.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
            if (!visible || each.isAnonymousClass() || each.isLocalClass()) {
                return false;
            }
        }
        return true;
    }

    private static String described(Class<?> type) {
        List<String> lines = javap(type.getName());
        String head = lines.get(0);
        String members = lines.subList(1, lines.size() - 1).stream().sorted().collect(joining("\n"));
        String permits = type.isSealed()
                ? "  permits "
                        + Arrays.stream(type.getPermittedSubclasses())
                                .map(Class::getName)
                                .sorted()
                                .collect(joining(", "))
                        + "\n"
                : "";
        return head + "\n" + permits + members + (members.isEmpty() ? "" : "\n") + "}\n";
    }

    /** The lines from the type's own on, to the brace that ends it. */
    private static List<String> javap(String type) {
        var out = new StringWriter();
        var problems = new StringWriter();
        int status = ToolProvider.findFirst("javap")
                .orElseThrow(() -> new IllegalStateException("Expected a JDK with javap; this Java has none"))
                .run(
                        new PrintWriter(out),
                        new PrintWriter(problems),
                        "-protected",
                        "-constants",
                        "-cp",
                        CLASSES.toString(),
                        type);
        if (status != 0) {
            throw new IllegalStateException("javap " + type + " ended with " + status + ": " + problems + out);
        }
        return out.toString()
                .lines()
                .filter(line -> !line.startsWith("Compiled from") && !line.isBlank())
                .toList();
    }
}
