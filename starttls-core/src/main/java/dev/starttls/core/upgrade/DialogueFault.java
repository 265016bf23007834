package dev.starttls.core.upgrade;

/**
 * A dialogue has done what it may not. Its message is this library's own and contains nothing of the peer's, so that the failure
 * of the connection shows it, which leaves the messages of other code to its cause.
 */
final class DialogueFault extends IllegalStateException {

    private static final long serialVersionUID = 1;

    DialogueFault(String message) {
        super(message);
    }
}
