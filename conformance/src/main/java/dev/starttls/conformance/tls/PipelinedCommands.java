package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.target.Protocol;

/**
 * Harmless commands to send together.
 *
 * @param text the commands, each with its CRLF
 * @param count the number of commands, and so of answers
 */
record PipelinedCommands(String text, int count) {

    /** The maximum command line that every SMTP server accepts (RFC 5321 section 4.5.3.1.4). */
    private static final int SMTP_LINE = 512;

    /**
     * As many commands as fill this number of octets. In SMTP, NOOP may have a string (RFC 5321 section 4.1.1.9), which
     * keeps the number of commands below the limit of servers for junk commands.
     */
    static PipelinedCommands filling(Dialect dialect, int octets) {
        String command = dialect.harmlessCommand();
        if (dialect.protocol() == Protocol.SMTP && command.equals("NOOP\r\n")) {
            String line = "NOOP " + "x".repeat(SMTP_LINE - 7) + "\r\n";
            return new PipelinedCommands(line.repeat(octets / SMTP_LINE), octets / SMTP_LINE);
        }
        int count = octets / command.length();
        return new PipelinedCommands(command.repeat(count), count);
    }
}
