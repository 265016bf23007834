package dev.starttls.conformance.junit;

import java.security.cert.X509Certificate;

/** The client under test, as a function. */
@FunctionalInterface
public interface MailClient {
    /**
     * Does once what the client is for: connects, upgrades, logs in, and sends or fetches one message. Called by several
     * threads at once. A call that lasts longer than the timeout is interrupted, and judged as one that hung.
     *
     * @param host the name of the server, which its certificate is for
     * @param port of the server
     * @param user a user name that no other call has
     * @param password a password that no other call has
     * @param trust the one root to trust
     * @throws org.opentest4j.TestAbortedException if the client cannot do this case; the test is aborted with its message
     * @throws Exception if the client gave up, as it has to with most servers
     */
    void run(String host, int port, String user, String password, X509Certificate trust) throws Exception;
}
