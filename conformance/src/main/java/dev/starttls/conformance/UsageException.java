package dev.starttls.conformance;

/** The command was called incorrectly; the message says how to call it. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
