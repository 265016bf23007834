package dev.starttls.conformance.report;

import java.util.Locale;

/**
 * Text as it can be shown to a person. Part of every report came from the network: a terminal obeys control characters,
 * a browser reorders what stands behind a bidirectional override, XML knows no U+0000.
 */
public final class Visible {
    private Visible() {}

    /** The text with whatever does not show written as {@code \x1b} or {@code \u202e}; line ends do not show. */
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
