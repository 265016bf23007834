package dev.starttls.conformance.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One clause that a check comes from: a section of an RFC, all of an RFC, or a CVE.
 *
 * @param document {@code RFC 3207} or {@code CVE-2011-0411}, in upper case
 * @param section as in {@code 4.2} or {@code E.5}; empty for all of the document
 */
public record Clause(String document, String section) {
    private static final String NUMBER = "(?:APPENDIX )?[0-9A-Z]+(?:\\.[0-9A-Z]+)*";
    private static final Pattern DOCUMENT = Pattern.compile("RFC ?([0-9]{3,5})|(CVE-[0-9]{4}-[0-9]{4,})");
    /** What follows the document: one section or several, with or without the word. */
    private static final Pattern SECTIONS =
            Pattern.compile("(?:,? (?:AND )?(?:SECTIONS? )?(?!RFC|CVE|AND |SECTION)" + NUMBER + "(?![-0-9A-Z]))+");

    /**
     * The clauses that a text names, in its order: of {@code RFC 8314 section 3, RFC 4954 section 4} two. The word
     * "section" may be missing, and upper and lower case are the same.
     */
    public static List<Clause> in(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        List<Clause> clauses = new ArrayList<>();
        Matcher document = DOCUMENT.matcher(upper);
        while (document.find()) {
            if (document.group(2) != null) {
                clauses.add(new Clause(document.group(2), ""));
                continue;
            }
            String name = "RFC " + document.group(1);
            Matcher sections = SECTIONS.matcher(upper).region(document.end(), upper.length());
            if (!sections.lookingAt()) {
                clauses.add(new Clause(name, ""));
                continue;
            }
            for (String word : sections.group().split("[ ,]+", -1)) {
                if (!word.isEmpty() && !word.matches("AND|SECTIONS?|APPENDIX")) {
                    clauses.add(new Clause(name, word));
                }
            }
        }
        return clauses;
    }

    /**
     * Whether it is the other clause or contains it: "4" contains "4.2", and an RFC contains all its
     * sections.
     */
    public boolean covers(Clause other) {
        return document.equals(other.document)
                && (section.isEmpty() || section.equals(other.section) || other.section.startsWith(section + "."));
    }
}
