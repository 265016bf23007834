package dev.starttls.conformance.profile;

/** A profile cannot be read; the message says what was expected, what came, and what to try. */
public final class ProfileException extends Exception {
    private static final long serialVersionUID = 1L;

    public ProfileException(String message) {
        super(message);
    }
}
