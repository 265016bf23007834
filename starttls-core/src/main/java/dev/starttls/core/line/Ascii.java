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
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] >= 'a' && characters[i] <= 'z') {
                characters[i] = (char) (characters[i] - 32);
            }
        }
        return new String(characters);
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
        return !text.isEmpty() && text.chars().allMatch(c -> c > 32 && c < 127);
    }

    /**
     * Whether it can be sent as one line: octets, none of them CR, LF or NUL.
     *
     * @param line without its CRLF
     * @return true for the empty line as well
     */
    public static boolean sendable(String line) {
        return line.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0 || c > 255);
    }
}
