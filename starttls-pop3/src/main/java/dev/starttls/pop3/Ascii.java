package dev.starttls.pop3;

import java.util.ArrayList;
import java.util.List;

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

    /** Whether all of it is printable and none of it is a space; not for the empty text. */
    static boolean word(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 32 && c < 127);
    }

    /** Whether it can be sent as one line: octets, none of them CR, LF or NUL. */
    static boolean sendable(String line) {
        return line.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0 || c > 255);
    }

    /** What stands between spaces and tabs. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= line.length(); i++) {
            if (i == line.length() || line.charAt(i) == ' ' || line.charAt(i) == '\t') {
                if (i > from) {
                    words.add(line.substring(from, i));
                }
                from = i + 1;
            }
        }
        return List.copyOf(words);
    }
}
