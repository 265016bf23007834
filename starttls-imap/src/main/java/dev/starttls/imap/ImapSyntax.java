package dev.starttls.imap;

import dev.starttls.core.line.Ascii;

/** Words of the formal syntax of RFC 9051 section 9. */
final class ImapSyntax {

    private ImapSyntax() {}

    /** Whether it is an atom; not for the empty text. */
    static boolean atom(String text) {
        return Ascii.word(text) && text.chars().noneMatch(c -> "(){%*\"\\]".indexOf(c) >= 0);
    }

    /** Whether it is a tag: an atom with "]" and without "+"; not for the empty text. */
    static boolean tag(String text) {
        return Ascii.word(text) && text.chars().noneMatch(c -> "(){%*\"\\+".indexOf(c) >= 0);
    }
}
