package dev.starttls.imap;

/** What protocol lines need of ASCII: a comparison that no locale and no letter outside ASCII can bend. */
final class Ascii {

    private Ascii() {}

    /** In upper case; what is outside ASCII stays as it is, where {@code toUpperCase} makes SS of a sharp s. */
    static String upper(String text) {
        char[] characters = text.toCharArray();
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] >= 'a' && characters[i] <= 'z') {
                characters[i] = (char) (characters[i] - 32);
            }
        }
        return new String(characters);
    }

    static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Whether all of it is printable and none of it is a space; not for the empty text. */
    static boolean word(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 32 && c < 127);
    }

    /** Whether it is an atom of RFC 9051 section 9; not for the empty text. */
    static boolean atom(String text) {
        return word(text) && text.chars().noneMatch(c -> "(){%*\"\\]".indexOf(c) >= 0);
    }

    /** Whether it is a tag of RFC 9051 section 9: an atom with "]" and without "+". */
    static boolean tag(String text) {
        return word(text) && text.chars().noneMatch(c -> "(){%*\"\\+".indexOf(c) >= 0);
    }

    /** Whether it can be sent as one line. */
    static boolean sendable(String line) {
        return line.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0 || c > 255);
    }
}
