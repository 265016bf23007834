package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Dialect;

/**
 * Harmless commands to send together.
 *
 * @param text the commands, each with its CRLF
 * @param count the number of commands, and so of answers
 */
record CommandBatch(String text, int count) {
    private static final String CRLF = "\r\n";

    /**
     * A harmless command, whose good answer proves that all of it arrived, and after it as few and as long commands as
     * fill this number of octets: servers limit the number of commands that do nothing. The long ones may be refused.
     */
    static CommandBatch filling(Dialect dialect, int octets) {
        String first = dialect.harmlessCommand();
        String longest = dialect.longestHarmlessCommand();
        int more = (octets - first.length()) / longest.length();
        String text = first + longest.repeat(more);
        int rest = octets - text.length();
        return rest < first.length()
                ? new CommandBatch(text, more + 1)
                : new CommandBatch(text + longest.substring(0, rest - CRLF.length()) + CRLF, more + 2);
    }
}
