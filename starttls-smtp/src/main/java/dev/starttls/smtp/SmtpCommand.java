package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;

/**
 * A client's command (RFC 5321 section 4.1).
 *
 * @param verb in upper case, for instance "MAIL"; empty if the line begins with a space or is empty. It may be anything
 *     that the client sent
 * @param argument after the verb, spaces at both ends taken off; may be empty
 * @param line as it came, without CRLF, each character one octet
 */
public record SmtpCommand(String verb, String argument, String line) {

    /**
     * Reads a line. Every line is a command, if only an unknown one.
     *
     * @param line without CRLF
     * @return the command
     */
    public static SmtpCommand parse(String line) {
        int space = line.indexOf(' ');
        return space < 0
                ? new SmtpCommand(Ascii.upper(line), "", line)
                : new SmtpCommand(Ascii.upper(line.substring(0, space)), trimmed(line, space), line);
    }

    private static String trimmed(String line, int from) {
        int begin = from;
        int end = line.length();
        while (begin < end && line.charAt(begin) == ' ') {
            begin++;
        }
        while (end > begin && line.charAt(end - 1) == ' ') {
            end--;
        }
        return line.substring(begin, end);
    }

    /** The verb alone: what follows AUTH is a secret. */
    @Override
    public String toString() {
        return Ascii.printable(verb);
    }
}
