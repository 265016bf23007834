package dev.starttls.pop3;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The message of the SASL mechanism PLAIN (RFC 4616 section 2): an identity to act as, one to authenticate, a password,
 * with NUL between them.
 *
 * @param user that authenticates
 * @param password theirs
 */
record PlainCredentials(String user, String password) {

    /** Reads base64. Empty if it is no such message, or one that asks to act as another user, which is not known here. */
    static Optional<PlainCredentials> parse(String base64) {
        String message;
        try {
            message = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int first = message.indexOf('\0');
        int second = message.indexOf('\0', first + 1);
        if (first < 0
                || second <= first + 1
                || second == message.length() - 1
                || message.indexOf('\0', second + 1) >= 0) {
            return Optional.empty();
        }
        String actingAs = message.substring(0, first);
        String user = message.substring(first + 1, second);
        return actingAs.isEmpty() || actingAs.equals(user)
                ? Optional.of(new PlainCredentials(user, message.substring(second + 1)))
                : Optional.empty();
    }

    /** No secret for a log. */
    @Override
    public String toString() {
        return "PLAIN";
    }
}
