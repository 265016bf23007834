package dev.starttls.conformance.upgrade;

/**
 * The clause in which a protocol defines a rule.
 *
 * @param clause as in {@code RFC 3207 section 4.2}
 * @param fix what to add to the fix for all protocols, such as the settings of servers; may be empty
 */
public record Reference(String clause, String fix) {

    /** A clause with nothing to add to the fix. */
    public static Reference to(String clause) {
        return new Reference(clause, "");
    }
}
