package dev.starttls.core.line;

/** ASCII as the lines of protocols need it: rules that do not depend on the locale or on letters outside ASCII. */
public final class Ascii {

    private Ascii() {}

    /**
     * Converts to upper case. What is outside ASCII stays as it is, where {@code toUpperCase} turns a sharp s into SS.
     *
     * @param text any
     * @return of the same length
     */
    public static String upper(String text) {
        char[] characters = text.toCharArray();
        boolean changed = false;
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] >= 'a' && characters[i] <= 'z') {
                characters[i] = upper(characters[i]);
                changed = true;
            }
        }
        return changed ? new String(characters) : text;
    }

    /**
     * Whether a text has another at an index, in upper or lower case.
     *
     * @param text any
     * @param from the index; 0 to the length of the text
     * @param other any
     * @return true for the empty text
     */
    public static boolean at(String text, int from, String other) {
        if (text.length() - from < other.length()) {
            return false;
        }
        for (int i = 0; i < other.length(); i++) {
            if (upper(text.charAt(from + i)) != upper(other.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a text begins with a word that a space or the end follows, in upper or lower case.
     *
     * @param text any
     * @param word without a space
     * @return true for the word alone as well
     */
    public static boolean firstWord(String text, String word) {
        int end = word.length();
        return at(text, 0, word) && (text.length() == end || text.charAt(end) == ' ');
    }

    /**
     * Whether a character is a digit.
     *
     * @param c any
     * @return true from 0 to 9
     */
    public static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    /**
     * Whether a character is a letter or a digit of ASCII.
     *
     * @param c any
     * @return false for letters outside ASCII
     */
    public static boolean letterOrDigit(char c) {
        return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /**
     * Whether a text consists of printable characters without a space.
     *
     * @param text any
     * @return false for the empty text
     */
    public static boolean word(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= 32 || c >= 127) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * Whether a text can be sent as one line: octets without CR, LF or NUL.
     *
     * @param line without its CRLF
     * @return true for the empty line as well
     */
    public static boolean sendable(String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c <= '\r' ? c == '\r' || c == '\n' || c == 0 : c > 255) {
                return false;
            }
        }
        return true;
    }

    /**
     * Makes text of a peer safe to be shown to a person or written to a log: on one line, without control characters.
     *
     * @param text of any characters
     * @return of the same length; each character that is neither a printable one of ASCII nor a space is a question mark
     */
    public static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            shown.append(c < 32 || c >= 127 ? '?' : c);
        }
        return shown.toString();
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
    }
}
