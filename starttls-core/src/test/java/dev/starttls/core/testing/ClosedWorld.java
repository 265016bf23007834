package dev.starttls.core.testing;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What GraalVM's {@code native-image} cannot see when it closes the world: members found by name, resources, services, proxies,
 * serialization, native code. Classes without it need no metadata.
 */
public final class ClosedWorld {

    private static final Pattern BY_NAME = Pattern.compile("java\\.lang\\.(reflect\\..*|Class"
            + " (forName|newInstance|get(Declared)?(Method|Field|Constructor|Classes|RecordComponents)\\w*|getResource\\w*|getPermittedSubclasses|getNestMembers)|ClassLoader"
            + " .*|Module getResource\\w*|ModuleLayer .*|(System|Runtime)"
            + " load\\w*|invoke\\..*|constant\\..*|foreign\\..*)|java\\.util\\.(ServiceLoader|ResourceBundle|concurrent\\.atomic\\.Atomic\\w+FieldUpdater)"
            + " .*|java\\.security\\.Provider\\$Service newInstance|java\\.io\\.Object((In|Out)putStream|StreamClass)"
            + " .*|sun\\..*|jdk\\..*");

    private ClosedWorld() {}

    /**
     * Where the classes reach beyond what is seen in their code.
     *
     * @param classes of a library
     * @return each as {@code class -> type member}, sorted, once for each class
     */
    public static List<String> openings(JavaClasses classes) {
        return classes.stream()
                .flatMap(type ->
                        Stream.concat(accesses(type), natives(type)).map(member -> type.getName() + " -> " + member))
                .distinct()
                .sorted()
                .toList();
    }

    private static Stream<String> accesses(JavaClass type) {
        return type.getAccessesFromSelf().stream()
                .map(JavaAccess::getTarget)
                .filter(ClosedWorld::isByName)
                .map(target -> name(target.getOwner(), target));
    }

    /** A class file names the type that a member is called on, which may be one that inherits it. */
    private static boolean isByName(AccessTarget target) {
        return Stream.concat(Stream.of(target.getOwner()), target.getOwner().getAllRawSuperclasses().stream())
                .map(owner -> name(owner, target))
                .anyMatch(BY_NAME.asMatchPredicate());
    }

    private static String name(JavaClass owner, AccessTarget target) {
        return owner.getName() + " " + target.getName();
    }

    private static Stream<String> natives(JavaClass type) {
        return type.getMethods().stream()
                .filter(method -> method.getModifiers().contains(JavaModifier.NATIVE))
                .map(method -> "native " + method.getName());
    }
}
