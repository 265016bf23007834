package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import java.util.List;

/**
 * A client's command (RFC 1939 section 3).
 *
 * @param keyword in upper case, for instance "RETR"; empty if the line begins with a space or is empty. It may be anything
 *     that the client sent
 * @param argument all that follows the keyword and one space, as it came; may be empty. Spaces belong to it: those
 *     of a password do (RFC 1939 section 7, PASS)
 * @param line as it came, without CRLF, each character one octet
 */
public record Pop3Command(String keyword, String argument, String line) {

    /**
     * Reads a line. Every line is a command, if only an unknown one.
     *
     * @param line without CRLF
     * @return the command
     */
    public static Pop3Command parse(String line) {
        int space = line.indexOf(' ');
        return space < 0
                ? new Pop3Command(Ascii.upper(line), "", line)
                : new Pop3Command(Ascii.upper(line.substring(0, space)), line.substring(space + 1), line);
    }

    /**
     * The argument, cut where spaces are.
     *
     * @return empty if there is nothing but spaces after the keyword
     */
    public List<String> arguments() {
        return Pop3Words.of(argument);
    }

    /** The keyword alone: what follows PASS is a secret. */
    @Override
    public String toString() {
        return Ascii.printable(keyword);
    }
}
