package dev.starttls.core.testing;

import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.FieldAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.properties.HasName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The Java API of Android 14 (API level 34, the first that has records), and what classes refer to beyond it. The file {@code
 * android-34.txt} has it as {@link AndroidApiLevels} reads it from D8, the compiler that makes Android's code of class files: public
 * and protected members with their types, without those that the class inherits from the types behind its colon.
 *
 * <pre>{@code
 * assertThat(AndroidApi.undefined(new ClassFileImporter().importPath(folder))).isEmpty();
 * }</pre>
 *
 * <p>It sees what animal-sniffer sees, calls, fields and names of types, and method references as well, which that one passes over.
 * ArchUnit passes over types that are nowhere but in a {@code catch}, a cast or an array's creation: the constant pool has them.
 */
public final class AndroidApi {

    private static final String FILE = "android-34.txt";

    /** What the compiler writes for a lambda, a concatenation, or the methods of a record; D8 has other code in its place. */
    private static final Set<String> REPLACED = Set.of(
            "java.lang.invoke.LambdaMetafactory",
            "java.lang.invoke.MethodHandles",
            "java.lang.invoke.MethodHandles$Lookup",
            "java.lang.invoke.StringConcatFactory",
            "java.lang.runtime.ObjectMethods");

    private static final AndroidApi LEVEL_34 = read();

    private final Map<String, Set<String>> members = new HashMap<>();
    private final Map<String, List<String>> supertypes = new HashMap<>();

    private AndroidApi() {}

    /**
     * What the classes refer to outside their own packages and Android has not.
     *
     * @param classes all of the root package {@code dev.starttls}
     * @return each reference as {@code class -> type member}, sorted, once for each class
     */
    public static List<String> undefined(JavaClasses classes) {
        return classes.stream()
                .flatMap(type -> Stream.of(types(type), constants(type), accesses(type))
                        .flatMap(Function.identity())
                        .filter(reference -> !LEVEL_34.has(reference))
                        .map(reference -> type.getName() + " -> " + reference))
                .distinct()
                .sorted()
                .toList();
    }

    private static Stream<Reference> types(JavaClass type) {
        return type.getDirectDependenciesFromSelf().stream()
                .map(Dependency::getTargetClass)
                .map(JavaClass::getBaseComponentType)
                .filter(AndroidApi::isForeign)
                .map(target -> new Reference(target.getName(), ""));
    }

    private static Stream<Reference> constants(JavaClass type) {
        return ClassConstants.of(type.getSource().orElseThrow().getUri()).stream()
                .filter(name -> !name.startsWith("dev.starttls.") && !REPLACED.contains(name))
                .map(name -> new Reference(name, ""));
    }

    private static Stream<Reference> accesses(JavaClass type) {
        return type.getAccessesFromSelf().stream().map(JavaAccess::getTarget).flatMap(AndroidApi::reference);
    }

    /** A member that a class of ours inherits is looked for where it is declared. */
    private static Stream<Reference> reference(AccessTarget target) {
        JavaClass owner = isOurs(target.getOwner())
                ? target.resolveMember().map(JavaMember::getOwner).orElse(target.getOwner())
                : target.getOwner();
        return isForeign(owner) ? Stream.of(new Reference(owner.getName(), member(target))) : Stream.empty();
    }

    private static String member(AccessTarget target) {
        if (target instanceof FieldAccessTarget field) {
            return field.getName() + " " + field.getRawType().getName();
        }
        CodeUnitAccessTarget method = (CodeUnitAccessTarget) target;
        return method.getName()
                + method.getRawParameterTypes().stream().map(HasName::getName).collect(joining(",", "(", ")"))
                + method.getRawReturnType().getName();
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith("dev.starttls");
    }

    private static boolean isForeign(JavaClass type) {
        return !isOurs(type) && !type.isPrimitive() && !type.isArray();
    }

    private boolean has(Reference reference) {
        return members.containsKey(reference.type())
                && (reference.member().isEmpty()
                        || has(reference.type(), reference.member())
                        || has(Object.class.getName(), reference.member()));
    }

    private boolean has(String type, String member) {
        return members.get(type).contains(member)
                || (!member.startsWith("<init>")
                        && supertypes.get(type).stream().anyMatch(supertype -> has(supertype, member)));
    }

    private static AndroidApi read() {
        AndroidApi api = new AndroidApi();
        try (InputStream file = AndroidApi.class.getResourceAsStream(FILE)) {
            Set<String> ofType = Set.of();
            for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList()) {
                if (line.startsWith(" ")) {
                    ofType.add(line.strip());
                } else {
                    String[] names = line.split("( :)? ", -1);
                    ofType = new HashSet<>();
                    api.members.put(names[0], ofType);
                    api.supertypes.put(names[0], List.of(names).subList(1, names.length));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return api;
    }

    private record Reference(String type, String member) {

        @Override
        public String toString() {
            return (type + " " + member).strip();
        }
    }
}
