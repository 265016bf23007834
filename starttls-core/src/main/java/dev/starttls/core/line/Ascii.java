package dev.starttls.core.line;

/** What the lines of the protocols need of ASCII: rules that no locale and no letter outside ASCII can bend. */
public final class Ascii {

    private Ascii() {}

    /**
     * In upper case; what is outside ASCII stays as it is, where {@code toUpperCase} makes SS of a sharp s.
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
     * Whether a part stands at a place of a text, in upper or lower case.
     *
     * @param text any
     * @param from where the part is to begin; 0 to the length of the text
     * @param part any
     * @return true for the empty part
     */
    public static boolean at(String text, int from, String part) {
        if (text.length() - from < part.length()) {
            return false;
        }
        for (int i = 0; i < part.length(); i++) {
            if (upper(text.charAt(from + i)) != upper(part.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a text, up to its first space or its end, is a word, in upper or lower case.
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
     * Whether it is a digit.
     *
     * @param c any
     * @return true from 0 to 9
     */
    public static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    /**
     * Whether it is a letter or a digit.
     *
     * @param c any
     * @return true for those of ASCII only
     */
    public static boolean letterOrDigit(char c) {
        return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /**
     * Whether all of it is printable and none of it is a space.
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
     * Whether it can be sent as one line: octets, none of them CR, LF or NUL.
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
     * Whether a text has no other characters than those of ASCII.
     *
     * @param text of any characters
     * @return true for the empty text as well
     */
    public static boolean only(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    /**
     * What a peer has said, to be shown to a person or written to a log: on one line, without control characters.
     *
     * @param text of any characters
     * @return as long, each character that is no printable one of ASCII, nor a space, replaced by a question mark
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
