package dev.starttls.pop3;

import java.io.IOException;
import java.util.List;

/**
 * Where the messages of a {@link Pop3Maildrop} are.
 *
 * <pre>{@code
 * Pop3Mailbox mailbox = Pop3Mailbox.of(List.of(new Pop3Message("1", List.of("Subject: x", "", "hello"))));
 * }</pre>
 *
 * <p>Called by the threads that serve, perhaps by several at a time.
 */
public interface Pop3Mailbox {

    /**
     * The messages now. A session goes on with those it got at its login: that stands for the lock of RFC 1939 section 4.
     *
     * @return in the order that they are numbered in
     * @throws IOException if they cannot be read now; the client is answered [SYS/TEMP]
     */
    List<Pop3Message> messages() throws IOException;

    /**
     * Deletes messages for good.
     *
     * @param deleted by a session that ended with QUIT; one that no longer exists is not an error
     * @throws IOException if one could not be deleted; the client is answered [SYS/TEMP]
     */
    void delete(List<Pop3Message> deleted) throws IOException;

    /**
     * A mailbox in memory.
     *
     * @param messages in it at first
     * @return safe for use by several threads
     */
    static Pop3Mailbox of(List<Pop3Message> messages) {
        return new MemoryMailbox(messages);
    }
}
