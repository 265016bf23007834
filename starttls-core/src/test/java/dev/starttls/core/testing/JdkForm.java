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

/**
 * The form of a cell of docs/jdks.md: what the answer to a {@link JdkProbe} can be, on whatever JDK.
 *
 * @param what for the message of a test
 * @param form whether a cell has it
 */
record JdkForm(String what, Predicate<String> form) {

    static final JdkForm ALERT =
            new JdkForm("an alert", knownTo(number -> AlertDescription.getName((short) (number & 0xff))));
    static final JdkForm CACHE = new JdkForm("sessions, hours", matching("\\d+, \\d+ h"));
    static final JdkForm EXTENSIONS = new JdkForm("extensions", listOf(knownTo(ExtensionType::getName)));
    static final JdkForm GROUPS = new JdkForm("groups", listOf(knownTo(GroupNames::of)));
    static final JdkForm MESSAGE = new JdkForm("a message", matching("`(\\(\\w+\\) )?Received fatal alert: \\w+`"));
    static final JdkForm MODULE = new JdkForm("a module", matching("java\\.base|jdk\\.crypto\\.ec"));
    static final JdkForm NUMBER = new JdkForm("a number", matching("\\d+"));
    static final JdkForm SCHEMES = new JdkForm("signature schemes", listOf(knownTo(JdkQuestions::scheme)));
    static final JdkForm SHARE = new JdkForm("a number of 5", matching("[0-5] of 5"));
    static final JdkForm VERSIONS = new JdkForm("versions", matching("TLSv1(\\.\\d)?(, TLSv1(\\.\\d)?)*"));
    static final JdkForm YES_OR_NO = new JdkForm("yes or no", matching("yes|no"));

    /** Whether the cell may stand in a row of this form. */
    boolean allows(String cell) {
        return form.test(cell);
    }

    @Override
    public String toString() {
        return what;
    }

    private static Predicate<String> matching(String pattern) {
        return Pattern.compile(pattern).asMatchPredicate();
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
