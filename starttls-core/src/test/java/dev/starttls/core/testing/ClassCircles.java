package dev.starttls.core.testing;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Circles of dependencies between the classes of a package, where a nested class counts as its outermost. Two classes may
 * know one another, as a collection and its entries do; with more of them, none can be read or changed without the others.
 */
public final class ClassCircles {

    private final Map<String, Set<String>> dependencies = new TreeMap<>();

    private ClassCircles(JavaClasses classes) {
        for (JavaClass from : classes) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (to.getPackageName().equals(from.getPackageName())) {
                    dependencies
                            .computeIfAbsent(outermost(from), unused -> new TreeSet<>())
                            .add(outermost(to));
                }
            }
        }
    }

    /** The names of the classes that are on a circle of more than two, in their order. */
    public static Set<String> ofMoreThanTwo(JavaClasses classes) {
        ClassCircles circles = new ClassCircles(classes);
        Set<String> on = new TreeSet<>();
        circles.dependencies.forEach((from, all) -> {
            for (String to : all) {
                if (!to.equals(from) && circles.wayBack(to, from)) {
                    on.add(from);
                    on.add(to);
                }
            }
        });
        return on;
    }

    /** Whether a class depends on another by way of at least one that is neither. */
    private boolean wayBack(String from, String to) {
        Set<String> seen = new HashSet<>();
        Deque<String> next = new ArrayDeque<>();
        next.add(from);
        while (!next.isEmpty()) {
            String at = next.remove();
            for (String known : dependencies.getOrDefault(at, Set.of())) {
                if (known.equals(to) && !at.equals(from)) {
                    return true;
                }
                if (!known.equals(to) && seen.add(known)) {
                    next.add(known);
                }
            }
        }
        return false;
    }

    private static String outermost(JavaClass type) {
        String name = type.getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }
}
