package dev.starttls.conformance.target;

import java.util.function.Supplier;

/**
 * Credentials for the checks that need a session after login. Neither the transcript nor {@link #toString()} shows the
 * password.
 */
public record Login(String user, Supplier<char[]> password) {
    @Override
    public String toString() {
        return "Login[" + user + "]";
    }
}
