package dev.starttls.core.upgrade;

/** How what a peer sent is shown to a person: on one line, without control characters, not too long. */
final class Wording {

    private static final int MOST = 200;

    private Wording() {}

    static String printable(String line) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < line.length() && i < MOST; i++) {
            char c = line.charAt(i);
            shown.append(c < 32 || c >= 127 ? '?' : c);
        }
        return line.length() > MOST ? shown.append("...").toString() : shown.toString();
    }
}
