package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import java.util.Optional;

/**
 * A response code, in brackets at the beginning of a status response's text (RFC 9051 section 7.1, RFC 5530).
 *
 * @param name in upper case, for instance "CAPABILITY", "PRIVACYREQUIRED" or "ALERT"; an atom
 * @param argument after the name, as it was sent; may be empty. Without "]", CR, LF and NUL, each character one octet
 */
public record ImapResponseCode(String name, String argument) {

    /** The operation is not allowed without TLS (RFC 5530 section 3). */
    static final ImapResponseCode PRIVACY_REQUIRED = new ImapResponseCode("PRIVACYREQUIRED", "");

    /**
     * Checks that it could be sent as one.
     *
     * @throws IllegalArgumentException if it could not
     */
    public ImapResponseCode {
        if (!ImapSyntax.atom(name) || !name.equals(Ascii.upper(name))) {
            throw new IllegalArgumentException(
                    "name: expected an atom in upper case, got " + name.length() + " characters with others, or none");
        }
        if (!Ascii.sendable(argument) || argument.indexOf(']') >= 0) {
            throw new IllegalArgumentException(
                    "argument: expected octets (U+0001 to U+00FF) without \"]\", CR and LF, got another character");
        }
    }

    /**
     * Reads what stands between the brackets.
     *
     * @param text for instance "CAPABILITY IMAP4rev1 STARTTLS"; the name in upper or lower case
     * @return empty if it begins with no atom, or could not have been sent
     */
    public static Optional<ImapResponseCode> parse(String text) {
        int space = text.indexOf(' ');
        String name = space < 0 ? text : text.substring(0, space);
        String argument = space < 0 ? "" : text.substring(space + 1);
        return ImapSyntax.atom(name) && Ascii.sendable(argument) && argument.indexOf(']') < 0
                ? Optional.of(new ImapResponseCode(Ascii.upper(name), argument))
                : Optional.empty();
    }

    /**
     * As it is sent, with its brackets.
     *
     * @return each character one octet
     */
    public String sent() {
        return argument.isEmpty() ? "[" + name + "]" : "[" + name + " " + argument + "]";
    }

    /** For people: as it is sent, but without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(sent());
    }
}
