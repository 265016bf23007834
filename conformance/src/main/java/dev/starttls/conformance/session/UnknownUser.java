package dev.starttls.conformance.session;

import dev.starttls.conformance.check.LoginBudget;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Credentials that no server accepts, for the checks that must not send real ones: all that go over the network in
 * plaintext. One run sends a target at most {@value #MAX_LOGINS_PER_RUN} commands that can count as a failed login,
 * whatever it answers; the real credentials go only over TLS that is verified.
 */
public final class UnknownUser {
    public static final String NAME = "nobody";
    public static final String PASSWORD = "nothing";

    /** The arguments of LOGIN in IMAP. */
    public static final String LOGIN_ARGUMENTS = NAME + " " + PASSWORD;

    /** The response of PLAIN (RFC 4616 section 2). */
    public static final String PLAIN = encoded("\0" + NAME + "\0" + PASSWORD);

    /** The first response of LOGIN: the user; the password would be the second. */
    public static final String LOGIN = encoded(NAME);

    /** The response of XOAUTH2, with a token for the password. */
    public static final String XOAUTH2 = encoded("user=" + NAME + "\1auth=Bearer " + PASSWORD + "\1\1");

    /** The response of OAUTHBEARER (RFC 7628 section 3.1). */
    public static final String OAUTHBEARER = encoded("n,a=" + NAME + ",\1auth=Bearer " + PASSWORD + "\1\1");

    /**
     * The most commands of one run against one target that a server can count as failed logins, before TLS and inside
     * it.
     */
    public static final int MAX_LOGINS_PER_RUN = LoginBudget.MAX;

    private UnknownUser() {}

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
