package dev.starttls.smtp;

/**
 * Takes a message line by line, as it comes behind 354 (RFC 5321 section 4.1.1.4). None of its lines is ever a command.
 *
 * <pre>{@code
 * public void line(String line) { spool.add(line); }
 * public SmtpReply end() { return SmtpReply.of(250, "2.0.0 Queued"); }
 * }</pre>
 *
 * <p>Called by the thread that drives the connection, which waits for the return. If the connection ends before the
 * message does, {@link #end} is not called.
 */
public interface SmtpDataReceiver {

    /**
     * The next line.
     *
     * @param line without CRLF and without the dot that was put before a dot (RFC 5321 section 4.5.2); each character one
     *     octet. At most as long as the connection's limits allow
     */
    void line(String line);

    /**
     * The message is whole.
     *
     * @return whether it was taken: 250, 4yz or 5yz
     */
    SmtpReply end();

    /** The message is refused behind the receiver's back, because it is too large; nothing else will be called. */
    default void abandoned() {}
}
