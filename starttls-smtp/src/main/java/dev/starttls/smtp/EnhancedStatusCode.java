package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import java.util.Optional;

/**
 * An enhanced status code (RFC 3463 section 2), for instance 5.7.0.
 *
 * @param category 2 for success, 4 for a failure that may pass, 5 for one that will not
 * @param subject 0 to 999
 * @param detail 0 to 999
 */
public record EnhancedStatusCode(int category, int subject, int detail) {

    /**
     * Checks the bounds.
     *
     * @param category as described above
     * @param subject as described above
     * @param detail as described above
     * @throws IllegalArgumentException if one is out of its bounds
     */
    public EnhancedStatusCode {
        if (category != 2 && category != 4 && category != 5) {
            throw new IllegalArgumentException("category: expected 2, 4 or 5, got " + category);
        }
        if (subject < 0 || subject > 999 || detail < 0 || detail > 999) {
            throw new IllegalArgumentException(
                    "subject and detail: expected 0 to 999, got " + subject + " and " + detail);
        }
    }

    /**
     * Reads a code and nothing else.
     *
     * @param text for instance "5.7.0"; without leading zeros (RFC 3463 section 2)
     * @return empty if it is none
     */
    public static Optional<EnhancedStatusCode> parse(String text) {
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (first != 1 || second < 0 || text.charAt(0) < '2' || text.charAt(0) > '5' || text.charAt(0) == '3') {
            return Optional.empty();
        }
        int subject = number(text.substring(first + 1, second));
        int detail = number(text.substring(second + 1));
        return subject < 0 || detail < 0
                ? Optional.empty()
                : Optional.of(new EnhancedStatusCode(text.charAt(0) - '0', subject, detail));
    }

    private static int number(String digits) {
        boolean wellFormed = !digits.isEmpty()
                && digits.length() <= 3
                && digits.chars().allMatch(c -> Ascii.digit((char) c))
                && (digits.length() == 1 || digits.charAt(0) != '0');
        return wellFormed ? Integer.parseInt(digits) : -1;
    }

    @Override
    public String toString() {
        return category + "." + subject + "." + detail;
    }
}
