package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.target.Protocol;

/**
 * Harmless commands to be sent together.
 *
 * @param text all of them, each with its CRLF
 * @param count how many answers they will have
 */
record PipelinedCommands(String text, int count) {

    /** The longest command line that every SMTP server takes (RFC 5321 section 4.5.3.1.4). */
    private static final int SMTP_LINE = 512;

    /**
     * As many as fill so many octets. SMTP lets NOOP carry a string (RFC 5321 section 4.1.1.9), which keeps the number of
     * commands below what servers count as junk.
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
