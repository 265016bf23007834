package dev.starttls.conformance.upgrade;

/**
 * Where a protocol says what a rule is.
 *
 * @param clause as in {@code RFC 3207 section 4.2}
 * @param fix what there is to add to the fix that holds for all protocols, such as the settings of servers; may be empty
 */
public record Reference(String clause, String fix) {

    /** A clause, and nothing to add to the fix. */
    public static Reference to(String clause) {
        return new Reference(clause, "");
    }
}
