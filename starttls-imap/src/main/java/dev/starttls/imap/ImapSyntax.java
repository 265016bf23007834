package dev.starttls.imap;

import dev.starttls.core.line.Ascii;

/** Words of the formal syntax of RFC 9051 section 9. */
final class ImapSyntax {

    private static final String NOT_IN_ATOMS = "(){%*\"\\]";
    private static final String NOT_IN_TAGS = "(){%*\"\\+";

    private ImapSyntax() {}

    /** Whether it is an atom; not for the empty text. */
    static boolean atom(String text) {
        return Ascii.word(text) && without(NOT_IN_ATOMS, text);
    }

    /** Whether it is a tag: an atom with "]" and without "+"; not for the empty text. */
    static boolean tag(String text) {
        return Ascii.word(text) && without(NOT_IN_TAGS, text);
    }

    private static boolean without(String characters, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (characters.indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }
}
