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
     * @return empty if it is not a status code
     */
    public static Optional<EnhancedStatusCode> parse(String text) {
        if (text.length() < 2
                || text.charAt(1) != '.'
                || text.charAt(0) < '2'
                || text.charAt(0) > '5'
                || text.charAt(0) == '3') {
            return Optional.empty();
        }
        int second = text.indexOf('.', 2);
        int subject = second < 0 ? -1 : number(text, 2, second);
        int detail = second < 0 ? -1 : number(text, second + 1, text.length());
        return subject < 0 || detail < 0
                ? Optional.empty()
                : Optional.of(new EnhancedStatusCode(text.charAt(0) - '0', subject, detail));
    }

    /** Up to three digits, the first of several not 0; -1 for anything else. */
    private static int number(String text, int from, int to) {
        if (to == from || to - from > 3 || (to - from > 1 && text.charAt(from) == '0')) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            if (!Ascii.digit(text.charAt(i))) {
                return -1;
            }
            number = 10 * number + text.charAt(i) - '0';
        }
        return number;
    }

    @Override
    public String toString() {
        return category + "." + subject + "." + detail;
    }
}
