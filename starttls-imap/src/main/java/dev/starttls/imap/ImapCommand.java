package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import java.util.List;
import java.util.Optional;

/**
 * A client's command (RFC 9051 section 6).
 *
 * @param tag as it came, legal
 * @param name in upper case, for instance "LOGIN"; empty if there is none. It may be anything that the client sent
 * @param argument after the name and its space, as it came; may be empty. It may hold literals, as they are sent: the
 *     announcement, CRLF, and as many octets, each one character
 */
public record ImapCommand(String tag, String name, String argument) {

    /**
     * Reads a command.
     *
     * @param text without the CRLF at its end, literals in it if it has some, each character one octet
     * @return empty if it does not begin with a legal tag (RFC 9051 section 9)
     */
    public static Optional<ImapCommand> parse(String text) {
        int space = text.indexOf(' ');
        String tag = space < 0 ? text : text.substring(0, space);
        if (!ImapSyntax.tag(tag)) {
            return Optional.empty();
        }
        int second = space < 0 ? -1 : text.indexOf(' ', space + 1);
        String name = space < 0 ? "" : second < 0 ? text.substring(space + 1) : text.substring(space + 1, second);
        return Optional.of(new ImapCommand(tag, Ascii.upper(name), second < 0 ? "" : text.substring(second + 1)));
    }

    /**
     * The arguments, if each of them is an atom, a quoted string or a literal, and one space stands between each two.
     *
     * @return what they say, quotes and announcements taken off, each character one octet; none for an empty argument;
     *     empty if it is not of that form
     */
    public Optional<List<String>> strings() {
        return ImapStrings.parse(argument);
    }

    /** Tag and name alone: what follows LOGIN is a secret. */
    @Override
    public String toString() {
        return Ascii.printable(tag + " " + name);
    }
}
