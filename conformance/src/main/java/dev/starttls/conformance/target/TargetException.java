package dev.starttls.conformance.target;

/** A target is invalid; the message says what was expected and what was given. */
public final class TargetException extends Exception {
    private static final long serialVersionUID = 1L;

    public TargetException(String message) {
        super(message);
    }
}
