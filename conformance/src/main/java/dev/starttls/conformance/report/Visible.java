package dev.starttls.conformance.report;

import java.util.Locale;

/**
 * Makes text safe to show. A part of every report came from the network: a terminal executes control characters, a
 * browser reorders what follows a bidirectional override, and XML has no U+0000.
 */
public final class Visible {
    private Visible() {}

    /** The text with invisible characters, line ends included, written as {@code \x1b} or {@code \u202e}. */
    public static String of(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (shows(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(String.format(Locale.ROOT, c < 0x100 ? "\\x%02x" : "\\u%04x", c));
            }
        });
        return shown.toString();
    }

    private static boolean shows(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
