package dev.starttls.core.testing;

import dev.starttls.core.tls.GroupNames;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.ExtensionType;

/** The form of a cell of docs/jdks.md: what the answer to a {@link JdkProbe} can be, on whatever JDK. */
@SuppressWarnings("ImmutableEnumChecker") // predicates of regular expressions and of sets that nobody changes
enum JdkForm {
    ALERT(knownTo(number -> AlertDescription.getName((short) (number & 0xff)))),
    CACHE("\\d+, \\d+ h"),
    EXTENSIONS(listOf(knownTo(ExtensionType::getName))),
    GROUPS(listOf(knownTo(GroupNames::of))),
    MESSAGE("`(\\(\\w+\\) )?Received fatal alert: \\w+`"),
    MODULE("java\\.base|jdk\\.crypto\\.ec"),
    NUMBER("\\d+"),
    SCHEMES(listOf(knownTo(JdkQuestions::scheme))),
    SHARE("[0-5] of 5"),
    VERSIONS("TLSv1(\\.\\d)?(, TLSv1(\\.\\d)?)*"),
    YES_OR_NO("yes|no");

    private final Predicate<String> form;

    JdkForm(String form) {
        this(Pattern.compile(form).asMatchPredicate());
    }

    JdkForm(Predicate<String> form) {
        this.form = form;
    }

    /** Whether the cell may stand in a row of this form. */
    boolean allows(String cell) {
        return form.test(cell);
    }

    /** The names of numbers of two octets that have one. */
    private static Predicate<String> knownTo(IntFunction<String> naming) {
        Set<String> names = IntStream.rangeClosed(0, 0xffff)
                .mapToObj(naming)
                .filter(name -> !name.contains("UNKNOWN") && !name.startsWith("0x"))
                .collect(Collectors.toSet());
        return names::contains;
    }

    private static Predicate<String> listOf(Predicate<String> names) {
        return cell -> cell.equals("none") || Stream.of(cell.split(", ", -1)).allMatch(names);
    }
}
