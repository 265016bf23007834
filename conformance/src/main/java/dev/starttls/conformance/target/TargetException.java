package dev.starttls.conformance.target;

/** A target cannot be understood; the message tells the user what was expected and what came. */
public final class TargetException extends Exception {
    private static final long serialVersionUID = 1L;

    public TargetException(String message) {
        super(message);
    }
}
