package dev.starttls.conformance.client.subject;

import dev.starttls.conformance.client.server.Evidence;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;

/**
 * One run of the client: where to connect, and as whom.
 *
 * @param caseId the id of the case
 * @param secondPort where a client goes that looks for settings that work; the same as {@code port} where the case has
 *     one port only
 * @param user a user name that no other run has
 * @param password a password that no other run has
 * @param root the one certificate to be trusted
 * @param ca a PEM file with it
 * @param directory an empty directory for files of this run
 * @param limit how long the run may last
 * @param seen what the server sees of the client, while it happens
 */
public record Attempt(
        String caseId,
        String host,
        int port,
        int secondPort,
        String user,
        String password,
        X509Certificate root,
        Path ca,
        Path directory,
        Duration limit,
        Evidence seen) {
    /** Does not show the password. */
    @Override
    public String toString() {
        return "Attempt[" + caseId + " at " + host + ":" + port + "]";
    }
}
