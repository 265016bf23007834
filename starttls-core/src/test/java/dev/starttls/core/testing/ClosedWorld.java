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

    private static final Pattern BY_NAME = Pattern.compile(
            "java\\.lang\\.(reflect\\..*|Class (forName|newInstance|get(Declared)?(Method|Field|Constructor|Classes|RecordComponents)\\w*"
                    + "|getResource\\w*)|ClassLoader .*|Module getResource\\w*|(System|Runtime) load\\w*"
                    + "|invoke\\.(MethodHandles?(\\$Lookup)?|VarHandle) .*|foreign\\..*)"
                    + "|java\\.util\\.(ServiceLoader|ResourceBundle|concurrent\\.atomic\\.Atomic\\w+FieldUpdater) .*"
                    + "|java\\.io\\.Object(In|Out)putStream .*|sun\\..*|jdk\\..*");

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
                .map(ClosedWorld::name)
                .filter(BY_NAME.asMatchPredicate());
    }

    private static String name(AccessTarget target) {
        return target.getOwner().getName() + " " + target.getName();
    }

    private static Stream<String> natives(JavaClass type) {
        return type.getMethods().stream()
                .filter(method -> method.getModifiers().contains(JavaModifier.NATIVE))
                .map(method -> "native " + method.getName());
    }
}
