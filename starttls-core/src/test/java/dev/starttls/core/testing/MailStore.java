package dev.starttls.core.testing;

import java.io.IOException;

/**
 * A server of IMAP and POP3 that we did not write, on free ports of loopback, for one test: mary, whose password is secret,
 * and her mailbox, empty at first.
 */
public interface MailStore extends AutoCloseable {

    /** The servers that there are. */
    enum Kind {
        /** OpenSSL, and separate processes for the log-in. */
        DOVECOT {
            @Override
            public MailStore start(TestCertificates.Issued identity) throws IOException, InterruptedException {
                return DovecotServer.start(identity);
            }
        },
        /** OpenSSL in the process that serves, which closes without close_notify. */
        CYRUS {
            @Override
            public MailStore start(TestCertificates.Issued identity) throws IOException, InterruptedException {
                return CyrusServer.start(identity);
            }
        };

        /** Starts one; skips the test if it is not installed. */
        public abstract MailStore start(TestCertificates.Issued identity) throws IOException, InterruptedException;
    }

    /** The port of IMAP with STARTTLS. */
    int imap();

    /** The port of IMAP inside TLS. */
    int imaps();

    /** The port of POP3 with STLS. */
    int pop3();

    /** The port of POP3 inside TLS. */
    int pop3s();

    /** Puts a message into mary's mailbox; its lines end with LF. */
    void deliver(String message) throws IOException, InterruptedException;

    /** What main.cf of Postfix needs to deliver mail for mary@example.org here. */
    String postfixTransport();

    /** Stops it and deletes its files. */
    @Override
    void close() throws IOException;
}
