package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Dialect;

/**
 * Harmless commands to send together.
 *
 * @param text the commands, each with its CRLF
 * @param count the number of commands, and so of answers
 */
record CommandBatch(String text, int count) {

    /**
     * As many commands as fill this number of octets. They are the longest that servers accept, which keeps their
     * number below the limit of servers for junk commands.
     */
    static CommandBatch filling(Dialect dialect, int octets) {
        String command = dialect.longestHarmlessCommand();
        int count = octets / command.length();
        return new CommandBatch(command.repeat(count), count);
    }
}
