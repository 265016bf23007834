package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import java.util.Optional;

/**
 * A response code (RFC 2449 section 8), for instance SYS/TEMP: levels from the general to the special, so that a client
 * which does not know the whole goes by its beginning.
 *
 * @param name in upper case, without the brackets: one or more levels with a slash between them
 */
public record Pop3ResponseCode(String name) {

    /**
     * Checks the syntax and takes it to upper case.
     *
     * @throws IllegalArgumentException if it is empty, has an empty level, or anything but printable ASCII without spaces
     *     and brackets
     */
    public Pop3ResponseCode {
        if (!wellFormed(name)) {
            throw new IllegalArgumentException(
                    "name: expected levels of printable ASCII without spaces and brackets, with slashes between them,"
                            + " got " + name.length() + " other characters");
        }
        name = Ascii.upper(name);
    }

    /**
     * Reads the code that a response's text begins with.
     *
     * @param text for instance "[IN-USE] Do you have another POP session running?"
     * @return empty if it begins with none
     */
    static Optional<Pop3ResponseCode> at(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') : -1;
        return end > 1 && wellFormed(text.substring(1, end))
                ? Optional.of(new Pop3ResponseCode(text.substring(1, end)))
                : Optional.empty();
    }

    /**
     * Whether it is this code or a special case of it.
     *
     * @param general in upper or lower case, for instance "SYS"
     * @return true of SYS/TEMP and SYS for "SYS"
     */
    public boolean within(String general) {
        String upper = Ascii.upper(general);
        return name.equals(upper) || name.startsWith(upper + "/");
    }

    /** As it is sent, in brackets. */
    @Override
    public String toString() {
        return "[" + name + "]";
    }

    private static boolean wellFormed(String name) {
        return Ascii.word(name)
                && name.indexOf('[') < 0
                && name.indexOf(']') < 0
                && !name.startsWith("/")
                && !name.endsWith("/")
                && !name.contains("//");
    }
}
