package dev.starttls.core.testing;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Writes the list that {@link AndroidApi} reads, from the jar of R8 and D8 ({@code com.android.tools:r8} in Google's repository, 8.13.19
 * for the list that there is). It has a table of the API level in which each class and member came to Android, inherited members with
 * each class. Its levels are those of the SDK; a return type that a newer Java has narrowed, as that of {@link ByteBuffer#flip()}, has
 * its own (28). What the table passes over, {@link Object} and what {@link StringBuilder} inherits from a class that is not public, is
 * as old as Android.
 *
 * <pre>
 * java -cp target/test-classes dev.starttls.core.testing.AndroidApiLevels r8.jar 34 src/test/resources/dev/starttls/core/testing/android-34.txt
 * </pre>
 */
final class AndroidApiLevels {

    private static final String TABLE = "resources/new_api_database.ser";
    private static final String PACKAGES =
            "java\\.(io|lang|math|net|nio|security|text|time|util)\\..+|javax\\.(crypto|net|security)\\..+";

    /** An entry of the table of strings, or of a table of hashes: an offset of four octets, and a length of two. */
    private static final int ENTRY = 6;

    private static final int STRING_HASHES = 1 << 17;
    private static final int REFERENCE_HASHES = 1 << 18;

    private static final Set<String> OF_STRING_BUILDER = Set.of(
            "capacity()int",
            "codePointAt(int)int",
            "codePointBefore(int)int",
            "codePointCount(int,int)int",
            "ensureCapacity(int)void",
            "getChars(int,int,[C,int)void",
            "indexOf(java.lang.String)int",
            "indexOf(java.lang.String,int)int",
            "lastIndexOf(java.lang.String)int",
            "lastIndexOf(java.lang.String,int)int",
            "offsetByCodePoints(int,int)int",
            "setCharAt(int,char)void",
            "setLength(int)void",
            "substring(int)java.lang.String",
            "substring(int,int)java.lang.String",
            "trimToSize()void");

    private final ByteBuffer table;
    private final List<String> strings = new ArrayList<>();
    private final Map<String, Set<String>> members = new TreeMap<>();

    private AndroidApiLevels(byte[] table) {
        this.table = ByteBuffer.wrap(table);
    }

    public static void main(String... arguments) throws IOException {
        try (ZipFile jar = new ZipFile(arguments[0]);
                InputStream table = jar.getInputStream(jar.getEntry(TABLE))) {
            AndroidApiLevels levels = new AndroidApiLevels(table.readAllBytes());
            levels.read(Integer.parseInt(arguments[1]));
            levels.addUnlisted();
            Files.writeString(Path.of(arguments[2]), levels.list(arguments[1]));
        }
    }

    private void read(int level) {
        int count = table.getInt(0);
        int hashes = Integer.BYTES + ENTRY * (count + STRING_HASHES);
        int payload = hashes + ENTRY * REFERENCE_HASHES;
        for (int i = 0; i < count; i++) {
            int entry = Integer.BYTES + ENTRY * i;
            // A string ends with a zero.
            strings.add(
                    new String(table.array(), payload + table.getInt(entry), length(entry + 4), StandardCharsets.UTF_8)
                            .replace("\0", ""));
        }
        for (int entry = hashes; entry < payload; entry += ENTRY) {
            int reference = payload + table.getInt(entry);
            int end = reference + length(entry + 4);
            while (reference < end) {
                int next = reference + 2 + length(reference);
                if (table.get(next) <= level) {
                    add(table.get(reference + 2), names(reference + 3, next));
                }
                reference = next + 1;
            }
        }
    }

    private int length(int at) {
        return Short.toUnsignedInt(table.getShort(at));
    }

    private List<String> names(int from, int to) {
        List<String> names = new ArrayList<>();
        for (int at = from; at < to; at += 2) {
            names.add(strings.get(length(at)));
        }
        return names;
    }

    /** A class has its type; a field also its name and its type; a method its name, the types of its parameters, and its result. */
    private void add(int kind, List<String> names) {
        String type = type(names.get(0));
        if (!type.matches(PACKAGES)) {
            return;
        }
        Set<String> ofType = members.computeIfAbsent(type, key -> new TreeSet<>());
        int last = names.size() - 1;
        if (kind == 1) {
            ofType.add(names.get(1) + " " + type(names.get(last)));
        } else if (kind == 2) {
            ofType.add(names.get(1)
                    + names.subList(2, last).stream()
                            .map(AndroidApiLevels::type)
                            .collect(Collectors.joining(",", "(", ")"))
                    + type(names.get(last)));
        }
    }

    private void addUnlisted() {
        Set<String> ofObject = members.get("java.lang.Object");
        ofObject.add("<init>()void");
        for (Method method : Object.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) || Modifier.isProtected(method.getModifiers())) {
                ofObject.add(method.getName()
                        + Stream.of(method.getParameterTypes())
                                .map(Class::getName)
                                .collect(Collectors.joining(",", "(", ")"))
                        + method.getReturnType().getName());
            }
        }
        members.get("java.lang.StringBuilder").addAll(OF_STRING_BUILDER);
    }

    /** Of a descriptor, as {@code Class.getName} has it. */
    private static String type(String descriptor) {
        return switch (descriptor.charAt(0)) {
            case 'L' -> descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
            case '[' -> descriptor.replace('/', '.');
            case 'V' -> "void";
            case 'Z' -> "boolean";
            case 'B' -> "byte";
            case 'C' -> "char";
            case 'S' -> "short";
            case 'I' -> "int";
            case 'J' -> "long";
            case 'F' -> "float";
            case 'D' -> "double";
            default -> throw new IllegalArgumentException("Expected a descriptor, got " + descriptor);
        };
    }

    private String list(String level) {
        StringBuilder list = new StringBuilder("# API level " + level + " of Android. Made by AndroidApiLevels.\n");
        members.forEach((type, all) -> {
            List<String> supertypes = supertypes(type)
                    .filter(name -> members.containsKey(name) && all.containsAll(inheritable(name)))
                    .toList();
            Set<String> own = new TreeSet<>(all);
            supertypes.forEach(name -> own.removeAll(inheritable(name)));
            list.append(type)
                    .append(supertypes.isEmpty() ? "" : " : " + String.join(" ", supertypes))
                    .append('\n');
            own.forEach(member -> list.append(' ').append(member).append('\n'));
        });
        return list.toString();
    }

    private Set<String> inheritable(String type) {
        return members.get(type).stream()
                .filter(member -> !member.startsWith("<init>"))
                .collect(Collectors.toSet());
    }

    /** As Java has them: of those that Android has not, the class repeats the members. */
    private static Stream<String> supertypes(String type) {
        try {
            Class<?> found = Class.forName(type, false, null);
            return Stream.concat(Stream.ofNullable(found.getSuperclass()), Stream.of(found.getInterfaces()))
                    .map(Class::getName);
        } catch (ClassNotFoundException e) {
            return Stream.empty();
        }
    }
}
